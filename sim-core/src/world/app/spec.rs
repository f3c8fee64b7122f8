//! How a container behaves: what the scenario says about the inside.

use std::time::Duration;

use crate::engine::Id;
use crate::world::Distribution;

/// Names an [`AppSpec`].
pub type AppSpecId = Id<AppSpec>;

/// The behaviour of one container of a task definition family, in all its revisions.
#[derive(Clone, Debug, PartialEq)]
pub struct AppSpec {
    /// `family/container`.
    pub container: String,
    /// From the start of the process until it listens; 0 s unless set.
    pub boot: Distribution,
    /// The port it listens on, whatever its task definition says; the ports of its `portMappings` unless set.
    pub listens_on: Option<u16>,
    /// CPU time of a request, on a whole vCPU; 1 ms unless set.
    pub cpu: Distribution,
    /// What a request waits for after its CPU time, such as a database; nothing unless set.
    pub wait: Distribution,
    /// Status of an answer; 200 unless set.
    pub status: u16,
    /// The share of requests answered with `error_status` [0–1]; 0 unless set.
    pub error_ratio: f64,
    /// Status of such an answer; 500 unless set.
    pub error_status: u16,
    /// Headers and payload of a request and its answer [bytes]; 10,000 unless set.
    pub bytes: u64,
    /// Memory while idle [bytes]; 64 MiB unless set.
    pub memory: u64,
    /// Memory of each request in progress [bytes]; 0 unless set.
    pub memory_per_request: u64,
    /// How it answers health checks.
    pub health: Health,
    /// How it ends when asked to.
    pub shutdown: Shutdown,
    /// How it ends unasked, if it does: a job that is done, or a crash.
    pub ends: Option<End>,
}

/// The health check endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Status of an answer; 200 unless set.
    pub status: u16,
    /// CPU time of an answer; 1 ms unless set.
    pub cpu: Duration,
}

/// What follows the stop signal (SIGTERM).
#[derive(Clone, Debug, PartialEq)]
pub struct Shutdown {
    /// Goes on as if nothing were, until SIGKILL [TR-112]; false unless set.
    pub ignores_sigterm: bool,
    /// From the signal to the end of the process; 1 s unless set. Until then it listens and works on.
    pub takes: Distribution,
    /// The exit code; 0 unless set.
    pub code: i16,
}

/// An end that nobody asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// From the start of the process.
    pub after: Distribution,
    /// The exit code.
    pub code: i16,
}

impl AppSpec {
    /// What is not described behaves like this.
    pub fn of(container: impl Into<String>) -> AppSpec {
        AppSpec { container: container.into(), ..AppSpec::DEFAULT }
    }

    /// The defaults.
    pub const DEFAULT: AppSpec = AppSpec {
        container: String::new(),
        boot: Distribution::ZERO,
        listens_on: None,
        cpu: Distribution::constant(Duration::from_millis(1)),
        wait: Distribution::ZERO,
        status: 200,
        error_ratio: 0.0,
        error_status: 500,
        bytes: 10_000,
        memory: 64 << 20,
        memory_per_request: 0,
        health: Health { status: 200, cpu: Duration::from_millis(1) },
        shutdown: Shutdown { ignores_sigterm: false, takes: Distribution::constant(Duration::from_secs(1)), code: 0 },
        ends: None,
    };
}
