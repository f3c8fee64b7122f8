//! Requests to a service: arrival → choice of a task → the task's CPU, shared by its requests → answer.
//!
//! Tasks of one vCPU, Poisson arrivals, exponential work, utilisation 0.7: the same for every contestant. The bare
//! loops do nothing else. The simulator does it the way its users see it: behind an Application Load Balancer in two
//! zones, with health checks, timeouts, every metric and histogram, journal and run hash.

mod bare;
mod full;
mod hops;

use sim_core::engine::Stream;

use crate::{Contestant, Named};
use bare::{Bare, LeastOutstanding, Logarithm, RoundRobin};
use hops::Hops;

/// The mean CPU time of a request [ns].
const WORK: f64 = 4e6;
/// The share of the service's CPU that the requests take.
const UTILISATION: f64 = 0.7;

/// Requests that arrive in a second at so many tasks.
fn per_second(tasks: usize) -> f64 {
    tasks as f64 * UTILISATION * 1e9 / WORK
}

/// All contestants. The reference comes first: like the simulator, it knows how long a request is on its way.
pub fn contestants(tasks: usize) -> Vec<Named> {
    vec![
        (
            "bare loop, least, with hops",
            Box::new(Hops::<Logarithm, LeastOutstanding>::new(tasks)) as Box<dyn Contestant>,
        ),
        ("bare loop, least outstanding", Box::new(Bare::<Logarithm, LeastOutstanding>::new(tasks))),
        ("bare loop, least, ziggurat", Box::new(Bare::<Stream, LeastOutstanding>::new(tasks))),
        ("bare loop, round robin", Box::new(Bare::<Logarithm, RoundRobin>::new(tasks))),
        ("sim-core, least outstanding", full::service(tasks, "least_outstanding_requests")),
        ("sim-core, round robin", full::service(tasks, "round_robin")),
    ]
}

/// The simulator with services of these sizes: what does a request cost when the service is larger?
pub fn sizes() -> Vec<Named> {
    let named = [
        ("sim-core, 10 tasks", 10),
        ("sim-core, 100 tasks", 100),
        ("sim-core, 1,000 tasks", 1000),
        ("sim-core, 10,000 tasks", 10_000),
    ];
    named.map(|(name, tasks)| (name, full::service(tasks, "least_outstanding_requests"))).into()
}
