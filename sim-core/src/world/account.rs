//! The account, its Region, and the wall clock.

use std::fmt::Write;

use jiff::Timestamp;

use crate::engine::{Stream, Time};

/// Whose account it is, in which Region, and when the scenario starts on the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits, as in AWS's own examples.
    pub id: String,
    /// `us-east-1` unless the scenario says otherwise.
    pub region: String,
    /// The wall clock at time zero.
    pub start: Timestamp,
    /// The seed of the run, from which ids are drawn.
    pub seed: u64,
}

impl Account {
    /// `arn:aws:ecs:us-east-1:123456789012:cluster/demo` for (`ecs`, `cluster/demo`).
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.id)
    }

    /// The ARN of something that has no Region, such as an IAM role.
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}::{}:{resource}", self.id)
    }

    /// An id of `digits` hexadecimal digits that belongs to this entity in this run, and is the same in every
    /// replay of it.
    pub fn hex(&self, purpose: &str, entity: &str, digits: usize) -> String {
        let mut stream = Stream::of(self.seed, purpose, entity);
        let mut id = String::with_capacity(digits + 16);
        while id.len() < digits {
            write!(id, "{:016x}", stream.word()).expect("a string takes all");
        }
        id.truncate(digits);
        id
    }

    /// A decimal id of 19 digits, as deployments have.
    pub fn decimal(&self, purpose: &str, entity: &str) -> String {
        let mut stream = Stream::of(self.seed, purpose, entity);
        (1_000_000_000_000_000_000 + stream.below(8_000_000_000_000_000_000)).to_string()
    }

    /// An id of `length` letters, digits, `_` and `-`, as service deployments have.
    pub fn url_safe(&self, purpose: &str, entity: &str, length: usize) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
        let mut stream = Stream::of(self.seed, purpose, entity);
        (0..length).map(|_| char::from(LETTERS[stream.below(64) as usize])).collect()
    }

    /// A UUID in its usual spelling.
    pub fn uuid(&self, purpose: &str, entity: &str) -> String {
        let h = self.hex(purpose, entity, 32);
        format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
    }

    /// The moment on the wall clock as the AWS CLI prints it: `2026-01-05T09:00:12.345000+00:00`.
    pub fn wall(&self, at: Time) -> String {
        Account::shown(self.moment(at))
    }

    /// A moment on the wall clock in the same spelling.
    pub fn shown(moment: Timestamp) -> String {
        moment.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
    }

    /// The moment on the wall clock.
    pub fn moment(&self, at: Time) -> Timestamp {
        let nanos = self.start.as_nanosecond() + i128::from(at.as_nanos());
        Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::MAX)
    }

    /// The simulated time of a moment on the wall clock; none for what was before the scenario, or comes too late for any.
    pub fn time(&self, moment: Timestamp) -> Option<Time> {
        let nanos = moment.as_nanosecond() - self.start.as_nanosecond();
        u64::try_from(nanos).ok().map(Time::from_nanos)
    }

    /// The moment on the wall clock as services with a JSON protocol count it [ms since 1970].
    pub fn unix_millis(&self, at: Time) -> i64 {
        self.start.as_millisecond().saturating_add(i64::try_from(at.as_nanos() / 1_000_000).unwrap_or(i64::MAX))
    }
}
