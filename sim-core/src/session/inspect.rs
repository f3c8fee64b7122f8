//! A thing, looked at closely, with AWS's own description of it.

use serde::Serialize;
use ts_rs::TS;

use super::Session;
use crate::observe::view::{self, EntityView};

/// A thing, looked at closely.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Inspection {
    /// What it is, what became of it, and why.
    pub entity: EntityView,
    /// What the command that describes it prints; empty where there is none.
    pub json: String,
}

/// The thing with this name. The command that describes it is run in a copy of the world, so that looking changes
/// nothing.
pub fn inspect(session: &Session, name: &str) -> Option<Inspection> {
    let simulation = session.simulation();
    let entity = view::describe(simulation.world(), simulation.ctx(), name)?;
    let json = if entity.command.is_empty() {
        String::new()
    } else {
        let mut copy = simulation.clone();
        match copy.type_line(&entity.command, &()) {
            Ok(typed) => typed.output.clone(),
            Err(_) => String::new(),
        }
    };
    Some(Inspection { entity, json })
}
