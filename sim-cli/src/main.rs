//! The command line of the simulator.

#[allow(dead_code, reason = "the commands that read scenarios come next")]
mod folder;
#[allow(dead_code, reason = "the commands that print come next")]
mod format;

fn main() {}
