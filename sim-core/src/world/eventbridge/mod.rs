//! EventBridge: schedules that call RunTask.
//!
//! Owns the schedules, and the calls that are being made until they are answered or given up. What a call does is not its
//! business: it makes it and looks at the answer, never at the tasks.

mod call;
mod cron;
mod expression;
mod schedule;

use std::collections::BTreeMap;

pub use call::{Call, Refusal, RetryPolicy, RunTask};
pub use expression::{Expression, Grammar};
pub use schedule::{Plan, Schedule, ScheduleId};

use super::{Ctx, World};
use crate::engine::Arena;

/// What EventBridge reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventBridgeEvent {
    /// The time of a schedule has come.
    Ring(ScheduleId),
    /// A call is made, for the first time or again.
    Call(u32),
}

/// The state of EventBridge.
#[derive(Clone, Debug, Default)]
pub struct EventBridge {
    /// All schedules, deleted ones included.
    pub schedules: Arena<Schedule>,
    /// Those that are there, by name.
    pub schedule_names: BTreeMap<String, ScheduleId>,
    /// Calls that are being made, by number.
    calls: BTreeMap<u32, call::Pending>,
    /// How many calls were begun [count].
    calls_begun: u32,
}

impl World {
    /// Reacts to one event. A call may change anything, so it is the world that makes it.
    pub(super) fn handle_eventbridge(&mut self, event: EventBridgeEvent, ctx: &mut Ctx) {
        match event {
            EventBridgeEvent::Ring(schedule) => {
                self.lend(|w| &mut w.eventbridge, |it, peers| it.ring(schedule, &peers.account, &peers.assume, ctx));
            }
            EventBridgeEvent::Call(number) => self.make_call(number, ctx),
        }
    }
}
