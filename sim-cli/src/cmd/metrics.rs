//! `sim-cli metrics`

use crate::exit::Exit;
use crate::format::print;

/// List the metrics that `[[expect]]` can name.
#[derive(Debug, clap::Args)]
pub struct Metrics {}

impl Metrics {
    pub fn execute(&self) -> Exit {
        let metrics = sim_core::observe::METRICS;
        let widest = metrics.iter().map(|metric| metric.name.len()).max().unwrap_or(0);
        let unit = metrics.iter().map(|metric| metric.unit.len()).max().unwrap_or(0);
        let line = |metric: &sim_core::observe::Metric| {
            format!("{:widest$}  {:unit$}  {}\n", metric.name, metric.unit, metric.meaning)
        };
        let own: String = metrics.iter().map(line).collect();
        let published = sim_core::observe::published::names();
        let published: Vec<&str> = published.collect();
        let names = textwrap::fill(
            &published.join(" "),
            textwrap::Options::new(80).initial_indent("  ").subsequent_indent("  "),
        );
        print(&format!("{own}\nMetrics of CloudWatch, each with a `statistic`:\n{names}\n"))
    }
}
