//! Exit codes.

use std::process::ExitCode;

/// The part of `--help` about exit codes.
pub const HELP: &str = "\
Exit codes:
  0   every expectation held
  1   an expectation broke
  2   the arguments or the scenario file are wrong; nothing was written
  3   a budget ended the run early
  70  internal error: a bug of the simulator";

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every expectation held.
    Held = 0,
    /// An expectation broke.
    Broke = 1,
    /// The arguments or the scenario are wrong.
    Usage = 2,
    /// A budget ended the run early.
    Budget = 3,
    /// A bug.
    Internal = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
