//! Connections that are kept open between requests.

use std::time::Duration;

use super::request::{Link, NONE};
use super::stream::STREAMS_MAX;
use crate::engine::Time;
use crate::world::ecs::TaskId;
use crate::world::elb::HttpVersion;
use crate::world::network::ZoneId;

/// Idle connections in the order in which they became idle. The one used last is used next, so that the others grow
/// old and are closed: whoever looks at the newest and finds it expired knows that all are.
#[derive(Clone, Debug)]
struct Idle<T> {
    stack: Vec<(Time, T)>,
}

impl<T> Default for Idle<T> {
    fn default() -> Self {
        Idle { stack: Vec::new() }
    }
}

impl<T> Idle<T> {
    /// Takes the newest, when it has been idle for less than `limit`, with the moment since when it was.
    #[inline]
    fn take(&mut self, now: Time, limit: u64) -> Option<(Time, T)> {
        let since = self.stack.last()?.0;
        if now.as_nanos() - since.as_nanos() >= limit {
            self.stack.clear();
            return None;
        }
        self.stack.pop()
    }

    /// Those that have been idle for less than `limit` [count].
    fn open(&self, now: Time, limit: u64) -> usize {
        let open = |(since, _): &&(Time, T)| now.as_nanos() - since.as_nanos() < limit;
        self.stack.iter().rev().take_while(open).count()
    }
}

/// The connections of a load balancer to one target [TR-087]. Over HTTP/2 its requests share as few as hold them [TR-169]. Each
/// begins where a line of memory begins: it takes one, and so touches no other.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
pub(super) struct TargetLinks {
    /// Since when the newest is idle, if it is not among the others: mostly there is no other, and nothing else to fetch.
    newest: Option<Time>,
    /// The others, oldest first.
    idle: Idle<()>,
    /// Where they end: the place of the task, and the run of the process.
    end: (u32, u16),
    /// Requests on them, if they are shared [count].
    running: u32,
    is_shared: bool,
}

/// What became of the wish to use a connection that was kept open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reuse {
    /// It is there.
    Kept,
    /// There is none: a new one is opened.
    Opened,
    /// The target has closed it, and the load balancer does not know yet: 502 [TR-088].
    JustClosed,
}

impl TargetLinks {
    /// None yet to a target that is spoken to in this version.
    pub fn of(version: HttpVersion) -> TargetLinks {
        TargetLinks { is_shared: version.is_multiplexed(), ..TargetLinks::default() }
    }

    /// Takes a connection. The load balancer closes those that were idle for `idle_timeout` [ns], the target those
    /// that were for `keep_alive`. A target that closes first is found out only when its word has arrived: what is sent
    /// during that round trip meets a closed connection [TR-088].
    #[inline(always)]
    pub fn take(
        &mut self,
        now: Time,
        end: (TaskId, u16),
        idle_timeout: u64,
        keep_alive: Option<u64>,
        round_trip: u64,
    ) -> Reuse {
        let end = (end.0.index() as u32, end.1);
        if self.end != end {
            self.begin_anew(end);
        }
        if self.is_shared && !self.running.is_multiple_of(STREAMS_MAX) {
            self.running += 1;
            return Reuse::Kept;
        }
        let limit = keep_alive.map_or(idle_timeout, |keep| keep.min(idle_timeout));
        let kept = match self.newest.take() {
            Some(since) if now.as_nanos() - since.as_nanos() < limit => Some(since),
            // All others are older.
            Some(_) => {
                self.idle.stack.clear();
                None
            }
            None => self.idle.take(now, limit).map(|(since, ())| since),
        };
        let reuse = match kept {
            None => Reuse::Opened,
            Some(since) => match keep_alive {
                Some(keep) if keep < idle_timeout && now.as_nanos() - since.as_nanos() + round_trip > keep => {
                    return Reuse::JustClosed;
                }
                _ => Reuse::Kept,
            },
        };
        self.running += u32::from(self.is_shared);
        reuse
    }

    /// Another process is there, or the same one was started again: its predecessor has closed all that were idle.
    #[cold]
    fn begin_anew(&mut self, end: (u32, u16)) {
        self.end = end;
        self.close();
    }

    /// Keeps a connection open after an answer, unless others are on it.
    #[inline]
    pub fn keep(&mut self, now: Time) {
        if self.is_shared {
            self.running -= 1;
            if !self.running.is_multiple_of(STREAMS_MAX) {
                return;
            }
        }
        if let Some(older) = self.newest.replace(now) {
            self.idle.stack.push((older, ()));
        }
    }

    /// A request that will not be answered leaves its connection, which is closed unless it is shared and the target is
    /// still `there`.
    pub fn leave(&mut self, now: Time, there: bool) {
        match (self.is_shared, there) {
            (true, true) => self.keep(now),
            (true, false) => self.running -= 1,
            (false, _) => {}
        }
    }

    /// Connections with requests on them, if they are shared [count].
    pub fn shared(&self) -> Option<u32> {
        self.is_shared.then(|| self.running.div_ceil(STREAMS_MAX))
    }

    /// Closes all that are idle: the process or the target is gone. The others are left one by one.
    pub fn close(&mut self) {
        self.newest = None;
        self.idle.stack.clear();
    }

    /// Idle connections that are still open [count].
    pub fn open(&self, now: Time, limit: u64) -> usize {
        let newest = self.newest.is_some_and(|since| now.as_nanos() - since.as_nanos() < limit);
        usize::from(newest) + self.idle.open(now, limit)
    }
}

/// The connections of a caller to its load balancer, by the address they go to.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientLinks {
    idle: Vec<Idle<Link>>,
}

impl ClientLinks {
    /// Takes a connection to this address, or opens one; says since when it was idle unless it is new. Idle ones are
    /// closed after `idle` [ns], by either end, or when they are not `open` any more, having been idle for so long [ns]; an old one is taken only once more:
    /// `Connection: close` comes with its answer [TR-085]. Inlined, because to hand a connection over through memory costs
    /// more than to take it.
    #[inline(always)]
    pub fn take(
        &mut self,
        zone: ZoneId,
        now: Time,
        idle: u64,
        open: impl Fn(&Link, u64) -> bool,
    ) -> (Link, Option<Time>) {
        let place = zone.index();
        if self.idle.len() <= place {
            self.make_room(place);
        }
        while let Some((since, link)) = self.idle[place].take(now, idle) {
            if open(&link, now.as_nanos() - since.as_nanos()) {
                return (Link { served: link.served + 1, ..link }, Some(since));
            }
        }
        (Link { opened: now, served: 1, target: NONE, carrier: NONE, zone }, None)
    }

    #[cold]
    fn make_room(&mut self, place: usize) {
        self.idle.resize_with(place + 1, Idle::default);
    }

    /// Keeps a connection open after an answer.
    #[inline]
    pub fn keep(&mut self, link: Link, now: Time) {
        if let Some(idle) = self.idle.get_mut(link.zone.index()) {
            idle.stack.push((now, link));
        }
    }

    /// Idle connections that are still open [count].
    pub fn open(&self, now: Time, limit: u64) -> usize {
        self.idle.iter().map(|idle| idle.open(now, limit)).sum()
    }

    /// Idle connections to this address that have been so for less than `limit` [ns] and are `open` [count].
    pub fn open_at(&self, zone: ZoneId, now: Time, limit: u64, open: impl Fn(&Link, u64) -> bool) -> usize {
        let idle = self.idle.get(zone.index()).into_iter().flat_map(|idle| idle.stack.iter().rev());
        let aged = idle.map(|(since, link)| (now.as_nanos() - since.as_nanos(), link));
        aged.take_while(|(age, _)| *age < limit).filter(|(age, link)| open(link, *age)).count()
    }
}

/// Whole nanoseconds.
#[inline]
pub(super) fn nanos(duration: Duration) -> u64 {
    // 584 years are for ever: a comparison costs less than two saturations.
    const SECONDS_MAX: u64 = u64::MAX / 1_000_000_000 - 1;
    duration.as_secs().min(SECONDS_MAX) * 1_000_000_000 + u64::from(duration.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// The first task, whose process was started again so often.
    fn end(run: u16) -> (TaskId, u16) {
        (TaskId::from_index(0), run)
    }

    #[test]
    fn the_connection_used_last_is_used_next_and_the_others_expire() {
        let mut links = TargetLinks::default();
        let at = Time::from_secs;
        assert_eq!(links.take(at(0), end(0), 60 * SECOND, None, 0), Reuse::Opened);
        links.keep(at(1));
        links.keep(at(50));
        assert_eq!(links.open(at(60), 60 * SECOND), 2);
        assert_eq!(links.open(at(61), 60 * SECOND), 1);
        assert_eq!(links.take(at(100), end(0), 60 * SECOND, None, 0), Reuse::Kept);
        assert_eq!(links.take(at(100), end(0), 60 * SECOND, None, 0), Reuse::Opened);
    }

    /// [TR-087] The newest stands apart from the others, and all of them belong to one run of a process.
    #[test]
    fn older_connections_are_used_after_the_newest_and_none_of_an_earlier_process() {
        let (mut links, at) = (TargetLinks::default(), Time::from_secs);
        (1..=3).for_each(|second| links.keep(at(second)));
        let taken: Vec<Reuse> = (0..4).map(|_| links.take(at(10), end(0), 60 * SECOND, None, 0)).collect();
        assert_eq!(taken, [Reuse::Kept, Reuse::Kept, Reuse::Kept, Reuse::Opened]);
        (1..=3).for_each(|second| links.keep(at(second)));
        assert_eq!(links.take(at(63), end(0), 60 * SECOND, None, 0), Reuse::Opened, "all have expired with the newest");
        assert_eq!(links.open(at(3), 60 * SECOND), 0);
        (1..=3).for_each(|second| links.keep(at(second)));
        assert_eq!(links.take(at(4), end(1), 60 * SECOND, None, 0), Reuse::Opened, "the process was started again");
        assert_eq!(links.open(at(4), 60 * SECOND), 0);
    }

    /// A request that leaves less than a round trip before the target's keep-alive ends meets a closed connection;
    /// one that leaves later finds that the load balancer knows, and opens another [TR-088].
    #[test]
    fn a_target_that_closes_first_is_found_out_too_late() {
        let (at, round_trip) = (Time::from_nanos, 1_000_000);
        for (age, found) in [
            (5 * SECOND - round_trip, Reuse::Kept),
            (5 * SECOND - round_trip + 1, Reuse::JustClosed),
            (5 * SECOND - 1, Reuse::JustClosed),
            (5 * SECOND, Reuse::Opened),
        ] {
            let mut links = TargetLinks::default();
            links.keep(at(0));
            assert_eq!(links.take(at(age), end(0), 60 * SECOND, Some(5 * SECOND), round_trip), found, "{age}");
        }
        // A keep-alive that is longer than the idle timeout is never the first to close.
        let mut links = TargetLinks::default();
        links.keep(at(0));
        assert_eq!(links.take(at(60 * SECOND - 1), end(0), 60 * SECOND, Some(65 * SECOND), round_trip), Reuse::Kept);
    }

    /// [TR-169] 129 requests at a time need two connections to a target, and the second is closed when it was idle for long.
    #[test]
    fn requests_over_http2_share_the_connections_to_a_target() {
        let (mut links, at) = (TargetLinks::of(HttpVersion::Http2), Time::from_secs);
        let take = |links: &mut TargetLinks, now| links.take(now, end(0), 60 * SECOND, None, 0);
        let opened = (0..129).filter(|_| take(&mut links, at(0)) == Reuse::Opened).count();
        assert_eq!((opened, links.shared(), links.open(at(0), 60 * SECOND)), (2, Some(2), 0));
        (0..2).for_each(|_| links.keep(at(1)));
        assert_eq!((links.shared(), links.open(at(1), 60 * SECOND)), (Some(1), 1));
        assert_eq!(links.open(at(61), 60 * SECOND), 0);
        (0..126).for_each(|_| links.leave(at(2), true));
        assert_eq!((links.shared(), links.open(at(2), 60 * SECOND)), (Some(1), 1));
        links.leave(at(2), false);
        assert_eq!((links.shared(), links.open(at(2), 60 * SECOND)), (Some(0), 1), "the process took its own with it");
    }
}
