//! A bucket of tokens: it is full in the beginning, whoever does something takes some out, and it fills up again at an
//! even pace.

use std::time::Duration;

use super::Time;

/// How many tokens a bucket holds, and how it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// What it holds when it is full [count]; this many can be taken at once.
    pub capacity: u32,
    /// How many come in … [count].
    pub tokens: u32,
    /// … this long.
    pub every: Duration,
}

impl Pace {
    /// So many tokens a second.
    pub const fn per_second(capacity: u32, tokens: u32) -> Pace {
        Pace { capacity, tokens, every: Duration::from_secs(1) }
    }

    /// So many tokens a minute.
    pub const fn per_minute(capacity: u32, tokens: u32) -> Pace {
        Pace { capacity, tokens, every: Duration::from_secs(60) }
    }
}

/// A bucket of tokens. Its level is exact: it is kept in parts of a token so small that one comes in every nanosecond.
///
/// ```
/// use sim_core::engine::{Pace, Time, TokenBucket};
///
/// let mut bucket = TokenBucket::full(Pace::per_second(10, 2), Time::ZERO);
/// assert!(bucket.take(10, Time::ZERO) && !bucket.take(1, Time::ZERO));
/// assert_eq!(bucket.when(3, Time::ZERO), Some(Time::from_nanos(1_500_000_000)));
/// assert!(bucket.take(3, Time::from_nanos(1_500_000_000)));
/// assert_eq!(bucket.when(11, Time::ZERO), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    pace: Pace,
    /// What is in it at `at` [tokens × nanoseconds of `pace.every`].
    level: u128,
    at: Time,
}

impl TokenBucket {
    /// A full bucket.
    pub fn full(pace: Pace, now: Time) -> TokenBucket {
        TokenBucket { pace, level: u128::from(pace.capacity) * pace.every.as_nanos(), at: now }
    }

    fn level(&self, now: Time) -> u128 {
        let passed = now.as_nanos().saturating_sub(self.at.as_nanos());
        let full = u128::from(self.pace.capacity) * self.pace.every.as_nanos();
        (self.level + u128::from(passed) * u128::from(self.pace.tokens)).min(full)
    }

    /// How many whole tokens are in it [count].
    pub fn available(&self, now: Time) -> u32 {
        let every = self.pace.every.as_nanos().max(1);
        u32::try_from(self.level(now) / every).unwrap_or(self.pace.capacity)
    }

    /// Takes so many tokens out, if they are there: all or none.
    pub fn take(&mut self, count: u32, now: Time) -> bool {
        let (level, asked) = (self.level(now), u128::from(count) * self.pace.every.as_nanos());
        (self.level, self.at) = (level.checked_sub(asked).unwrap_or(level), self.at.max(now));
        level >= asked
    }

    /// When so many tokens will be there, if nobody takes any before; none when it never holds as many.
    pub fn when(&self, count: u32, now: Time) -> Option<Time> {
        let asked = u128::from(count) * self.pace.every.as_nanos();
        let missing = asked.saturating_sub(self.level(now));
        if missing == 0 {
            return Some(now);
        }
        if count > self.pace.capacity || self.pace.tokens == 0 {
            return None;
        }
        let wait = missing.div_ceil(u128::from(self.pace.tokens));
        u64::try_from(wait).ok().and_then(|wait| now.as_nanos().checked_add(wait)).map(Time::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 500 tasks a minute are 25 in 3 s.
    #[test]
    fn what_does_not_divide_evenly_is_not_lost() {
        let mut bucket = TokenBucket::full(Pace::per_minute(500, 500), Time::ZERO);
        assert!(bucket.take(500, Time::ZERO));
        let second = |n: u64| Time::from_secs(n);
        assert_eq!([1, 2, 3].map(|n| bucket.available(second(n))), [8, 16, 25]);
        assert!(bucket.take(8, second(1)) && bucket.take(8, second(2)) && bucket.take(9, second(3)));
        assert!(!bucket.take(1, second(3)));
        assert_eq!(bucket.available(Time::MAX), 500, "it is never more than full");
    }

    #[test]
    fn a_look_back_gives_nothing() {
        let mut bucket = TokenBucket::full(Pace::per_second(1, 1), Time::from_secs(10));
        assert!(bucket.take(1, Time::from_secs(10)));
        assert!(!bucket.take(1, Time::from_secs(5)) && !bucket.take(1, Time::from_secs(10)));
        assert!(bucket.take(1, Time::from_secs(11)));
    }

    proptest! {
        /// Over any stretch of time no more is taken than was in it and came in, and `when` is the first moment that does.
        #[test]
        fn nobody_takes_more_than_there_is(
            capacity in 1u32..50, tokens in 1u32..20, asks in prop::collection::vec((0u64..3_000_000_000, 1u32..60), 1..60),
        ) {
            let mut bucket = TokenBucket::full(Pace::per_second(capacity, tokens), Time::ZERO);
            let (mut now, mut taken) = (0, 0u128);
            for (pause, count) in asks {
                now += pause;
                let at = Time::from_nanos(now);
                if let Some(when) = bucket.when(count, at) {
                    prop_assert!(bucket.clone().take(count, when));
                    let before = Time::from_nanos(when.as_nanos().saturating_sub(1));
                    prop_assert!(when == at || !bucket.clone().take(count, before));
                } else {
                    prop_assert!(count > capacity);
                }
                if bucket.take(count, at) {
                    taken += u128::from(count);
                }
                let came = u128::from(now) * u128::from(tokens) / 1_000_000_000;
                prop_assert!(taken <= u128::from(capacity) + came);
            }
        }
    }
}
