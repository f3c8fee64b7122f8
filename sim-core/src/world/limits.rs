//! How often an account may do something: buckets of tokens for calls of the API, and how full those for launches are. And how soon it sees what it has done.

use std::collections::BTreeMap;
use std::time::Duration;

use super::ecs::Launch;
use super::{Account, Assumptions};
use crate::engine::{Pace, Time, TokenBucket};

/// Calls of RunTask for Fargate, whatever else limits them [CP-030].
const FARGATE_CALLS: Pace = Pace::per_second(20, 20);

/// Regions in which Fargate launches more [CP-030].
const LARGE_REGIONS: [&str; 16] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
];

/// Whether a Region is one of those.
fn is_large(region: &str) -> bool {
    LARGE_REGIONS.contains(&region)
}

/// How fast Fargate launches tasks of an account, those of services included [CP-030].
pub fn fargate_launches(account: &Account, assume: &Assumptions) -> Pace {
    let (burst, sustained) = if is_large(&account.region) { (100, 20) } else { (25, 5) };
    Pace::per_second(assume.fargate_burst.unwrap_or(burst), assume.fargate_rate.unwrap_or(sustained))
}

/// How fast the service scheduler launches tasks of one service: at most 500 a minute, on Fargate 125 in a small Region
/// [CP-029].
pub fn service_launches(account: &Account, launch: Launch) -> Pace {
    let per_minute = if launch == Launch::Ec2 || is_large(&account.region) { 500 } else { 125 };
    Pace::per_minute(per_minute, per_minute)
}

/// The buckets of an account. What makes the world before time begins takes nothing out.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Whether time has begun.
    begun: bool,
    /// One for each category of calls; full until somebody calls.
    calls: BTreeMap<&'static str, TokenBucket>,
    /// Calls of RunTask for Fargate.
    fargate_calls: Option<TokenBucket>,
    /// The moment up to which the call that is going on sees what was made; none when it sees all.
    horizon: Option<Time>,
}

impl Limits {
    /// From now on limits count.
    pub fn begin(&mut self) {
        self.begun = true;
    }

    /// Whether they count.
    pub fn have_begun(&self) -> bool {
        self.begun
    }

    /// A call begins that does not see yet what was made less than `lag` ago [CP-012].
    pub(crate) fn look_back(&mut self, now: Time, lag: Duration) {
        let since = now.as_nanos().saturating_sub(lag.as_nanos() as u64);
        self.horizon = (self.begun && !lag.is_zero()).then_some(Time::from_nanos(since));
    }

    /// The call is over.
    pub(crate) fn see_all(&mut self) {
        self.horizon = None;
    }

    /// Whether the call that is going on sees what was made then. What a scenario has from the beginning is always seen.
    pub(crate) fn sees(&self, made: Time) -> bool {
        self.horizon.is_none_or(|horizon| made <= horizon || made == Time::ZERO)
    }

    /// Takes a token for a call of this category out, if there is one. Buckets are filled once a second [CP-026].
    pub fn call(&mut self, category: &'static str, pace: Pace, now: Time) -> bool {
        let second = Time::from_secs(now.as_nanos() / 1_000_000_000);
        !self.begun || self.calls.entry(category).or_insert_with(|| TokenBucket::full(pace, second)).take(1, second)
    }

    /// Takes a token for a call of RunTask on Fargate out, if there is one [CP-030].
    pub fn fargate_call(&mut self, now: Time) -> bool {
        let bucket = self.fargate_calls.get_or_insert_with(|| TokenBucket::full(FARGATE_CALLS, now));
        !self.begun || bucket.take(1, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_time_begins_nothing_is_taken() {
        let mut limits = Limits::default();
        let one = Pace::per_second(1, 1);
        assert!((0..5).all(|_| limits.call("x", one, Time::ZERO) && limits.fargate_call(Time::ZERO)));
        limits.begin();
        assert!(limits.call("x", one, Time::ZERO) && !limits.call("x", one, Time::ZERO));
        assert!(limits.call("y", one, Time::ZERO), "each category has its own bucket");
    }

    /// [CP-026]
    #[test]
    fn buckets_of_calls_are_filled_once_a_second() {
        let mut limits = Limits::default();
        limits.begin();
        let (at, one) = (|ms: u64| Time::from_nanos(ms * 1_000_000), Pace::per_second(1, 1));
        assert!(limits.call("x", one, at(900)) && !limits.call("x", one, at(999)));
        assert!(limits.call("x", one, at(1000)) && !limits.call("x", one, at(1999)));
    }

    /// [CP-030]
    #[test]
    fn large_regions_launch_more() {
        let account = |region: &str| Account {
            id: "123456789012".into(),
            region: region.into(),
            start: "2026-01-05T09:00:00Z".parse().expect("a moment"),
            seed: 1,
        };
        let of = |region: &str| {
            let account = account(region);
            let launches = fargate_launches(&account, &Assumptions::default());
            (launches.capacity, launches.tokens, service_launches(&account, Launch::Fargate).tokens)
        };
        assert_eq!(of("us-east-1"), (100, 20, 500));
        assert_eq!(of("eu-west-3"), (100, 20, 500));
        assert_eq!(of("af-south-1"), (25, 5, 125));
        let assume = Assumptions { fargate_burst: Some(300), fargate_rate: Some(50), ..Assumptions::default() };
        assert_eq!(fargate_launches(&account("us-east-1"), &assume), Pace::per_second(300, 50));
    }
}
