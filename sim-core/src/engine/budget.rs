//! How much a run may use, so that a scenario from a stranger can neither hang a tab nor fill a machine.

use std::fmt;

/// The limits of one run. A run that meets one ends early and says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Events handled, requests included [count].
    pub events: u64,
    /// Facts in the journal [count].
    pub facts: u64,
    /// Things that exist: tasks, targets, services, series [count].
    pub entities: u64,
    /// What queues, journal, entities and requests in flight take, as estimated by the engine [bytes].
    pub memory: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { events: 2_000_000_000, facts: 20_000_000, entities: 2_000_000, memory: 8 << 30 }
    }
}

/// Which limit ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// `events`, `facts`, `entities` or `memory`.
    pub what: &'static str,
    /// The limit that was met.
    pub limit: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.what == "memory" { " bytes" } else { "" };
        write!(f, "the budget of {}{unit} {} is used up", self.limit, self.what)
    }
}
