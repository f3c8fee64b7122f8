//! Connections of a caller that speaks HTTP/2: each carries many requests at a time.

use std::collections::BTreeSet;

use super::request::{Link, NONE};
use crate::engine::Time;
use crate::world::network::ZoneId;

/// Requests on one connection at a time [count] [TR-086].
pub(super) const STREAMS_MAX: u32 = 128;
/// Requests on one connection in all its life, after which the load balancer says GOAWAY [count] [TR-086].
const REQUESTS_MAX: u32 = 10_000;

/// One connection.
#[derive(Clone, Debug)]
struct Carrier {
    opened: Time,
    /// Requests so far [count].
    served: u32,
    /// Requests without an answer [count].
    running: u32,
    /// Since when there are none.
    idle: Time,
    zone: ZoneId,
    /// It takes no more requests, and is closed with the last answer.
    leaving: bool,
}

/// The connections of one caller to its load balancer. Of those to an address that have room the first is taken, so that
/// the others grow old and are closed.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    carriers: Vec<Carrier>,
    /// Places that are used again.
    free: Vec<u32>,
    /// Those with room, by address.
    roomy: Vec<BTreeSet<u32>>,
    /// Requests without an answer [count].
    pub running: u32,
}

impl Streams {
    /// A connection to an address for one more request, which may be one of `most` on it: one that has room and was not idle
    /// for so long [ns] that either end has closed it, or a new one; and whether it is new.
    pub fn take(&mut self, zone: ZoneId, now: Time, idle: u64, most: u32) -> (Link, bool) {
        if self.roomy.len() <= zone.index() {
            self.roomy.resize_with(zone.index() + 1, BTreeSet::new);
        }
        while let Some(&place) = self.roomy[zone.index()].first() {
            let it = &self.carriers[place as usize];
            if it.running > 0 || now.as_nanos() - it.idle.as_nanos() < idle {
                return (self.join(place, most), false);
            }
            self.close(place);
        }
        let new = Carrier { opened: now, served: 0, running: 0, idle: now, zone, leaving: false };
        let place = match self.free.pop() {
            Some(place) => {
                self.carriers[place as usize] = new;
                place
            }
            None => {
                self.carriers.push(new);
                self.carriers.len() as u32 - 1
            }
        };
        self.roomy[zone.index()].insert(place);
        (self.join(place, most), true)
    }

    fn join(&mut self, place: u32, most: u32) -> Link {
        let it = &mut self.carriers[place as usize];
        it.served += 1;
        it.running += 1;
        self.running += 1;
        it.leaving = it.served >= most.min(REQUESTS_MAX);
        let (opened, served, zone) = (it.opened, it.served, it.zone);
        if it.leaving || it.running == STREAMS_MAX {
            self.roomy[zone.index()].remove(&place);
        }
        Link { opened, served, target: NONE, carrier: place, zone }
    }

    /// A request has its answer, or nobody waits for it; its connection stays unless it `ends`.
    pub fn leave(&mut self, link: Link, now: Time, ends: bool) {
        let it = &mut self.carriers[link.carrier as usize];
        it.running -= 1;
        self.running -= 1;
        it.leaving |= ends;
        it.idle = now;
        let roomy = &mut self.roomy[it.zone.index()];
        match (it.leaving, it.running) {
            (true, 0) => self.close(link.carrier),
            (true, _) => {
                roomy.remove(&link.carrier);
            }
            (false, running) if running + 1 == STREAMS_MAX => {
                roomy.insert(link.carrier);
            }
            _ => {}
        }
    }

    fn close(&mut self, place: u32) {
        let zone = self.carriers[place as usize].zone;
        self.roomy[zone.index()].remove(&place);
        self.free.push(place);
    }

    /// Connections that are open: those with requests, and those that were idle for less than `limit` [ns] [count].
    pub fn open(&self, now: Time, limit: u64) -> usize {
        let leaving = self.carriers.iter().filter(|it| it.leaving && it.running > 0).count();
        let full = self.carriers.iter().filter(|it| !it.leaving && it.running == STREAMS_MAX).count();
        let is_open = |&&place: &&u32| {
            let it = &self.carriers[place as usize];
            it.running > 0 || now.as_nanos() - it.idle.as_nanos() < limit
        };
        leaving + full + self.roomy.iter().flatten().filter(is_open).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn zone() -> ZoneId {
        ZoneId::from_index(0)
    }

    /// [TR-086] The 129th request at a time opens another connection; what falls idle on it grows old.
    #[test]
    fn a_full_connection_is_followed_by_another() {
        let (mut streams, at) = (Streams::default(), Time::from_secs);
        let links: Vec<(Link, bool)> = (0..129).map(|_| streams.take(zone(), at(0), 60 * SECOND, u32::MAX)).collect();
        let opened: Vec<usize> = (0..).zip(&links).filter(|(_, (_, new))| *new).map(|(place, _)| place).collect();
        assert_eq!(opened, [0, 128]);
        assert_eq!((streams.open(at(0), 60 * SECOND), streams.running), (2, 129));
        links.iter().for_each(|(link, _)| streams.leave(*link, at(1), false));
        assert_eq!(streams.open(at(1), 60 * SECOND), 2);
        let (again, new) = streams.take(zone(), at(50), 60 * SECOND, u32::MAX);
        assert_eq!((again.carrier, new), (0, false), "the first is used again");
        streams.leave(again, at(50), false);
        assert_eq!(streams.open(at(70), 60 * SECOND), 1, "the second has been idle for too long");
        assert!(streams.take(zone(), at(110), 60 * SECOND, u32::MAX).1, "and so has the first");
    }

    /// [TR-086] After 10,000 requests comes GOAWAY: what is under way is answered, the next takes another connection.
    #[test]
    fn a_connection_ends_after_its_last_request() {
        let (mut streams, now) = (Streams::default(), Time::from_secs(0));
        for nth in 1..10_000 {
            let (link, new) = streams.take(zone(), now, SECOND, u32::MAX);
            assert_eq!(new, nth == 1, "{nth}");
            streams.leave(link, now, false);
        }
        let (last, new) = streams.take(zone(), now, SECOND, u32::MAX);
        assert!(!new && last.served == 10_000);
        let (next, new) = streams.take(zone(), now, SECOND, u32::MAX);
        assert!(new && next.served == 1);
        assert_eq!(streams.open(now, SECOND), 2);
        streams.leave(last, now, false);
        assert_eq!(streams.open(now, SECOND), 1);
        let (link, _) = streams.take(zone(), now, SECOND, 2);
        streams.leave(link, now, false);
        streams.leave(next, now, false);
        assert_eq!((streams.open(now, SECOND), streams.running), (0, 0), "a client may want fewer");
    }
}
