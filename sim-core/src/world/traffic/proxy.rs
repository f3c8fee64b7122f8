//! The proxies of Service Connect: which host of an endpoint gets the next request of a task, and which are left alone for a
//! while because connections to them failed.
//!
//! Every task has a proxy of its own, which knows only what it has seen itself. It has no clock and no event: a host that was
//! left alone is taken again when its time is over and its turn has come.

use std::time::Duration;

use super::CallerId;
use super::pool::TargetLinks;
use crate::engine::Time;
use crate::world::discovery::{Host, RegistryId};
use crate::world::ecs::TaskId;
use crate::world::elb::Reach;

/// Failed connections that a host is left alone for [count] [CP-242].
const FAILURES: usize = 5;
/// The time within which they count [CP-242].
const WINDOW: Duration = Duration::from_secs(30);

/// How a proxy looks at one host.
#[derive(Clone, Debug)]
pub(super) struct Upstream {
    pub host: Host,
    /// Whether packets get there.
    pub reach: Option<Reach>,
    /// Connections that are kept open, where the proxy sees requests.
    pub links: TargetLinks,
    /// When the latest connections failed, the oldest in the place that is written next.
    failed: [Option<Time>; FAILURES],
    turn: usize,
    /// Until when it is left alone.
    pub ejected_until: Time,
    /// How often it was in a row.
    ejections: u32,
}

impl Upstream {
    fn new(host: Host) -> Upstream {
        Upstream {
            host,
            reach: None,
            links: TargetLinks::default(),
            failed: [None; FAILURES],
            turn: 0,
            ejected_until: Time::ZERO,
            ejections: 0,
        }
    }

    /// A connection to it failed. With the fifth within half a minute it is left alone: for so long, and each time in a row
    /// for as much longer, up to a limit [CP-242]. Says for how long, if it is.
    pub fn fail(&mut self, now: Time, first: Duration, most: Duration) -> Option<Duration> {
        self.failed[self.turn] = Some(now);
        self.turn = (self.turn + 1) % FAILURES;
        let oldest = self.failed[self.turn]?;
        if now < self.ejected_until || now.since(oldest) > WINDOW {
            return None;
        }
        // After a time in which it could have been left alone as long as can be, it begins anew.
        if now.since(self.ejected_until) > most {
            self.ejections = 0;
        }
        self.ejections += 1;
        let lasts = first.saturating_mul(self.ejections).min(most);
        self.ejected_until = now + lasts;
        self.failed = [None; FAILURES];
        Some(lasts)
    }
}

/// Where a name leads that an application calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// To an endpoint of Service Connect.
    Endpoint(RegistryId),
    /// To addresses that the DNS tells.
    Addresses(RegistryId),
    /// Nowhere: it does not resolve.
    Nowhere,
}

impl To {
    /// What Cloud Map knows it as.
    #[inline]
    pub fn registry(self) -> Option<RegistryId> {
        match self {
            To::Endpoint(registry) | To::Addresses(registry) => Some(registry),
            To::Nowhere => None,
        }
    }
}

/// A way out of a task: a name that its application calls.
#[derive(Clone, Debug)]
pub(super) struct Outlet {
    /// Whose calls go this way.
    pub caller: CallerId,
    /// Where the name leads.
    pub to: To,
    /// The version of the endpoint that the hosts are those of; of Cloud Map as a whole where the name does not resolve.
    pub version: u64,
    /// When the DNS is asked again.
    pub until: Time,
    /// Who is behind it.
    pub hosts: Vec<Upstream>,
    /// Whose turn it is next.
    pub turn: usize,
    /// Connections that are kept open where the proxy sees only connections: since when they are idle, and whose they are.
    pub flows: Vec<(Time, TaskId)>,
}

impl Outlet {
    pub fn new(caller: CallerId, to: To) -> Outlet {
        Outlet { caller, to, version: u64::MAX, until: Time::ZERO, hosts: Vec::new(), turn: 0, flows: Vec::new() }
    }

    /// Takes over who is behind the endpoint by now: the healthy ones, or all when none is. What was seen of those that stay is
    /// kept.
    #[cold]
    pub fn refresh(&mut self, hosts: &[Host], version: u64) {
        let mut before = std::mem::take(&mut self.hosts);
        let any_healthy = hosts.iter().any(|host| host.healthy);
        for host in hosts.iter().filter(|host| host.healthy || !any_healthy) {
            let known = before.iter().position(|upstream| upstream.host.task == host.task);
            self.hosts.push(match known {
                Some(place) => Upstream { host: *host, ..before.swap_remove(place) },
                None => Upstream::new(*host),
            });
        }
        let hosts = &self.hosts;
        self.flows.retain(|(_, task)| hosts.iter().any(|upstream| upstream.host.task == *task));
        self.version = version;
    }

    /// The host whose turn it is: not the one that has just failed this request, and none that is left alone. When that
    /// leaves nobody, one that is left alone is better than none, and in the end the one that has failed.
    #[inline]
    pub fn pick(&mut self, now: Time, failed: Option<TaskId>) -> Option<usize> {
        let is_other = |upstream: &Upstream| failed != Some(upstream.host.task);
        self.turn_to(|upstream| now >= upstream.ejected_until && is_other(upstream))
            .or_else(|| self.turn_to(is_other))
            .or_else(|| self.turn_to(|_| true))
    }

    #[inline]
    fn turn_to(&mut self, fits: impl Fn(&Upstream) -> bool) -> Option<usize> {
        let count = self.hosts.len();
        let mut place = self.turn;
        for _ in 0..count {
            if place >= count {
                place = 0;
            }
            if fits(&self.hosts[place]) {
                self.turn = place + 1;
                return Some(place);
            }
            place += 1;
        }
        None
    }

    /// The place of a host that was at `hint` when it was last seen.
    #[inline]
    pub fn place_of(&self, task: TaskId, hint: u16) -> Option<usize> {
        let is_it = |upstream: &Upstream| upstream.host.task == task;
        match self.hosts.get(usize::from(hint)) {
            Some(upstream) if is_it(upstream) => Some(usize::from(hint)),
            _ => self.hosts.iter().position(is_it),
        }
    }
}

/// All proxies.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    /// By the place of the task.
    by_task: Vec<Vec<Outlet>>,
}

impl Proxies {
    /// The way of a caller out of a task, if it was looked for.
    #[inline]
    pub fn place(&self, task: TaskId, caller: CallerId) -> Option<usize> {
        self.by_task.get(task.index())?.iter().position(|outlet| outlet.caller == caller)
    }

    #[inline]
    pub fn outlet(&mut self, task: TaskId, place: usize) -> &mut Outlet {
        &mut self.by_task[task.index()][place]
    }

    /// Writes a way down; in place of what was known of the same caller's.
    pub fn put(&mut self, task: TaskId, outlet: Outlet) -> usize {
        if self.by_task.len() <= task.index() {
            self.by_task.resize_with(task.index() + 1, Vec::new);
        }
        let of_task = &mut self.by_task[task.index()];
        match of_task.iter().position(|known| known.caller == outlet.caller) {
            Some(place) => {
                of_task[place] = outlet;
                place
            }
            None => {
                of_task.push(outlet);
                of_task.len() - 1
            }
        }
    }

    /// What they take [bytes].
    pub fn memory(&self) -> u64 {
        let outlets = self.by_task.iter().flatten();
        let each = |outlet: &Outlet| size_of::<Outlet>() + outlet.hosts.capacity() * size_of::<Upstream>();
        outlets.map(|outlet| each(outlet) as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(30);
    const MOST: Duration = Duration::from_secs(300);

    fn host(task: u32) -> Host {
        Host {
            task: TaskId::from_index(task),
            container: 0,
            port: 80,
            inside: 80,
            eni: crate::world::network::EniId::from_index(task),
            healthy: true,
        }
    }

    fn outlet(count: u32) -> Outlet {
        let mut outlet = Outlet::new(CallerId::from_index(0), To::Nowhere);
        outlet.refresh(&(0..count).map(host).collect::<Vec<_>>(), 1);
        outlet
    }

    fn seconds(at: u64) -> Time {
        Time::from_secs(at)
    }

    /// [CP-242]
    #[test]
    fn hosts_take_turns_and_a_retry_avoids_who_failed() {
        let mut outlet = outlet(3);
        let turns: Vec<_> = (0..6).filter_map(|_| outlet.pick(Time::ZERO, None)).collect();
        assert_eq!(turns, [0, 1, 2, 0, 1, 2]);
        let first = Some(TaskId::from_index(0));
        assert_eq!(outlet.pick(Time::ZERO, first), Some(1));
        let mut alone = self::outlet(1);
        assert_eq!(alone.pick(Time::ZERO, first), Some(0), "there is nobody else");
        assert_eq!(self::outlet(0).pick(Time::ZERO, first), None);
    }

    /// [CP-242]
    #[test]
    fn five_failures_in_half_a_minute_eject_a_host_and_each_time_for_longer() {
        let mut it = Upstream::new(host(0));
        for at in [0, 10, 20, 29] {
            assert_eq!(it.fail(seconds(at), FIRST, MOST), None);
        }
        assert_eq!(it.fail(seconds(31), FIRST, MOST), None, "the first is too long ago");
        assert_eq!(it.fail(seconds(32), FIRST, MOST), Some(FIRST), "the oldest of the latest five came 22 s ago");
    }

    /// [CP-242] 30 s, then 60 s, and never more than 300 s; and anew after a time without.
    #[test]
    fn an_ejection_lasts_from_30_to_300_seconds() {
        let mut it = Upstream::new(host(0));
        let mut now = seconds(0);
        let mut lengths = Vec::new();
        for _ in 0..12 {
            let lasts = (0..5).filter_map(|_| it.fail(now, FIRST, MOST)).next().expect("it is left alone");
            lengths.push(lasts.as_secs());
            now += lasts + Duration::from_secs(1);
        }
        assert_eq!(lengths, [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
        now += Duration::from_secs(400);
        assert_eq!((0..5).filter_map(|_| it.fail(now, FIRST, MOST)).next(), Some(FIRST));
    }

    #[test]
    fn who_is_left_alone_gets_nothing_unless_all_are() {
        let mut outlet = outlet(2);
        outlet.hosts[0].ejected_until = seconds(30);
        let turns: Vec<_> = (0..3).filter_map(|_| outlet.pick(seconds(1), None)).collect();
        assert_eq!(turns, [1, 1, 1]);
        outlet.hosts[1].ejected_until = seconds(30);
        assert!(outlet.pick(seconds(1), None).is_some());
        assert_eq!(outlet.pick(seconds(30), None).map(|place| outlet.hosts[place].ejected_until), Some(seconds(30)));
    }

    /// What was seen of a host stays while it does, wherever it stands in the list.
    #[test]
    fn a_refresh_keeps_what_was_seen() {
        let mut outlet = outlet(3);
        outlet.hosts[2].ejected_until = seconds(9);
        outlet.flows.push((seconds(0), TaskId::from_index(1)));
        outlet.refresh(&[host(2), host(5)], 2);
        assert_eq!(outlet.hosts.iter().map(|it| it.ejected_until).collect::<Vec<_>>(), [seconds(9), Time::ZERO]);
        assert!(outlet.flows.is_empty());
        assert_eq!(
            (outlet.place_of(TaskId::from_index(5), 0), outlet.place_of(TaskId::from_index(1), 0)),
            (Some(1), None)
        );
    }
}
