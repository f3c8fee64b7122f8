//! Looking at a run: facts and series become sentences, tables and reports. Reads, never writes.

pub mod breakdown;
mod expect;
mod metric;
pub mod published;
pub mod report;
mod sentence;
mod totals;
pub mod trace;
pub mod view;
mod why;

pub use expect::{Expect, Refusal, Verdict, check as check_expectation, evaluate};
pub use metric::{METRICS, Metric, Scope};
pub use report::Report;
pub use sentence::{sentence, service_of, task_of};
pub use totals::{Latency, Totals};
pub use why::{Link, chain, latest_of_task, why_not_steady};
