//! Target groups: their settings, and which target is next.

use std::fmt;
use std::time::Duration;

use super::{Elb, LoadBalancerId, Target, TargetId, TargetState};
use crate::engine::{Arena, FactId, Id};
use crate::world::{Ctx, Fact, Peers};

/// Names a [`TargetGroup`].
pub type TargetGroupId = Id<TargetGroup>;

/// `load_balancing.algorithm.type` [TR-074]. `weighted_random` is not modelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Algorithm {
    /// Each in turn, in the order of registration; a new target is appended and the turn goes on [TR-075][TR-152].
    #[default]
    RoundRobin,
    /// The one with the fewest requests in progress; of equal ones the next in turn [TR-075][TR-153].
    LeastOutstandingRequests,
}

/// `Matcher.HttpCode`: which answers pass, as `200`, `200,202` or `200-299` [TR-050].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher(Vec<(u16, u16)>);

impl Matcher {
    /// Reads the text; none when it does not say codes from 200 to 499.
    pub fn parse(text: &str) -> Option<Matcher> {
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (200..=499).contains(code));
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (low, high) = part.split_once('-').unwrap_or((part, part));
            let (low, high) = (code(low)?, code(high)?);
            if low > high {
                return None;
            }
            ranges.push((low, high));
        }
        Some(Matcher(ranges))
    }

    /// Whether an answer with this code passes.
    pub fn matches(&self, code: u16) -> bool {
        self.0.iter().any(|&(low, high)| (low..=high).contains(&code))
    }
}

impl Default for Matcher {
    fn default() -> Matcher {
        Matcher(vec![(200, 200)])
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (low, high)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            if low == high { write!(f, "{comma}{low}")? } else { write!(f, "{comma}{low}-{high}")? }
        }
        Ok(())
    }
}

/// `HealthCheckPort` [TR-051].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckPort {
    /// `traffic-port`: the port that gets the requests.
    #[default]
    Traffic,
    /// One port for all targets.
    Fixed(u16),
}

impl fmt::Display for CheckPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckPort::Traffic => f.write_str("traffic-port"),
            CheckPort::Fixed(port) => write!(f, "{port}"),
        }
    }
}

/// How a group checks its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// Between the starts of two checks of a target [s].
    ///
    /// AWS: `HealthCheckIntervalSeconds`; 30 unless set, 5–300 [TR-046].
    pub interval: Duration,
    /// How long an answer may take [s].
    ///
    /// AWS: `HealthCheckTimeoutSeconds`; 5 unless set [TR-052], 2–120, less than the interval [TR-047][TR-053].
    pub timeout: Duration,
    /// Checks in a row that an unhealthy target must pass [count].
    ///
    /// AWS: `HealthyThresholdCount`; 5 unless set, 2–10 [TR-048].
    pub healthy_threshold: u32,
    /// Checks in a row that a target must fail [count].
    ///
    /// AWS: `UnhealthyThresholdCount`; 2 unless set, 2–10 [TR-049].
    pub unhealthy_threshold: u32,
    /// Which answers pass; `200` unless set [TR-050].
    pub matcher: Matcher,
    /// Where; `/` unless set [TR-051].
    pub path: String,
    /// Which port; the traffic port unless set [TR-051].
    pub port: CheckPort,
}

impl Default for HealthCheck {
    fn default() -> Self {
        HealthCheck {
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            matcher: Matcher::default(),
            path: "/".to_owned(),
            port: CheckPort::Traffic,
        }
    }
}

/// `TargetType` [TR-027]. `lambda` is not modelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum TargetType {
    /// Registered by instance and port, which is what AWS takes unless told otherwise.
    #[default]
    Instance,
    /// Registered by address and port: what tasks in `awsvpc` mode need [TR-028].
    Ip,
}

/// Where a listener forwards to: targets, and how they are checked and chosen.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    /// Its name, unique in the Region.
    pub name: String,
    /// `arn:…:targetgroup/{name}/{16 hexadecimal digits}`.
    pub arn: String,
    /// The port targets are registered with when none is given.
    pub port: u16,
    /// How its targets are registered.
    pub target_type: TargetType,
    /// How its targets are checked.
    pub check: HealthCheck,
    /// From the deregistration of a target to its end [s].
    ///
    /// AWS: `deregistration_delay.timeout_seconds`; 300 unless set, 0–3600 [TR-069].
    pub deregistration_delay: Duration,
    /// How a target is chosen.
    pub algorithm: Algorithm,
    /// The one load balancer that uses it [TR-010].
    pub balancer: Option<LoadBalancerId>,
    /// Its targets in the order of registration, draining ones included.
    pub targets: Vec<TargetId>,
    /// The fact of its creation.
    pub because: FactId,
    /// Who may be chosen, in the order of registration.
    pub(crate) choice: Choice,
}

/// The place of a target that may not be chosen.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Who may be chosen, and whose turn it is: kept up to date with every change of a target, so that a request only
/// has to look at it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// In the order of registration.
    pub targets: Vec<TargetId>,
    /// Requests in progress at each of `targets` [count].
    loads: Vec<u32>,
    /// The place of the next in turn.
    next: usize,
    /// Nobody is healthy, so everybody may be chosen [TR-062].
    pub fail_open: bool,
    /// Healthy targets [count].
    pub healthy: u32,
    /// Unhealthy targets [count].
    pub unhealthy: u32,
    /// Registered targets, whatever their health, without draining ones [count].
    pub registered: u32,
}

impl Choice {
    /// Takes in the present states of the group's targets. Whoever came next in turn still does. A draining target is
    /// neither healthy nor unhealthy [TR-073].
    fn rebuild(&mut self, members: &[TargetId], targets: &mut Arena<Target>) {
        let turn = self.targets.get(self.next).copied();
        let count =
            |wanted: fn(TargetState) -> bool| members.iter().filter(|&&id| wanted(targets[id].state)).count() as u32;
        self.healthy = count(|state| state == TargetState::Healthy);
        self.unhealthy = count(|state| matches!(state, TargetState::Unhealthy(_)));
        self.registered = count(|state| !matches!(state, TargetState::Draining | TargetState::Gone));
        // Fewer healthy targets than one: all that are registered are used, healthy or not [TR-062][TR-063].
        self.fail_open = self.healthy == 0;
        let fail_open = self.fail_open;
        let may = |state: TargetState| state == TargetState::Healthy || fail_open && state.is_checked();
        self.targets.clear();
        self.targets.extend(members.iter().copied().filter(|&id| may(targets[id].state)));
        for &id in members {
            targets[id].place = NOWHERE;
        }
        self.loads.clear();
        for (place, &id) in self.targets.iter().enumerate() {
            targets[id].place = place as u32;
            self.loads.push(targets[id].outstanding);
        }
        let after = |turn: TargetId| self.targets.iter().position(|&id| id >= turn);
        self.next = turn.and_then(after).unwrap_or(0);
    }

    /// The next in turn [TR-152].
    #[inline]
    pub fn round_robin(&mut self) -> Option<TargetId> {
        let target = *self.targets.get(self.next)?;
        self.next = if self.next + 1 < self.targets.len() { self.next + 1 } else { 0 };
        Some(target)
    }

    /// The one with the fewest requests in progress; of equal ones the next in turn [TR-153].
    #[inline]
    pub fn least_outstanding(&mut self) -> Option<TargetId> {
        let least = *self.loads.iter().min()?;
        let (before, from) = self.loads.split_at(self.next);
        let ahead = from.iter().position(|&load| load == least).map(|steps| self.next + steps);
        let place = ahead.or_else(|| before.iter().position(|&load| load == least))?;
        self.next = if place + 1 < self.targets.len() { place + 1 } else { 0 };
        Some(self.targets[place])
    }
}

/// What a new target group is made of; already checked.
#[derive(Clone, Debug)]
pub struct NewTargetGroup {
    /// Its name.
    pub name: String,
    /// The port targets are registered with when none is given.
    pub port: u16,
    /// How its targets are registered.
    pub target_type: TargetType,
    /// How its targets are checked.
    pub check: HealthCheck,
}

impl TargetGroup {
    /// Whether CreateTargetGroup was given the same.
    pub fn is_made_of(&self, new: &NewTargetGroup) -> bool {
        let NewTargetGroup { name, port, target_type, check } = new;
        self.name == *name && self.port == *port && self.target_type == *target_type && self.check == *check
    }
}

impl Elb {
    /// Creates a target group. Until a listener uses it its targets are `unused`.
    pub fn create_group(&mut self, new: NewTargetGroup, peers: &Peers, ctx: &mut Ctx) -> TargetGroupId {
        let account = &peers.account;
        let id = self.groups.next_id();
        let because = ctx.record(Fact::TargetGroupCreated { group: id });
        let hex = account.hex("target-group", &new.name, 16);
        self.groups.push(TargetGroup {
            arn: account.arn("elasticloadbalancing", &format!("targetgroup/{}/{hex}", new.name)),
            name: new.name,
            port: new.port,
            target_type: new.target_type,
            check: new.check,
            deregistration_delay: Duration::from_secs(300),
            algorithm: Algorithm::default(),
            balancer: None,
            targets: Vec::new(),
            because,
            choice: Choice::default(),
        })
    }

    /// The target group with this name or ARN.
    pub fn group_named(&self, name_or_arn: &str) -> Option<TargetGroupId> {
        self.groups.iter().find(|(_, g)| g.name == name_or_arn || g.arn == name_or_arn).map(|(id, _)| id)
    }

    /// A request was sent to a target.
    #[inline]
    pub(crate) fn began(&mut self, target: TargetId) {
        let target = &mut self.targets[target];
        target.outstanding += 1;
        if let Some(load) = self.groups[target.group].choice.loads.get_mut(target.place as usize) {
            *load = target.outstanding;
        }
    }

    /// A target has answered a request, or somebody else has in its place.
    #[inline]
    pub(crate) fn ended(&mut self, target: TargetId) {
        let target = &mut self.targets[target];
        target.outstanding -= 1;
        if let Some(load) = self.groups[target.group].choice.loads.get_mut(target.place as usize) {
            *load = target.outstanding;
        }
    }

    /// A target's state changed: the group chooses among others now.
    pub(super) fn rebuild(&mut self, group: TargetGroupId) {
        let group = &mut self.groups[group];
        group.choice.rebuild(&group.targets, &mut self.targets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matcher_reads_codes_lists_and_ranges() {
        let matcher = Matcher::parse("200,202-204").unwrap();
        assert!(matcher.matches(200) && matcher.matches(203) && !matcher.matches(201) && !matcher.matches(404));
        assert_eq!(matcher.to_string(), "200,202-204");
        for wrong in ["", "500", "199", "abc", "204-202", "200,"] {
            assert_eq!(Matcher::parse(wrong), None, "{wrong}");
        }
    }
}
