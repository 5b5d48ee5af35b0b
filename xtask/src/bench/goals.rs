//! What each measure is to come to, beside whom.

use comfy_table::{CellAlignment, Table};

use super::report::{self, Measure};

/// What a contender may cost.
struct Goal {
    measure: &'static str,
    contender: &'static str,
    /// So many times as much as `reference`, and so much on top.
    factor: f64,
    reference: &'static str,
    more: f64,
}

const fn goal(measure: &'static str, contender: &'static str, factor: f64, reference: &'static str) -> Goal {
    Goal { measure, contender, factor, reference, more: 0.0 }
}

const GOALS: &[Goal] = &[
    // Each beside a pointer in memory of the same sort of program: what is called is near in both, or far in both.
    goal("call", "import_native", 1.03, "c_pointer_mem"),
    goal("call", "import_adopted", 1.03, "pointer_adopted"),
    goal("call", "import_guest_no_tls", 1.03, "pointer_guest"),
    // Ten instructions beside the two, at a cycle each on a slow processor.
    Goal { more: 4.0, ..goal("call", "import_guest", 1.0, "wrfsbase_twice") },
    goal("call", "import_guest", 1.0 / 3.0, "go_cgo"),
    Goal { more: 2.0, ..goal("call", "import_guest_scope", 1.0, "pointer_guest") },
    goal("call_8_threads", "import_guest", 1.05, "call/import_guest"),
    goal("call_8_threads", "import_native", 1.05, "call/import_native"),
    Goal { more: 300.0, ..goal("first_call", "import_native", 1.0, "libloading_open_get_call") },
    Goal { more: 300.0, ..goal("first_call", "import_guest", 1.0, "libloading_open_get_call") },
    goal("bind_all", "bind_all_native", 1.0, "dlsym_native"),
    goal("bind_all", "bind_all_guest", 1.0, "dlsym_guest"),
    // Attaching alone may cost one and a half threads.
    goal("thread", "thread_with_guest_call", 2.5, "thread"),
    goal("bring_up", "import_adopted", 1.1, "c_dynamic"),
    goal("bring_up", "import_guest", 1.1, "c_dynamic"),
    goal("resolve", "nostd_dns", 1.0, "c_dynamic"),
    goal("resolve", "dns_lookup", 1.0, "c_dynamic"),
    Goal { more: 12.0 * 1024.0, ..goal("size", "nostd_dns", 0.0, "c_dynamic") },
    Goal { more: 40.0 * 1024.0, ..goal("size", "std_one_import", 1.0, "std_no_import") },
    Goal { more: 200.0 * 1024.0, ..goal("memory", "nostd_dns", 1.0, "c_dynamic") },
    Goal { more: 200.0 * 1024.0, ..goal("memory", "dns_lookup", 1.0, "c_dynamic") },
    Goal { more: 2e9, ..goal("compile_time", "imports", 1.0, "extern_block") },
];

/// Every goal of the measures that were asked for: what it is, beside what, and whether it is met.
pub(super) fn table(measures: &[Measure]) -> Table {
    let mut table = report::table(&["goal", "here", "beside", "ratio", "at most", ""]);
    for column in [2, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
    for goal in GOALS {
        let named = |name: &str| measures.iter().find(|measure| measure.name == name);
        let Some(measure) = named(goal.measure) else { continue };
        let reference = match goal.reference.split_once('/') {
            Some((other, name)) => named(other).and_then(|measure| measure.get(name)),
            None => measure.get(goal.reference),
        };
        let is_relative = goal.factor > 0.0;
        let here = measure.get(goal.contender);
        let limit = if is_relative { reference.map(|it| goal.factor * it) } else { Some(0.0) };
        let verdict = match (here, limit.map(|limit| limit + goal.more)) {
            (Some(here), Some(limit)) if here <= limit => "met",
            (Some(_), Some(_)) => "missed",
            _ => "not measured",
        };
        let show = |value: Option<f64>| value.map(|value| measure.unit.show(value)).unwrap_or_default();
        let beside = if is_relative { format!("{} {}", plain(goal.reference), show(reference)) } else { String::new() };
        let ratio = here.zip(reference).filter(|_| is_relative).map(|(here, reference)| here / reference);
        let at_most = match (is_relative, goal.more > 0.0) {
            (true, true) => format!("{:.2} + {}", goal.factor, measure.unit.show(goal.more)),
            (true, false) => format!("{:.2}", goal.factor),
            (false, _) => measure.unit.show(goal.more),
        };
        let what = format!("{}: {}", plain(goal.measure), plain(goal.contender));
        let ratio = ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        table.add_row([what, show(here), beside.trim_end().to_owned(), ratio, at_most, verdict.to_owned()]);
    }
    table
}

fn plain(name: &str) -> String {
    name.replace('_', " ").replace('/', ", ")
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::bench::report::{Measure, Unit};

    fn rows(name: &'static str, medians: Vec<(&'static str, f64)>) -> String {
        table(&[Measure { name, title: "", unit: Unit::Nanoseconds, medians }]).to_string()
    }

    fn verdict(bind_all: f64) -> String {
        rows("bind_all", vec![("bind_all_native", bind_all), ("dlsym_native", 80.0)])
    }

    fn row<'a>(table: &'a str, goal: &str) -> Vec<&'a str> {
        let row = table.lines().find(|line| line.contains(goal)).unwrap_or_default();
        row.split('|').map(str::trim).collect()
    }

    #[test]
    fn met_and_missed() {
        let met = verdict(60.0);
        assert!(met.contains("bind all: bind all native") && met.contains("dlsym native 80.0 ns"), "{met}");
        assert!(met.contains(" 0.75 ") && met.contains(" 1.00 ") && met.contains(" met "), "{met}");
        assert!(verdict(90.0).contains(" missed "));
    }

    #[test]
    fn contenders_that_are_absent() {
        let without_reference = rows("call", vec![("import_guest", 15.0), ("wrfsbase_twice", 14.0)]);
        let expected = ["", "call: import guest", "15.0 ns", "go cgo", "", "0.33", "not measured", ""];
        assert!(
            without_reference.lines().any(|line| line.split('|').map(str::trim).eq(expected)),
            "{without_reference}"
        );
        assert_eq!(row(&without_reference, "wrfsbase")[6], "met");
        let without_both = rows("bind_all", vec![]);
        let expected = ["", "bind all: bind all guest", "", "dlsym guest", "", "1.00", "not measured", ""];
        assert_eq!(row(&without_both, "bind all guest"), expected);
        let other_measure = rows("call_8_threads", vec![("import_native", 2.0)]);
        assert_eq!(row(&other_measure, "import native")[3..], ["call, import native", "", "1.05", "not measured", ""]);
    }

    #[test]
    fn a_limit_needs_no_reference() {
        assert_eq!(row(&rows("size", vec![("nostd_dns", 9000.0)]), "nostd dns")[6], "met");
        assert_eq!(row(&rows("size", vec![("nostd_dns", 16000.0)]), "nostd dns")[6], "missed");
        assert_eq!(row(&rows("size", vec![("c_dynamic", 16000.0)]), "nostd dns")[6], "not measured");
    }

    #[test]
    fn nothing_measured() {
        assert_eq!(table(&[]).row_count(), 0);
    }
}
