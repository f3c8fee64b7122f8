//! Requests that were logged, played again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::Time;

/// What one request of a log asked for. Many share one: it is kept once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoggedLine {
    /// `GET`; `-` when the client sent nothing that could be read.
    pub method: String,
    /// The host name that was asked for; empty when there was none.
    pub host: String,
    /// The path, without the query; empty when there was none.
    pub path: String,
}

/// The requests of an access log, in the order in which they arrived: 12 bytes each, and each different line once.
///
/// ```
/// use std::sync::Arc;
/// use sim_core::engine::{Stream, Time};
/// use sim_core::world::traffic::{AccessLog, Arrivals, LoggedLine};
///
/// let line = |path: &str| LoggedLine { method: "GET".into(), host: "shop".into(), path: path.into() };
/// let at = Time::from_secs;
/// let log = AccessLog::new([(at(7), line("/cart")), (at(2), line("/")), (at(9), line("/"))]);
/// assert_eq!(log.lines().len(), 2);
///
/// let (mut arrivals, mut stream) = (Arrivals::replay(Arc::new(log), at(10), at(100)), Stream::of(1, "arrivals", "log"));
/// assert_eq!(arrivals.next(at(0), &mut stream), Some(at(12)));
/// assert_eq!(arrivals.next(at(12), &mut stream), Some(at(17)));
/// assert_eq!(arrivals.log().unwrap().lines()[arrivals.line().unwrap() as usize].path, "/cart");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessLog {
    /// When each request arrived [ns since the log's time zero], earliest first.
    at: Box<[u64]>,
    /// What it asked for: a place in `lines`.
    asked: Box<[u32]>,
    lines: Vec<LoggedLine>,
}

impl AccessLog {
    /// These requests, in any order; those of one moment stay in theirs.
    pub fn new(requests: impl IntoIterator<Item = (Time, LoggedLine)>) -> AccessLog {
        let mut builder = AccessLogBuilder::default();
        for (at, line) in requests {
            builder.push(at, line);
        }
        builder.build(Time::ZERO)
    }

    /// How many requests there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// What was asked for, each once, in the order of its first request.
    pub fn lines(&self) -> &[LoggedLine] {
        &self.lines
    }

    /// What it takes [bytes].
    pub fn memory(&self) -> u64 {
        let lines: usize = self.lines.iter().map(|line| line.method.len() + line.host.len() + line.path.len()).sum();
        (self.at.len() * 12 + self.lines.len() * size_of::<LoggedLine>() + lines) as u64
    }

    /// The first request at or after a moment.
    fn at_or_after(&self, at: u64) -> usize {
        self.at.partition_point(|&one| one < at)
    }
}

/// Collects the requests of a log, one by one.
#[derive(Clone, Debug, Default)]
pub struct AccessLogBuilder {
    requests: Vec<(u64, u32)>,
    lines: Vec<LoggedLine>,
    known: BTreeMap<LoggedLine, u32>,
}

impl AccessLogBuilder {
    /// Adds a request.
    pub fn push(&mut self, at: Time, line: LoggedLine) {
        let next = self.lines.len() as u32;
        let asked = match self.known.get(&line) {
            Some(&asked) => asked,
            None => {
                self.lines.push(line.clone());
                self.known.insert(line, next);
                next
            }
        };
        self.requests.push((at.as_nanos(), asked));
    }

    /// How many requests there are so far.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// True as long as there is none.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// How many different lines there are so far.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// When the first request arrived.
    pub fn first(&self) -> Option<Time> {
        self.requests.iter().map(|&(at, _)| Time::from_nanos(at)).min()
    }

    /// The log whose time zero is this moment; what came before it is left out.
    pub fn build(mut self, zero: Time) -> AccessLog {
        self.requests.retain(|&(at, _)| at >= zero.as_nanos());
        // Stable: a load balancer logs when it has answered, but those that arrived together stay in that order.
        self.requests.sort_by_key(|&(at, _)| at);
        AccessLog {
            at: self.requests.iter().map(|&(at, _)| at - zero.as_nanos()).collect(),
            asked: self.requests.iter().map(|&(_, asked)| asked).collect(),
            lines: self.lines,
        }
    }
}

/// A walk through a log.
#[derive(Clone, Debug)]
pub(super) struct Replay {
    log: Arc<AccessLog>,
    /// The log's time zero.
    from: Time,
    until: Time,
    next: usize,
}

impl Replay {
    pub fn new(log: Arc<AccessLog>, from: Time, until: Time) -> Replay {
        Replay { log, from, until, next: 0 }
    }

    #[inline]
    pub fn next(&mut self, now: Time) -> Option<Time> {
        // What came before the source began is not made up for.
        while let Some(&at) = self.log.at.get(self.next) {
            let at = self.from.after_nanos(at);
            if at >= self.until {
                return None;
            }
            self.next += 1;
            if at >= now {
                return Some(at);
            }
        }
        None
    }

    pub fn log(&self) -> &Arc<AccessLog> {
        &self.log
    }

    pub fn line(&self) -> Option<u32> {
        self.log.asked.get(self.next.checked_sub(1)?).copied()
    }

    pub fn begins(&self) -> Option<Time> {
        self.log.at.first().map(|&at| self.from.after_nanos(at))
    }

    pub fn count_before(&self, end: Time) -> usize {
        self.log.at_or_after(end.min(self.until).since(self.from).as_nanos() as u64)
    }

    pub fn rate_at(&self, now: Time) -> f64 {
        if now < self.from || now >= self.until {
            return 0.0;
        }
        let since = now.since(self.from).as_nanos() as u64;
        let second = Duration::from_secs(1).as_nanos() as u64;
        (self.log.at_or_after(since.saturating_add(second)) - self.log.at_or_after(since)) as f64
    }
}
