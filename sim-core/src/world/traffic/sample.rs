//! Requests as somebody who watches sees them: one in so many, with their real times.

use std::time::Duration;

use super::Unreached;
use crate::engine::Time;
use crate::world::cloudwatch::Outcome;
use crate::world::elb::{LoadBalancerId, TargetId};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client has an answer.
    Answered(Outcome),
    /// It did not even reach the load balancer.
    Unreached(Unreached),
}

/// A request that has come to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestSample {
    /// When its outcome was decided.
    pub at: Time,
    /// What its client waited, round trips included; none when it got no answer.
    pub latency: Option<Duration>,
    /// The load balancer it was sent to.
    pub balancer: LoadBalancerId,
    /// The target it was given to, if it was.
    pub target: Option<TargetId>,
    /// How it ended.
    pub ending: Ending,
}
