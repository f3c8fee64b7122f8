//! Alarms: each watches one metric and is in one of three states.
//!
//! `watched.rs` finds what an alarm sees, `evaluation.rs` says which state that is, `reason.rs` says why in CloudWatch's
//! words. An account without alarms does no work for them.

mod evaluation;
mod reason;
mod watched;

pub use evaluation::{MissingData, Verdict, evaluate};
pub use watched::{Number, Point, Watched};

use std::collections::BTreeMap;
use std::time::Duration;

use super::{CloudWatch, Subject};
use crate::engine::{Arena, FactId, Id, Time};
use crate::world::{Account, Ctx, Fact, Peers};

/// Names an [`Alarm`].
pub type AlarmId = Id<Alarm>;

/// Alarms of an account in a Region [count] [SC-042].
const ALARMS_MAX: usize = 5000;
/// From this stretch on an alarm is evaluated once an hour [SC-022] [min].
const LONG: u64 = 24 * 60;

/// `StateValue` [SC-020].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// The metric is as it should be.
    Ok,
    /// It is not.
    Alarm,
    /// There is too little data to say; so every alarm begins.
    #[default]
    InsufficientData,
}

/// `ComparisonOperator`: how a datapoint is compared with the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `GreaterThanOrEqualToThreshold`.
    AtLeast,
    /// `GreaterThanThreshold`.
    Above,
    /// `LessThanThreshold`.
    Below,
    /// `LessThanOrEqualToThreshold`.
    AtMost,
}

impl Comparison {
    /// Whether a value breaches the threshold.
    fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Comparison::AtLeast => value >= threshold,
            Comparison::Above => value > threshold,
            Comparison::Below => value < threshold,
            Comparison::AtMost => value <= threshold,
        }
    }
}

/// When an alarm is in which state.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmRule {
    /// Which metric, and which number of it.
    pub watched: Watched,
    /// `EvaluationPeriods`: how many datapoints count [count].
    pub evaluation_periods: u32,
    /// `DatapointsToAlarm`: how many of them must breach; all unless set [SC-021] [count].
    pub datapoints_to_alarm: Option<u32>,
    /// `Threshold` [in the metric's unit].
    pub threshold: f64,
    /// `ComparisonOperator`.
    pub comparison: Comparison,
    /// `TreatMissingData`.
    pub missing: MissingData,
}

impl AlarmRule {
    /// How many of the datapoints must breach [SC-021] [count].
    pub fn needed(&self) -> u32 {
        self.datapoints_to_alarm.unwrap_or(self.evaluation_periods)
    }

    /// The stretch that all its datapoints cover [s].
    pub fn stretch(&self) -> Duration {
        self.watched.period() * self.evaluation_periods
    }
}

/// An alarm on a metric.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// `AlarmName`.
    pub name: String,
    /// `AlarmArn`.
    pub arn: String,
    /// `AlarmDescription`.
    pub description: Option<String>,
    /// `ActionsEnabled`. There are no actions here, so that nothing depends on it.
    pub actions_enabled: bool,
    /// When it is in which state.
    pub rule: AlarmRule,
    /// `StateValue`.
    pub state: AlarmState,
    /// `StateReason` [SC-041].
    pub reason: String,
    /// `StateUpdatedTimestamp`: when state or reason last changed.
    pub updated: Time,
    /// `StateTransitionedTimestamp`: when the state last changed.
    pub transitioned: Time,
    /// When it was made first.
    pub created: Time,
    /// When it was deleted.
    pub deleted: Option<Time>,
    /// `AlarmConfigurationUpdatedTimestamp`.
    pub configured: Time,
    /// The fact of its latest change of state, or of its making.
    pub because: FactId,
    /// The fact that made it as it is.
    made: FactId,
}

/// All alarms of the account.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    /// All alarms, deleted ones included.
    pub all: Arena<Alarm>,
    /// Those that are there, by name.
    pub live: BTreeMap<String, AlarmId>,
}

impl Alarms {
    /// The alarm with this name, if it is there.
    pub fn named(&self, name: &str) -> Option<&Alarm> {
        self.live.get(name).map(|&id| &self.all[id])
    }

    /// Whether there may be no more of them [SC-042].
    pub fn are_too_many(&self) -> bool {
        self.live.len() >= ALARMS_MAX
    }
}

impl CloudWatch {
    /// Makes an alarm, or another one of it. A new one is in INSUFFICIENT_DATA [SC-020]; one that is changed keeps its
    /// state until it is evaluated.
    pub(crate) fn put_alarm(
        &mut self,
        name: &str,
        description: Option<String>,
        actions_enabled: bool,
        rule: AlarmRule,
        account: &Account,
        ctx: &mut Ctx,
    ) {
        let now = ctx.now();
        let id = self.alarms.live.get(name).copied().unwrap_or_else(|| self.alarms.all.next_id());
        let fact = ctx.record(Fact::AlarmPut { alarm: id });
        if self.alarms.live.contains_key(name) {
            let alarm = &mut self.alarms.all[id];
            (alarm.description, alarm.actions_enabled, alarm.rule) = (description, actions_enabled, rule);
            (alarm.configured, alarm.made) = (now, fact);
        } else {
            self.alarms.all.push(Alarm {
                name: name.to_owned(),
                arn: account.arn("cloudwatch", &format!("alarm:{name}")),
                description,
                actions_enabled,
                rule,
                state: AlarmState::default(),
                reason: "Unchecked: Initial alarm creation".to_owned(),
                updated: now,
                transitioned: now,
                created: now,
                deleted: None,
                configured: now,
                because: fact,
                made: fact,
            });
            self.alarms.live.insert(name.to_owned(), id);
        }
        self.wake(ctx);
    }

    /// Deletes an alarm.
    pub(crate) fn delete_alarm(&mut self, name: &str, ctx: &mut Ctx) {
        if let Some(alarm) = self.alarms.live.remove(name) {
            ctx.record(Fact::AlarmDeleted { alarm });
            self.alarms.all[alarm].deleted = Some(ctx.now());
        }
    }

    /// Whether alarms may act; those that are not there are passed over.
    pub(crate) fn enable_alarm_actions(&mut self, names: &[String], enabled: bool) {
        for id in names.iter().filter_map(|name| self.alarms.live.get(name)) {
            self.alarms.all[*id].actions_enabled = enabled;
        }
    }

    /// Puts an alarm into a state, until the next evaluation says otherwise [SC-042].
    pub(crate) fn set_alarm_state(&mut self, name: &str, state: AlarmState, reason: &str, ctx: &mut Ctx) {
        if let Some(&id) = self.alarms.live.get(name) {
            self.turn(id, state, reason.to_owned(), ctx);
        }
    }

    /// Evaluates all alarms, at the end of a minute [SC-022].
    pub(super) fn evaluate_alarms(&mut self, peers: &Peers, ctx: &mut Ctx) {
        if self.alarms.live.is_empty() {
            return;
        }
        // Minutes whose points are published by now [SC-108].
        let published = ctx.now().since(Time::ZERO).saturating_sub(peers.assume.metric_delay).as_secs() / 60;
        let live: Vec<AlarmId> = self.alarms.live.values().copied().collect();
        for id in live {
            let rule = &self.alarms.all[id].rule;
            let until = match rule.stretch().as_secs() / 60 > LONG {
                // Once an hour, with what came up to its beginning [SC-022].
                true if !published.is_multiple_of(60) => continue,
                _ => published as u32,
            };
            let points = rule.watched.points(&self.series, rule.evaluation_periods + evaluation::MORE, until, peers);
            let verdict = evaluate(rule, &points);
            let Some(state) = verdict.state else { continue };
            if state != self.alarms.all[id].state {
                let reason = reason::of(rule, state, &verdict, &peers.account);
                // What made the metric what it is is known of capacity providers.
                let about = rule.watched.subjects(peers).into_iter().find_map(|subject| match subject {
                    Subject::Provider(provider) => self.reservations.get(&provider).map(|&(_, fact)| fact),
                    _ => None,
                });
                let because = self.alarms.all[id].made.max(about.unwrap_or(self.alarms.all[id].made));
                ctx.within(Some(because), |ctx| self.turn(id, state, reason, ctx));
            }
        }
    }

    fn turn(&mut self, id: AlarmId, state: AlarmState, reason: String, ctx: &mut Ctx) {
        let now = ctx.now();
        let alarm = &mut self.alarms.all[id];
        alarm.updated = now;
        if alarm.state != state {
            alarm.because = ctx.record(Fact::AlarmStateChanged { alarm: id, state, reason: reason.as_str().into() });
            (alarm.state, alarm.transitioned) = (state, now);
        }
        alarm.reason = reason;
    }
}
