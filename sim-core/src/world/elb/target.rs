//! Targets: who is registered, and how healthy it is.

use std::fmt;
use std::hint::cold_path;
use std::time::Duration;

use super::TargetGroupId;
use crate::engine::{FactId, Id, Ticket, Time};
use crate::world::Name;
use crate::world::ecs::TaskId;
use crate::world::network::{EniId, ZoneId};

/// Names a [`Target`].
pub type TargetId = Id<Target>;

/// Why a target is not healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HealthReason {
    /// `Target.Timeout` [TR-042].
    Timeout,
    /// `Target.FailedHealthChecks` [TR-043].
    FailedHealthChecks,
    /// `Target.ResponseCodeMismatch` with the code [TR-044].
    ResponseCodeMismatch(u16),
}

impl HealthReason {
    /// AWS's reason code.
    pub fn code(self) -> &'static str {
        match self {
            HealthReason::Timeout => "Target.Timeout",
            HealthReason::FailedHealthChecks => "Target.FailedHealthChecks",
            HealthReason::ResponseCodeMismatch(_) => "Target.ResponseCodeMismatch",
        }
    }
}

impl fmt::Display for HealthReason {
    /// AWS's description.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HealthReason::Timeout => f.write_str("Request timed out"),
            HealthReason::FailedHealthChecks => f.write_str("Health checks failed"),
            HealthReason::ResponseCodeMismatch(code) => write!(f, "Health checks failed with these codes: [{code}]"),
        }
    }
}

/// How one health check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the timeout, with a code that matches.
    Passed,
    /// Not so.
    Failed(HealthReason),
}

/// `TargetHealth` of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// `initial`, `Elb.RegistrationInProgress` [TR-033][TR-040].
    Registering,
    /// `initial`, `Elb.InitialHealthChecking` [TR-041].
    Initial,
    /// `healthy` [TR-034].
    Healthy,
    /// `unhealthy` [TR-035].
    Unhealthy(HealthReason),
    /// `unhealthy.draining`, only behind Network Load Balancers: failed, but its connections are kept for a while
    /// [TR-039].
    UnhealthyDraining,
    /// `unused`, `Target.NotInUse`: no listener uses the group, or the load balancer is not in the zone [TR-036].
    NotInUse,
    /// `unused`, `Target.InvalidState`: its instance does not run [TR-036].
    InvalidState,
    /// `draining` [TR-037][TR-045].
    Draining,
    /// `unused`, `Target.NotRegistered`: it has left [TR-036].
    Gone,
}

impl Target {
    /// The port of the container behind one that is asked for: of an instance only the target's own leads there.
    pub(super) fn inside_of(&self, port: u16) -> u16 {
        match self.host {
            Some(_) if port == self.port => self.inside,
            Some(_) => 0,
            None => port,
        }
    }

    /// Requests that have come to an end at it [count].
    pub fn ended(&self) -> u64 {
        self.sent - u64::from(self.outstanding)
    }

    /// Time from each request's arrival until its client had an answer or had gone, in sum [ns].
    pub fn spent(&self) -> u128 {
        u128::from(self.spent_above) << 64 | u128::from(self.spent)
    }

    /// A request has come to an end after so long [ns].
    #[inline(always)]
    pub(super) fn end_after(&mut self, nanos: u64) {
        self.outstanding -= 1;
        add(nanos, &mut self.spent, &mut self.spent_above);
    }

    /// Requests that came to an end since anomaly detection last looked, and those of them that went wrong [count].
    pub(super) fn lately(&self) -> (u64, u64) {
        (self.ended() - self.looked_at.0, self.bad - self.looked_at.1)
    }

    /// Anomaly detection has looked.
    pub(super) fn look(&mut self) {
        self.looked_at = (self.ended(), self.bad);
    }
}

impl TargetState {
    /// `State`, as DescribeTargetHealth says it.
    pub fn word(self) -> &'static str {
        match self {
            TargetState::Registering | TargetState::Initial => "initial",
            TargetState::Healthy => "healthy",
            TargetState::Unhealthy(_) => "unhealthy",
            TargetState::UnhealthyDraining => "unhealthy.draining",
            TargetState::NotInUse | TargetState::InvalidState | TargetState::Gone => "unused",
            TargetState::Draining => "draining",
        }
    }

    /// `Reason`; none for a healthy target [TR-034].
    pub fn reason(self) -> Option<&'static str> {
        Some(match self {
            TargetState::Registering => "Elb.RegistrationInProgress",
            TargetState::Initial => "Elb.InitialHealthChecking",
            TargetState::Healthy => return None,
            TargetState::Unhealthy(reason) => reason.code(),
            TargetState::UnhealthyDraining => HealthReason::FailedHealthChecks.code(),
            TargetState::NotInUse => "Target.NotInUse",
            TargetState::InvalidState => "Target.InvalidState",
            TargetState::Draining => "Target.DeregistrationInProgress",
            TargetState::Gone => "Target.NotRegistered",
        })
    }

    /// `Description`; none for a healthy target.
    pub fn description(self) -> Option<String> {
        Some(match self {
            TargetState::Registering => "Target registration is in progress".to_owned(),
            TargetState::Initial => "Initial health checks in progress".to_owned(),
            TargetState::Healthy => return None,
            TargetState::Unhealthy(reason) => reason.to_string(),
            TargetState::UnhealthyDraining => HealthReason::FailedHealthChecks.to_string(),
            TargetState::NotInUse => {
                "Target group is not configured to receive traffic from the load balancer".to_owned()
            }
            TargetState::InvalidState => "Target is in the stopped or terminated state".to_owned(),
            TargetState::Draining => "Target deregistration is in progress".to_owned(),
            TargetState::Gone => "Target is not registered to the target group".to_owned(),
        })
    }

    /// Whether health checks are sent to it.
    pub(super) fn is_checked(self) -> bool {
        matches!(self, TargetState::Initial | TargetState::Healthy) || self.is_unhealthy()
    }

    /// Whether it has failed its checks.
    pub fn is_unhealthy(self) -> bool {
        matches!(self, TargetState::Unhealthy(_) | TargetState::UnhealthyDraining)
    }

    /// Whether it is registered and not on its way out.
    pub fn is_registered(self) -> bool {
        !matches!(self, TargetState::Draining | TargetState::Gone)
    }
}

/// Whether packets get from the load balancer to a target: answered by the network, and kept until it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The network's generation for which it holds.
    pub generation: u64,
    /// Whether they do.
    pub open: bool,
}

/// Checks that are not sent, because they would pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asleep {
    /// When the last one was sent, or would have been.
    pub last: Time,
    /// How long each takes.
    pub takes: Duration,
}

/// A task's port in a target group. Its identity is (address, port).
///
/// In the order in which requests ask for it: with thousands of targets each line of memory that a request touches has to come
/// from afar.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Target {
    /// Where it is registered.
    pub group: TargetGroupId,
    /// Whose port it is.
    pub task: TaskId,
    /// The container's place in the task definition.
    pub container: u16,
    /// The port.
    pub port: u16,
    /// The port of the container that it leads to: the same, unless it is a port of an instance.
    pub inside: u16,
    /// The zone of the task: its node sends to it while cross-zone is off.
    pub node: ZoneId,
    /// Registered by RegisterTargets, not by ECS for a service.
    pub by_hand: bool,
    /// Its place among those that may be chosen.
    pub(super) place: u32,
    /// Requests sent to it that it has not answered [count].
    pub outstanding: u32,
    /// Requests sent to it so far [count].
    pub sent: u64,
    /// Whether requests and checks get through.
    pub(crate) reach: Option<Reach>,
    /// Its checks pass, and nothing happens that could change that: they are not sent.
    pub(super) asleep: Option<Box<Asleep>>,
    /// Time from each request's arrival until its client had an answer or had gone, in sum [ns]: its lower word.
    pub(super) spent: u64,
    /// The upper word of that, which is seldom asked for.
    pub(super) spent_above: u64,
    /// Requests that were answered with 5xx, or whose connection failed [count].
    pub bad: u64,
    /// Its health.
    pub state: TargetState,
    /// What it gets of a full share [thousandths]; less than all only by anomaly mitigation [TR-081].
    pub(super) weight: u32,
    /// Since when its share grows; none when it is a full one [TR-077].
    pub(super) grows_since: Option<Time>,
    /// Its first share is a full one, whatever slow start says [TR-078].
    pub(super) at_once: bool,
    /// Whether it fails more than its peers [TR-080].
    pub anomalous: bool,
    /// The interface of the instance whose port it is; none when the task has its own.
    pub host: Option<EniId>,
    /// The task's private address.
    pub address: Name,
    /// The name of that zone.
    pub zone: Name,
    /// Since when.
    pub since: Time,
    /// Both when anomaly detection last looked.
    pub(super) looked_at: (u64, u64),
    /// Its next check.
    pub(super) next_check: Option<Ticket>,
    /// Checks passed in a row while unhealthy [count].
    pub(super) passed: u32,
    /// Checks failed in a row while not unhealthy [count].
    pub(super) failed: u32,
    /// The fact of its registration.
    pub(super) registered: Option<FactId>,
    /// The fact that its checks do not get through, while they do not.
    pub(super) blocked: Option<FactId>,
}

/// Adds to a sum of two words. The upper one is hardly ever touched, so it may stand elsewhere.
#[inline(always)]
fn add(more: u64, word: &mut u64, above: &mut u64) {
    let (sum, is_full) = word.overflowing_add(more);
    *word = sum;
    if is_full {
        cold_path();
        *above += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_two_words_is_exact() {
        let (mut word, mut above) = (0, 0);
        let all = [5, u64::MAX, 0, u64::MAX - 4, 17];
        for more in all {
            add(more, &mut word, &mut above);
        }
        assert_eq!(u128::from(above) << 64 | u128::from(word), all.into_iter().map(u128::from).sum());
        assert_eq!(above, 2);
    }
}
