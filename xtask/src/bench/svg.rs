//! Bar charts.

use std::fmt::Write;

use super::report::Measure;

const WIDTH: f64 = 720.0;
const NAMES: f64 = 210.0;
const VALUES: f64 = 90.0;
const ROW: f64 = 24.0;
const HEAD: f64 = 40.0;

/// A measure as horizontal bars, the smallest first; on a logarithmic scale when the largest would dwarf the rest.
pub(super) fn bars(measure: &Measure) -> String {
    let mut rows: Vec<_> = measure.medians.iter().filter(|(_, median)| *median > 0.0).collect();
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (least, most) = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => (first.1, last.1),
        _ => (1.0, 1.0),
    };
    let logarithmic = most > 20.0 * least;
    let length = |value: f64| {
        let share = if logarithmic { (value / least * 1.5).ln() / (most / least * 1.5).ln() } else { value / most };
        share * (WIDTH - NAMES - VALUES)
    };
    let height = HEAD + ROW * rows.len() as f64 + 10.0;
    let scale = if logarithmic { " (logarithmic)" } else { "" };
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"24\" font-size=\"15\">{}: {}{scale}</text>\n",
        measure.name, measure.title
    );
    for (index, (name, median)) in rows.into_iter().enumerate() {
        let y = HEAD + ROW * index as f64;
        let (baseline, end) = (y + 15.0, NAMES + length(*median));
        let color = if is_ours(name) { "#b7410e" } else { "#7a8ca0" };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "<text x=\"{:.0}\" y=\"{baseline:.0}\" text-anchor=\"end\">{name}</text>\n\
             <rect x=\"{NAMES}\" y=\"{:.0}\" width=\"{:.1}\" height=\"18\" fill=\"{color}\"/>\n\
             <text x=\"{:.1}\" y=\"{baseline:.0}\">{}</text>\n",
            NAMES - 8.0,
            y + 1.0,
            end - NAMES,
            end + 6.0,
            measure.unit.show(*median)
        );
    }
    text.push_str("</svg>\n");
    text
}

/// Whether a contender is this project's.
pub(super) fn is_ours(name: &str) -> bool {
    let starts = ["import", "bind_all", "nostd_dns", "dns_lookup", "std_dns", "thread_with"];
    starts.iter().any(|start| name.starts_with(start)) && !name.contains("without")
}

#[cfg(test)]
mod tests {
    use super::bars;
    use crate::bench::report::{Measure, Unit};

    #[test]
    fn one_bar_each() {
        let medians = vec![("go_cgo", 25.0), ("import_native", 1.0)];
        let text = bars(&Measure { name: "call", title: "a call", unit: Unit::Nanoseconds, medians });
        assert_eq!(text.matches("<rect x").count(), 2);
        assert!(text.find("import_native") < text.find("go_cgo"));
        assert!(text.contains("(logarithmic)"));
    }
}
