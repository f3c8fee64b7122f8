//! How a request ended, as the client sees it.

/// The end of a request that reached its load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The target answered with this status, which passes unchanged [TR-104].
    Target(u16),
    /// A `fixed-response` action answered with this status [TR-022].
    FixedResponse(u16),
    /// 503: no registered target, or all `unused` [TR-100]; unhealthy ones are no reason for it [TR-105].
    NoTarget,
    /// 502: nothing listens on the target's port [TR-099].
    ConnectionRefused,
    /// 504: no connection within 10 s, because packets are dropped [TR-101].
    ConnectTimeout,
    /// 502: the target's process ended with the request in progress [TR-099].
    TargetGone,
    /// 502: the deregistration delay ended with the request in progress [TR-071].
    DeregistrationDelayElapsed,
    /// 504: no answer before the idle timeout [TR-101].
    IdleTimeout,
}

/// An [`Outcome`] without its status: what the client's answer is due to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Cause {
    /// See [`Outcome::Target`].
    Target,
    /// See [`Outcome::FixedResponse`].
    FixedResponse,
    /// See [`Outcome::NoTarget`].
    NoTarget,
    /// See [`Outcome::ConnectionRefused`].
    ConnectionRefused,
    /// See [`Outcome::ConnectTimeout`].
    ConnectTimeout,
    /// See [`Outcome::TargetGone`].
    TargetGone,
    /// See [`Outcome::DeregistrationDelayElapsed`].
    DeregistrationDelayElapsed,
    /// See [`Outcome::IdleTimeout`].
    IdleTimeout,
}

impl Cause {
    /// All of them, in the order of their numbers.
    pub const ALL: [Cause; 8] = [
        Cause::Target,
        Cause::FixedResponse,
        Cause::NoTarget,
        Cause::ConnectionRefused,
        Cause::ConnectTimeout,
        Cause::TargetGone,
        Cause::DeregistrationDelayElapsed,
        Cause::IdleTimeout,
    ];
}

impl Outcome {
    /// The status code of the answer.
    #[inline]
    pub fn status(self) -> u16 {
        match self {
            Outcome::Target(status) | Outcome::FixedResponse(status) => status,
            Outcome::NoTarget => 503,
            Outcome::ConnectionRefused | Outcome::TargetGone | Outcome::DeregistrationDelayElapsed => 502,
            Outcome::ConnectTimeout | Outcome::IdleTimeout => 504,
        }
    }

    /// What it is due to.
    #[inline]
    pub fn cause(self) -> Cause {
        match self {
            Outcome::Target(_) => Cause::Target,
            Outcome::FixedResponse(_) => Cause::FixedResponse,
            Outcome::NoTarget => Cause::NoTarget,
            Outcome::ConnectionRefused => Cause::ConnectionRefused,
            Outcome::ConnectTimeout => Cause::ConnectTimeout,
            Outcome::TargetGone => Cause::TargetGone,
            Outcome::DeregistrationDelayElapsed => Cause::DeregistrationDelayElapsed,
            Outcome::IdleTimeout => Cause::IdleTimeout,
        }
    }
}
