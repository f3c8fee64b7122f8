//! Rules of the default event bus: what they are about, when they ring, and what they call [CP-217].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Call, EventBridge, EventBridgeEvent, Expression, Pattern};
use crate::engine::{FactId, Id, Ticket, Time};
use crate::world::{Account, Ctx, Event, Fact, Name};

/// Names a [`Rule`].
pub type RuleId = Id<Rule>;

/// What PutRule says.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// `Description`.
    pub description: Option<String>,
    /// `State` is ENABLED.
    pub enabled: bool,
    /// `ScheduleExpression`: as it was written, and understood.
    pub schedule: Option<(String, Expression)>,
    /// `EventPattern`: as it was written, and understood.
    pub pattern: Option<(String, Arc<Pattern>)>,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Unique on its bus.
    pub name: String,
    /// `arn:aws:events:…:rule/{name}`.
    pub arn: String,
    /// What it is about.
    pub plan: RulePlan,
    /// What it calls, by `Id`.
    pub targets: BTreeMap<String, Target>,
    /// Its rate counts from here.
    pub created: Time,
    /// The fact of its last change.
    pub because: FactId,
    /// When it rings next.
    next: Option<Ticket>,
    /// How often it has rung, or an event was as it wants [count].
    rung: u64,
}

/// What a rule calls.
#[derive(Clone, Debug)]
pub enum Target {
    /// RunTask.
    RunTask(Arc<Call>),
    /// A log group keeps the event.
    LogGroup {
        /// The target as AWS describes it.
        described: Value,
        /// The group.
        group: String,
    },
}

impl Target {
    /// As AWS describes it.
    pub fn described(&self) -> &Value {
        match self {
            Target::RunTask(call) => &call.described,
            Target::LogGroup { described, .. } => described,
        }
    }
}

/// An event on its way into a log group.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub by: Name,
    pub group: String,
    pub stream: String,
    pub text: Name,
}

impl EventBridge {
    /// The rule with this name.
    pub fn rule_named(&self, name: &str) -> Option<RuleId> {
        self.rule_names.get(name).copied()
    }

    /// Makes a rule, or gives the one of this name another plan.
    pub(crate) fn put_rule(&mut self, name: &str, plan: RulePlan, account: &Account, ctx: &mut Ctx) -> RuleId {
        let because = ctx.record(Fact::EventRulePut { rule: name.into() });
        let id = match self.rule_named(name) {
            Some(id) => {
                (self.rules[id].plan, self.rules[id].because) = (plan, because);
                id
            }
            None => {
                let arn = account.arn("events", &format!("rule/{name}"));
                let (targets, created) = (BTreeMap::new(), ctx.now());
                let rule = Rule { name: name.to_owned(), arn, plan, targets, created, because, next: None, rung: 0 };
                let id = self.rules.push(rule);
                self.rule_names.insert(name.to_owned(), id);
                id
            }
        };
        self.rule_changed(id, account, ctx);
        id
    }

    /// Enables or disables a rule.
    pub(crate) fn switch_rule(&mut self, id: RuleId, enabled: bool, account: &Account, ctx: &mut Ctx) {
        let rule = &mut self.rules[id];
        rule.because = ctx.record(Fact::EventRuleSwitched { rule: rule.name.as_str().into(), enabled });
        rule.plan.enabled = enabled;
        self.rule_changed(id, account, ctx);
    }

    /// Deletes a rule. Calls that it has begun go on.
    pub(crate) fn delete_rule(&mut self, id: RuleId, account: &Account, ctx: &mut Ctx) {
        let rule = &mut self.rules[id];
        ctx.record(Fact::EventRuleDeleted { rule: rule.name.as_str().into() });
        rule.plan.enabled = false;
        self.rule_names.remove(&self.rules[id].name);
        self.rule_changed(id, account, ctx);
    }

    /// What the rule calls has changed.
    pub(crate) fn targets_of(&mut self, id: RuleId, ctx: &Ctx, change: impl FnOnce(&mut BTreeMap<String, Target>)) {
        change(&mut self.rules[id].targets);
        self.listen(ctx);
    }

    fn rule_changed(&mut self, id: RuleId, account: &Account, ctx: &mut Ctx) {
        self.wind_rule(id, account, ctx);
        self.listen(ctx);
    }

    /// Sets the rule to its next time, in place of that which it was set to.
    fn wind_rule(&mut self, id: RuleId, account: &Account, ctx: &mut Ctx) {
        let rule = &mut self.rules[id];
        if let Some(ticket) = rule.next.take() {
            ctx.cancel(ticket);
        }
        let Some((_, expression)) = rule.plan.schedule.as_ref().filter(|_| rule.plan.enabled) else { return };
        let next = expression.after(account.moment(ctx.now()), account.moment(rule.created));
        let Some(at) = next.and_then(|next| account.time(next)) else { return };
        let ring = Event::EventBridge(EventBridgeEvent::RingRule(id));
        let because = Some(rule.because);
        rule.next = Some(ctx.within(because, |ctx| ctx.send_at(at, ring)));
    }

    /// The time of a rule has come: its targets are called, and it is set again. `event` is what it tells of that.
    pub(super) fn ring_rule(&mut self, id: RuleId, account: &Account, ctx: &mut Ctx) {
        self.rules[id].next = None;
        let event = self.scheduled_event(id, account, ctx);
        self.call_targets(id, &event, Duration::ZERO, ctx);
        self.wind_rule(id, account, ctx);
    }

    /// The event by which the bus tells that the time of a rule has come.
    fn scheduled_event(&self, id: RuleId, account: &Account, ctx: &Ctx) -> Value {
        let rule = &self.rules[id];
        let event = format!("{}#{}", rule.arn, rule.rung + 1);
        serde_json::json!({
            "version": "0",
            "id": account.uuid("scheduled-event", &event),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": account.id,
            "time": account.moment(ctx.now()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": account.region,
            "resources": [rule.arn],
            "detail": {}
        })
    }

    /// Calls what the rule calls, after a delay, because of the present cause.
    pub(super) fn call_targets(&mut self, id: RuleId, event: &Value, later: Duration, ctx: &mut Ctx) {
        self.rules[id].rung += 1;
        let rule = &self.rules[id];
        let (by, rung): (Name, u64) = (format!("rule {}", rule.name).into(), rule.rung);
        for (target, what) in rule.targets.clone() {
            match what {
                Target::RunTask(call) => {
                    let name = format!("{target}#{rung}");
                    self.begin_call(call, by.clone(), &name, later, ctx);
                }
                Target::LogGroup { group, .. } => {
                    let stream = event["id"].as_str().unwrap_or_default().to_owned();
                    let letter = Letter { by: by.clone(), group, stream, text: event.to_string().into() };
                    let number = self.letters_begun;
                    self.letters_begun += 1;
                    self.letters.insert(number, letter);
                    ctx.send(later, Event::EventBridge(EventBridgeEvent::Keep(number)));
                }
            }
        }
    }
}
