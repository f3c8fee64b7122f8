//! Schedules of EventBridge Scheduler: when they ring, and that they call RunTask then [CP-164].

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Call, EventBridge, EventBridgeEvent, Expression};
use crate::engine::{FactId, Id, Ticket, Time};
use crate::world::{Account, Assumptions, Ctx, Event, Fact};

/// Names a [`Schedule`].
pub type ScheduleId = Id<Schedule>;

/// What CreateSchedule and UpdateSchedule say.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `ScheduleExpression`, as it was written.
    pub text: String,
    /// The same, understood.
    pub expression: Expression,
    /// `Description`.
    pub description: Option<String>,
    /// `StartDate`: it rings at it or later.
    pub start: Option<Timestamp>,
    /// `EndDate`: it rings before it.
    pub end: Option<Timestamp>,
    /// `State` is ENABLED.
    pub enabled: bool,
    /// `FlexibleTimeWindow`: the call is made some time within it; none when it is OFF.
    pub window: Option<Duration>,
    /// `ActionAfterCompletion` is DELETE: it goes when it rings no more.
    pub delete_after: bool,
    /// What is called.
    pub call: Arc<Call>,
}

/// A schedule.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Unique in its group.
    pub name: String,
    /// `arn:aws:scheduler:…:schedule/default/{name}`.
    pub arn: String,
    /// What it does.
    pub plan: Plan,
    /// `CreationDate`: its rate counts from here, unless it has a start.
    pub created: Time,
    /// `LastModificationDate`.
    pub modified: Time,
    /// The fact of its last change.
    pub because: FactId,
    /// When it rings next.
    next: Option<Ticket>,
    /// How often it has rung [count].
    rung: u64,
}

impl EventBridge {
    /// The schedule with this name.
    pub fn schedule_named(&self, name: &str) -> Option<ScheduleId> {
        self.schedule_names.get(name).copied()
    }

    /// Creates a schedule. The caller has seen that there is none of this name.
    pub(crate) fn create_schedule(&mut self, name: &str, plan: Plan, account: &Account, ctx: &mut Ctx) -> ScheduleId {
        let because = ctx.record(Fact::ScheduleCreated { schedule: name.into() });
        let (created, modified) = (ctx.now(), ctx.now());
        let arn = account.arn("scheduler", &format!("schedule/default/{name}"));
        let schedule = Schedule { name: name.to_owned(), arn, plan, created, modified, because, next: None, rung: 0 };
        let id = self.schedules.push(schedule);
        self.schedule_names.insert(name.to_owned(), id);
        self.wind(id, account, ctx);
        id
    }

    /// Gives a schedule another plan, whole.
    pub(crate) fn update_schedule(&mut self, id: ScheduleId, plan: Plan, account: &Account, ctx: &mut Ctx) {
        let schedule = &mut self.schedules[id];
        schedule.because = ctx.record(Fact::ScheduleUpdated { schedule: schedule.name.as_str().into() });
        (schedule.plan, schedule.modified) = (plan, ctx.now());
        self.wind(id, account, ctx);
    }

    /// Deletes a schedule: it rings no more. Calls that it has begun go on.
    pub(crate) fn delete_schedule(&mut self, id: ScheduleId, ctx: &mut Ctx) {
        let schedule = &mut self.schedules[id];
        ctx.record(Fact::ScheduleDeleted { schedule: schedule.name.as_str().into() });
        if let Some(ticket) = schedule.next.take() {
            ctx.cancel(ticket);
        }
        self.schedule_names.remove(&self.schedules[id].name);
    }

    /// Sets the schedule to its next time, in place of that which it was set to.
    fn wind(&mut self, id: ScheduleId, account: &Account, ctx: &mut Ctx) {
        let schedule = &mut self.schedules[id];
        if let Some(ticket) = schedule.next.take() {
            ctx.cancel(ticket);
        }
        let (plan, now) = (&schedule.plan, account.moment(ctx.now()));
        // A start is for what comes again and again.
        let once = matches!(plan.expression, Expression::At(_));
        let start = plan.start.filter(|_| !once);
        // At a start in the future it may ring at once: the last moment before it has passed.
        let from = start.filter(|start| *start > now).map_or(now, before);
        let anchor = start.unwrap_or_else(|| account.moment(schedule.created));
        let next = plan.expression.after(from, anchor);
        let next = next.filter(|next| once || plan.end.is_none_or(|end| *next < end));
        let Some(at) = next.filter(|_| plan.enabled).and_then(|next| account.time(next)) else { return };
        let ring = Event::EventBridge(EventBridgeEvent::Ring(id));
        let because = Some(schedule.because);
        schedule.next = Some(ctx.within(because, |ctx| ctx.send_at(at, ring)));
    }

    /// A schedule rings: its call is made, at once or within its window, and it is set again. It does not ask what has become
    /// of the call before, so that runs may overlap [CP-164].
    pub(super) fn ring(&mut self, id: ScheduleId, account: &Account, assume: &Assumptions, ctx: &mut Ctx) {
        let schedule = &mut self.schedules[id];
        schedule.next = None;
        schedule.rung += 1;
        let window = schedule.plan.window.unwrap_or(assume.schedule_precision);
        let name = format!("{}#{}", schedule.name, schedule.rung);
        let later = window.mul_f64(ctx.stream("schedule-window", &name).unit());
        let (call, by) = (schedule.plan.call.clone(), format!("schedule {}", schedule.name));
        self.begin_call(call, by.into(), &name, later, ctx);
        self.wind(id, account, ctx);
        let schedule = &self.schedules[id];
        if schedule.next.is_none() && schedule.plan.enabled && schedule.plan.delete_after {
            self.delete_schedule(id, ctx);
        }
    }
}

/// The last moment before this one.
fn before(moment: Timestamp) -> Timestamp {
    Timestamp::from_nanosecond(moment.as_nanosecond() - 1).unwrap_or(moment)
}
