//! What was expected of a run, as it stands while the run goes on.

use serde::Serialize;
use ts_rs::TS;

/// One expectation.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct GoalView {
    /// In words.
    pub text: String,
    /// Whether it held when it was due; none before that.
    pub held: Option<bool>,
    /// Whether it holds as things stand.
    pub holds: bool,
    /// What was found; none when there was nothing to measure.
    pub actual: Option<f64>,
    /// The unit of what was found.
    pub unit: String,
}
