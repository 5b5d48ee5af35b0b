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
    Goal { more: 200.0 * 1024.0, ..goal("memory", "nostd_dns", 1.0, "c_dynamic") },
    Goal { more: 200.0 * 1024.0, ..goal("memory", "dns_lookup", 1.0, "c_dynamic") },
    Goal { more: 2e9, ..goal("compile_time", "imports", 1.0, "extern_block") },
];

/// Every goal whose measure was taken: what it is, beside what, and whether it is met.
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
        let (Some(here), Some(reference)) = (measure.get(goal.contender), reference) else { continue };
        let limit = goal.factor * reference + goal.more;
        let (beside, ratio) = if goal.factor > 0.0 {
            (format!("{} {}", plain(goal.reference), measure.unit.show(reference)), format!("{:.2}", here / reference))
        } else {
            (String::new(), String::new())
        };
        let at_most = match (goal.factor > 0.0, goal.more > 0.0) {
            (true, true) => format!("{:.2} + {}", goal.factor, measure.unit.show(goal.more)),
            (true, false) => format!("{:.2}", goal.factor),
            (false, _) => measure.unit.show(goal.more),
        };
        let verdict = if here <= limit { "met" } else { "missed" };
        let what = format!("{}: {}", plain(goal.measure), plain(goal.contender));
        table.add_row([what, measure.unit.show(here), beside, ratio, at_most, verdict.to_owned()]);
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

    fn verdict(bind_all: f64) -> String {
        let medians = vec![("bind_all_native", bind_all), ("dlsym_native", 80.0)];
        table(&[Measure { name: "bind_all", title: "", unit: Unit::Nanoseconds, medians }]).to_string()
    }

    #[test]
    fn met_and_missed() {
        let met = verdict(60.0);
        assert!(met.contains("bind all: bind all native") && met.contains("dlsym native 80.0 ns"), "{met}");
        assert!(met.contains(" 0.75 ") && met.contains(" 1.00 ") && met.contains(" met "), "{met}");
        assert!(verdict(90.0).contains(" missed "));
    }

    #[test]
    fn nothing_measured() {
        assert_eq!(table(&[]).row_count(), 0);
    }
}
