//! Calls that EventBridge makes: RunTask as a role, again after a while when it is refused, and given up in the end
//! [CP-164].
//!
//! The world does not know the API. The operation that makes a target hands in the function that calls it, so that a
//! schedule goes through the same door as a user.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{EventBridge, EventBridgeEvent};
use crate::engine::{FactId, Time};
use crate::world::iam::RoleId;
use crate::world::{Ctx, Event, Fact, Name, World};

/// A call of RunTask, as often as somebody rings for it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The target as AWS describes it.
    pub described: Value,
    /// The role as which RunTask is called.
    pub role: RoleId,
    /// Who assumes the role: `scheduler.amazonaws.com`.
    pub principal: &'static str,
    /// For whom: what the role's trust policy sees as `aws:SourceArn`.
    pub source_arn: String,
    /// RunTask's input, in AWS's words.
    pub input: Value,
    /// How often and how long it is tried again.
    pub retry: RetryPolicy,
    /// Whether a call is given up at once when a permission or the target is missing.
    pub gives_up_at_once: bool,
    /// Makes the call.
    pub run: RunTask,
}

/// `RetryPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// `MaximumRetryAttempts`; 185 unless set, 0 to 185 [CP-164].
    pub attempts: u32,
    /// `MaximumEventAgeInSeconds`; 24 hours unless set, from 1 minute on [CP-164].
    pub age: Duration,
}

/// Calls RunTask as the call says; the name of the session is the second argument. The answer is why no task was started,
/// if none was.
pub type RunTask = fn(&Call, &str, &mut World, &mut Ctx) -> Result<Option<String>, Refusal>;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// AWS's code.
    pub code: &'static str,
    /// AWS's message.
    pub message: String,
    /// A permission or something that is called is missing: it would be refused again.
    pub hopeless: bool,
    /// The fact that is to blame, if it is known.
    pub because: Option<FactId>,
}

/// A call that is being made.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    call: Arc<Call>,
    /// Who makes it: `schedule nightly`.
    by: Name,
    /// The name of the role's session: hexadecimal digits.
    session: String,
    /// When it was to be made first.
    first: Time,
    /// How often it was made [count].
    made: u32,
    /// The fact of the latest attempt or refusal.
    because: Option<FactId>,
}

impl EventBridge {
    /// Begins a call after a delay, because of the present cause. `name` is unique to this call.
    pub(super) fn begin_call(&mut self, call: Arc<Call>, by: Name, name: &str, later: Duration, ctx: &mut Ctx) {
        let word = |part: &str| ctx.stream("role-session", &format!("{by} {name} {part}")).word();
        let session = format!("{:016x}{:016x}", word("a"), word("b"));
        let pending = Pending { call, by, session, first: ctx.now() + later, made: 0, because: ctx.cause() };
        let number = self.calls_begun;
        self.calls_begun += 1;
        self.calls.insert(number, pending);
        ctx.send(later, Event::EventBridge(EventBridgeEvent::Call(number)));
    }
}

impl World {
    /// Makes a call that has begun.
    pub(super) fn make_call(&mut self, number: u32, ctx: &mut Ctx) {
        let Some(mut pending) = self.eventbridge.calls.remove(&number) else { return };
        pending.made += 1;
        let (by, attempt) = (pending.by.clone(), pending.made);
        let invoked = ctx.within(pending.because, |ctx| ctx.record(Fact::TargetInvoked { by, attempt }));
        ctx.because(invoked);
        let call = Arc::clone(&pending.call);
        let by = pending.by.clone();
        match (call.run)(&call, &pending.session, self, ctx) {
            Ok(None) => {}
            Ok(Some(reason)) => {
                ctx.record(Fact::TargetStartedNothing { by, reason: reason.into() });
            }
            Err(refusal) => self.refused(number, pending, refusal, ctx),
        }
    }

    /// A call was refused: it is made again after a while that doubles each time, or given up.
    fn refused(&mut self, number: u32, mut pending: Pending, refusal: Refusal, ctx: &mut Ctx) {
        let by = pending.by.clone();
        let Refusal { code, message, hopeless, because } = refusal;
        let fact = Fact::TargetRefused { by: by.clone(), code: code.into(), message: message.into() };
        let refused = ctx.within(because.or(ctx.cause()), |ctx| ctx.record(fact));
        ctx.because(refused);
        let doublings = (pending.made - 1).min(31);
        let wait = self.assume.target_retry.saturating_mul(1 << doublings).min(self.assume.target_retry_max);
        let retry = pending.call.retry;
        let too_old = (ctx.now() + wait).since(pending.first) > retry.age;
        if pending.made > retry.attempts || too_old || (hopeless && pending.call.gives_up_at_once) {
            ctx.record(Fact::TargetDropped { by, calls: pending.made });
            return;
        }
        pending.because = Some(refused);
        self.eventbridge.calls.insert(number, pending);
        ctx.send(wait, Event::EventBridge(EventBridgeEvent::Call(number)));
    }
}
