//! A report for programs.

use sim_core::observe::Report;

/// The report as JSON, with a final newline.
pub fn report(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report is plain data");
    text.push('\n');
    text
}
