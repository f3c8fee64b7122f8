//! Slow start: the share of a target that has just become healthy grows [TR-077].

use std::time::Duration;

use super::{Elb, ElbEvent, TargetGroupId, TargetId, TargetState};
use crate::engine::Time;
use crate::world::{Ctx, Event};

/// The share of a target that is fully grown.
const FULL: u64 = 1_000_000;
/// The share at the very beginning: a hundredth [TR-154].
const FIRST: u64 = FULL / 100;

/// How far a target has grown, and how long it has waited for its turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    /// Since when it grows; none when it is fully grown.
    since: Option<Time>,
    /// From nothing to a full share.
    duration: Duration,
    /// What it is owed: smooth weighted round robin gives the turn to the largest.
    credit: i64,
}

impl Ramp {
    pub fn new(since: Option<Time>, duration: Duration) -> Ramp {
        Ramp { since, duration, credit: 0 }
    }

    /// Its share, linear in time, against [`FULL`] [TR-077].
    fn weight(&self, now: Time) -> u64 {
        let Some(since) = self.since else { return FULL };
        let (passed, whole) = (now.since(since).as_nanos(), self.duration.as_nanos().max(1));
        let grown = u64::try_from(u128::from(FULL) * passed / whole).unwrap_or(FULL);
        grown.clamp(FIRST, FULL)
    }

    /// Whose turn it is: everybody is owed its share, and whoever is owed most pays for all.
    pub fn next(ramps: &mut [Ramp], now: Time) -> Option<usize> {
        let (mut sum, mut best) = (0, None);
        for (place, ramp) in ramps.iter_mut().enumerate() {
            let weight = ramp.weight(now) as i64;
            ramp.credit += weight;
            sum += weight;
            if best.is_none_or(|(_, credit)| ramp.credit > credit) {
                best = Some((place, ramp.credit));
            }
        }
        let (place, _) = best?;
        ramps[place].credit -= sum;
        Some(place)
    }
}

impl Elb {
    /// A target has become healthy. It starts slowly if the group says so and somebody else is healthy and fully grown
    /// already [TR-078]; again so when it comes back after being unhealthy [TR-079].
    pub(super) fn begin_growing(&mut self, id: TargetId, ctx: &mut Ctx) {
        let at_once = std::mem::take(&mut self.targets[id].at_once);
        let group = &self.groups[self.targets[id].group];
        let duration = group.attributes.slow_start;
        let grown = |&other: &TargetId| {
            let other = &self.targets[other];
            other.state == TargetState::Healthy && other.grows_since.is_none()
        };
        if at_once || duration.is_zero() || !group.targets.iter().any(|other| *other != id && grown(other)) {
            return;
        }
        self.targets[id].grows_since = Some(ctx.now());
        ctx.send(duration, Event::Elb(ElbEvent::Grown(id)));
    }

    /// A target may have grown to a full share, unless it has begun anew or the duration has changed meanwhile.
    pub(super) fn grown(&mut self, id: TargetId, ctx: &mut Ctx) {
        let target = &self.targets[id];
        let duration = self.groups[target.group].attributes.slow_start;
        if target.grows_since.is_some_and(|since| since + duration <= ctx.now()) {
            let group = target.group;
            self.targets[id].grows_since = None;
            self.rebuild(group);
        }
    }

    /// The duration of a group's slow start has changed. Targets that are healthy by now do not enter it [TR-078];
    /// those within it end by the new duration, at once when it is shorter than what has passed.
    pub(super) fn change_slow_start(&mut self, group: TargetGroupId, ctx: &mut Ctx) {
        let duration = self.groups[group].attributes.slow_start;
        for id in self.groups[group].targets.clone() {
            let Some(since) = self.targets[id].grows_since else { continue };
            ctx.send_at(since + duration, Event::Elb(ElbEvent::Grown(id)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [TR-154] Of a full target and one that has grown to half, the half one gets a third, evenly spread.
    #[test]
    fn a_half_grown_target_gets_half_of_what_a_full_one_gets() {
        let minute = Duration::from_secs(60);
        let mut ramps = [Ramp::new(None, minute), Ramp::new(Some(Time::ZERO), minute)];
        let turns: Vec<_> = (0..6).filter_map(|_| Ramp::next(&mut ramps, Time::from_secs(30))).collect();
        assert_eq!(turns, [0, 1, 0, 0, 1, 0]);
        assert_eq!(ramps[1].weight(Time::ZERO), FIRST);
        assert_eq!(ramps[1].weight(Time::from_secs(600)), FULL);
    }
}
