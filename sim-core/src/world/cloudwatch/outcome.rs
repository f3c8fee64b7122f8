//! How a request ended, as the load balancer and its client see it.

/// Why a target answered as it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blame {
    /// There is nothing to blame anybody for.
    #[default]
    Nobody,
    /// The application made an error of its own.
    Application,
    /// A database or a service that the application depends on failed or was too slow.
    Dependency,
    /// All workers were busy and the queue before them was full.
    Overload,
}

/// The end of a request that reached its load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The target answered with this status, which passes unchanged [TR-104], and why.
    Target(u16, Blame),
    /// A `fixed-response` action answered with this status [TR-022].
    FixedResponse(u16),
    /// A `redirect` action answered with this status [TR-023].
    Redirect(u16),
    /// The load balancer does not take a request like this: 405, 413, 414 or 463 [TR-093][TR-095][TR-097], or 507 for
    /// too long a redirect [TR-023][TR-102].
    Rejected(u16),
    /// 503: no registered target, or all `unused` [TR-100]; unhealthy ones are no reason for it [TR-105].
    NoTarget,
    /// 502: nothing listens on the target's port [TR-099].
    ConnectionRefused,
    /// 502: the target has closed the connection that was kept open for it [TR-088].
    KeepAliveElapsed,
    /// 504: no connection within 10 s, because packets are dropped [TR-101].
    ConnectTimeout,
    /// 502: the target's process ended with the request in progress [TR-099].
    TargetGone,
    /// 502: the deregistration delay ended with the request in progress [TR-071].
    DeregistrationDelayElapsed,
    /// 504: no answer before the idle timeout [TR-101].
    IdleTimeout,
    /// 460: the client of an Application Load Balancer gave up before the idle timeout [TR-096].
    ClientClosed,
    /// The Network Load Balancer reset the flow, because its target is not healthy [TR-122] or has left [TR-124].
    ResetByBalancer,
    /// The target reset the flow: its port is closed or its process has ended [TR-161].
    ResetByTarget,
    /// The client of a Network Load Balancer gave up, so that the answer meets no socket any more [TR-161].
    ResetByClient,
    /// 503: no task is behind the endpoint of Service Connect.
    NoHost,
    /// 503: connections to the hosts of an endpoint failed, those of its retries included [CP-242].
    HostUnreachable,
    /// 503: the process behind the proxy ended with the request in progress.
    HostReset,
    /// 504: no answer before the request timeout or the idle timeout of an endpoint [CP-242].
    HostTimeout,
    /// 464: the target group is for another version of HTTP than the request [TR-032].
    ProtocolMismatch,
    /// 505: HTTP/2 where the load balancer speaks HTTP/1.1 [TR-102].
    VersionNotSupported,
}

/// An [`Outcome`] without its status: what the client's answer is due to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Cause {
    /// The target answered, and made no error.
    Target,
    /// The target answered with an error of the application's own.
    ApplicationError,
    /// The target answered with an error because something that it depends on failed.
    DependencyFailed,
    /// The target answered with an error because its workers were busy and its queue was full.
    Overloaded,
    /// See [`Outcome::FixedResponse`].
    FixedResponse,
    /// See [`Outcome::Redirect`].
    Redirect,
    /// See [`Outcome::Rejected`].
    Rejected,
    /// See [`Outcome::NoTarget`].
    NoTarget,
    /// See [`Outcome::ConnectionRefused`].
    ConnectionRefused,
    /// See [`Outcome::KeepAliveElapsed`].
    KeepAliveElapsed,
    /// See [`Outcome::ConnectTimeout`].
    ConnectTimeout,
    /// See [`Outcome::TargetGone`].
    TargetGone,
    /// See [`Outcome::DeregistrationDelayElapsed`].
    DeregistrationDelayElapsed,
    /// See [`Outcome::IdleTimeout`].
    IdleTimeout,
    /// See [`Outcome::ClientClosed`].
    ClientClosed,
    /// See [`Outcome::ResetByBalancer`].
    ResetByBalancer,
    /// See [`Outcome::ResetByTarget`].
    ResetByTarget,
    /// See [`Outcome::ResetByClient`].
    ResetByClient,
    /// [`Outcome::Rejected`] with 507, the only one that is not the client's mistake.
    RedirectTooLong,
    /// See [`Outcome::NoHost`].
    NoHost,
    /// See [`Outcome::HostUnreachable`].
    HostUnreachable,
    /// See [`Outcome::HostReset`].
    HostReset,
    /// See [`Outcome::HostTimeout`].
    HostTimeout,
    /// See [`Outcome::ProtocolMismatch`].
    ProtocolMismatch,
    /// See [`Outcome::VersionNotSupported`].
    VersionNotSupported,
}

impl Cause {
    /// How many there are.
    pub const COUNT: usize = Cause::ALL.len();

    /// All of them, in the order of their numbers.
    pub const ALL: [Cause; 25] = [
        Cause::Target,
        Cause::ApplicationError,
        Cause::DependencyFailed,
        Cause::Overloaded,
        Cause::FixedResponse,
        Cause::Redirect,
        Cause::Rejected,
        Cause::NoTarget,
        Cause::ConnectionRefused,
        Cause::KeepAliveElapsed,
        Cause::ConnectTimeout,
        Cause::TargetGone,
        Cause::DeregistrationDelayElapsed,
        Cause::IdleTimeout,
        Cause::ClientClosed,
        Cause::ResetByBalancer,
        Cause::ResetByTarget,
        Cause::ResetByClient,
        Cause::RedirectTooLong,
        Cause::NoHost,
        Cause::HostUnreachable,
        Cause::HostReset,
        Cause::HostTimeout,
        Cause::ProtocolMismatch,
        Cause::VersionNotSupported,
    ];

    /// Whether an answer for this reason is as it should be, so that nobody need hear of it.
    pub fn is_expected(self) -> bool {
        matches!(self, Cause::Target | Cause::FixedResponse | Cause::Redirect)
    }
}

impl Outcome {
    /// The status code of the answer; zero where there is none, because the connection was reset.
    #[inline]
    pub fn status(self) -> u16 {
        match self {
            Outcome::Target(status, _)
            | Outcome::FixedResponse(status)
            | Outcome::Redirect(status)
            | Outcome::Rejected(status) => status,
            Outcome::NoTarget | Outcome::NoHost | Outcome::HostUnreachable | Outcome::HostReset => 503,
            Outcome::ConnectionRefused
            | Outcome::KeepAliveElapsed
            | Outcome::TargetGone
            | Outcome::DeregistrationDelayElapsed => 502,
            Outcome::ConnectTimeout | Outcome::IdleTimeout | Outcome::HostTimeout => 504,
            Outcome::ClientClosed => 460,
            Outcome::ProtocolMismatch => 464,
            Outcome::VersionNotSupported => 505,
            Outcome::ResetByBalancer | Outcome::ResetByTarget | Outcome::ResetByClient => 0,
        }
    }

    /// Whether the client's connection can be used again.
    #[inline]
    pub fn leaves_connection(self) -> bool {
        self != Outcome::ClientClosed && self.status() != 0
    }

    /// What it is due to.
    #[inline]
    pub fn cause(self) -> Cause {
        match self {
            Outcome::Target(_, Blame::Nobody) => Cause::Target,
            Outcome::Target(_, Blame::Application) => Cause::ApplicationError,
            Outcome::Target(_, Blame::Dependency) => Cause::DependencyFailed,
            Outcome::Target(_, Blame::Overload) => Cause::Overloaded,
            Outcome::FixedResponse(_) => Cause::FixedResponse,
            Outcome::Redirect(_) => Cause::Redirect,
            Outcome::Rejected(500..) => Cause::RedirectTooLong,
            Outcome::Rejected(_) => Cause::Rejected,
            Outcome::NoTarget => Cause::NoTarget,
            Outcome::ConnectionRefused => Cause::ConnectionRefused,
            Outcome::KeepAliveElapsed => Cause::KeepAliveElapsed,
            Outcome::ConnectTimeout => Cause::ConnectTimeout,
            Outcome::TargetGone => Cause::TargetGone,
            Outcome::DeregistrationDelayElapsed => Cause::DeregistrationDelayElapsed,
            Outcome::IdleTimeout => Cause::IdleTimeout,
            Outcome::ClientClosed => Cause::ClientClosed,
            Outcome::ResetByBalancer => Cause::ResetByBalancer,
            Outcome::ResetByTarget => Cause::ResetByTarget,
            Outcome::ResetByClient => Cause::ResetByClient,
            Outcome::NoHost => Cause::NoHost,
            Outcome::HostUnreachable => Cause::HostUnreachable,
            Outcome::HostReset => Cause::HostReset,
            Outcome::HostTimeout => Cause::HostTimeout,
            Outcome::ProtocolMismatch => Cause::ProtocolMismatch,
            Outcome::VersionNotSupported => Cause::VersionNotSupported,
        }
    }
}
