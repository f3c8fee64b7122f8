//! EventBridge: schedules that call RunTask, and the default event bus with its rules.
//!
//! Owns the schedules and rules, and the calls that are being made until they are answered or given up. What a call does is not its
//! business: it makes it and looks at the answer, never at the tasks.

mod bus;
mod call;
mod cron;
mod expression;
mod pattern;
mod rule;
mod schedule;

use std::collections::BTreeMap;

pub use bus::Tell;
pub use call::{Call, Refusal, RetryPolicy, RunTask};
pub use expression::{Expression, Grammar};
pub use pattern::Pattern;
pub use rule::{Rule, RuleId, RulePlan, Target};
pub use schedule::{Plan, Schedule, ScheduleId};

use super::{Ctx, Fact, World};
use crate::engine::Arena;

/// What EventBridge reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventBridgeEvent {
    /// The time of a schedule has come.
    Ring(ScheduleId),
    /// A call is made, for the first time or again.
    Call(u32),
    /// The time of a rule has come.
    RingRule(RuleId),
    /// An event comes to the log group that keeps it.
    Keep(u32),
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
    /// All rules, deleted ones included.
    pub rules: Arena<Rule>,
    /// Those that are there, by name.
    pub rule_names: BTreeMap<String, RuleId>,
    /// Events on their way to log groups, by number.
    letters: BTreeMap<u32, rule::Letter>,
    /// How many of them there were [count].
    letters_begun: u32,
    /// Whether some rule wants to hear events.
    listens: bool,
    /// The facts up to this number have been told.
    heard: u32,
    /// Finds AWS's words for a fact.
    pub(crate) tell: Option<Tell>,
}

impl World {
    /// Reacts to one event. A call may change anything, so it is the world that makes it.
    pub(super) fn handle_eventbridge(&mut self, event: EventBridgeEvent, ctx: &mut Ctx) {
        match event {
            EventBridgeEvent::Ring(schedule) => {
                self.lend(|w| &mut w.eventbridge, |it, peers| it.ring(schedule, &peers.account, &peers.assume, ctx));
            }
            EventBridgeEvent::Call(number) => self.make_call(number, ctx),
            EventBridgeEvent::RingRule(rule) => {
                self.lend(|w| &mut w.eventbridge, |it, peers| it.ring_rule(rule, &peers.account, ctx));
            }
            EventBridgeEvent::Keep(number) => {
                let Some(letter) = self.eventbridge.letters.remove(&number) else { return };
                let rule::Letter { by, group, stream, text } = letter;
                if !self.logs.keep(&group, stream, text, ctx.now()) {
                    ctx.record(Fact::EventLost { by, group: group.as_str().into() });
                }
            }
        }
    }
}
