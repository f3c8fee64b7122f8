//! Log groups.

use std::collections::BTreeMap;

use crate::engine::{FactId, Time};

/// The state of CloudWatch Logs.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    /// When each group was made, and by which fact.
    pub groups: BTreeMap<String, (Time, FactId)>,
}
