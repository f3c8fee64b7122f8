//! `sim-cli run`

use std::io::{IsTerminal, stderr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::units::Span;

use crate::exit::Exit;
use crate::folder::read_scenario;
use crate::format::{self, print};

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Run a scenario and report what happened.
#[derive(Debug, clap::Args)]
#[command(after_help = crate::exit::HELP)]
pub struct Run {
    /// The scenario file
    file: PathBuf,
    /// Draw with this seed instead of the file's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// End the run at this simulated time, such as 5m
    #[arg(long, value_name = "TIME", value_parser = span)]
    until: Option<Span>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report to a file instead of the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Follow one in N calls from end to end: the text report shows the slowest, JSON has all
    #[arg(long, value_name = "1/N", value_parser = one_in)]
    trace_requests: Option<u64>,
    /// Print no report and no progress: the exit code tells
    #[arg(long, short)]
    quiet: bool,
}

/// A duration as a scenario writes it.
pub fn span(text: &str) -> Result<Span, String> {
    text.parse().map_err(|refusal: sim_core::units::Refusal| refusal.to_string())
}

/// One in so many, as a share: `1/1000`.
fn one_in(text: &str) -> Result<u64, String> {
    let share = text.strip_prefix("1/").and_then(|many| many.parse().ok()).filter(|&many| many > 0);
    share.ok_or_else(|| "write the share of the calls to follow as 1/N, such as 1/1000, or 1/1 for all".to_owned())
}

/// How much simulated time passes between two looks at the progress bar: a thousandth of the run.
const PROGRESS_PARTS: u64 = 1000;
/// A run shows its progress from this moment on.
const LONG: Duration = Duration::from_millis(500);

impl Run {
    pub fn execute(&self) -> Exit {
        let scenario = match read_scenario(&self.file) {
            Ok(scenario) => scenario,
            Err(exit) => return exit,
        };
        let mut simulation = Simulation::start(Arc::new(scenario), self.seed);
        if let Some(one_in) = self.trace_requests {
            simulation.trace_requests(one_in);
        }
        let end = self.until.map_or(simulation.end(), |until| (Time::ZERO + until.0).min(simulation.end()));
        self.run(&mut simulation, end);
        let report = simulation.report();
        if !self.quiet {
            let text = match self.format {
                Format::Text => format::text::report(&report),
                Format::Json => format::json::report(&report),
            };
            let written = match &self.out {
                Some(path) => format::write(path, &text),
                None => print(&text),
            };
            if written != Exit::Held {
                return written;
            }
        }
        match () {
            () if report.run.stopped_by.is_some() => Exit::Budget,
            () if report.expectations.iter().any(|expectation| expectation.held == Some(false)) => Exit::Broke,
            () => Exit::Held,
        }
    }

    /// Runs to `end`, with a progress bar when it takes long and somebody watches.
    fn run(&self, simulation: &mut Simulation, end: Time) {
        if self.quiet || !stderr().is_terminal() {
            return simulation.run_until(end);
        }
        let bar = ProgressBar::with_draw_target(Some(PROGRESS_PARTS), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:40} {msg} {percent}% ({eta} left)");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let begun = Instant::now();
        for part in 1..=PROGRESS_PARTS {
            simulation
                .run_until(Time::from_nanos((end.as_nanos() as u128 * part as u128 / PROGRESS_PARTS as u128) as u64));
            if simulation.exceeded().is_some() {
                break;
            }
            if bar.is_hidden() && begun.elapsed() > LONG {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            bar.set_message(simulation.now().to_string());
            bar.set_position(part);
        }
        bar.finish_and_clear();
    }
}
