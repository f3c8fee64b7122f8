//! How a container behaves: what the scenario says about the inside.

use std::time::Duration;

use crate::engine::Id;
use crate::world::Distribution;
use crate::world::traffic::{NewClass, Policy};

/// Names an [`AppSpec`].
pub type AppSpecId = Id<AppSpec>;

/// The behaviour of one container of a task definition family, in all its revisions.
#[derive(Clone, Debug)]
pub struct AppSpec {
    /// `family/container`.
    pub container: String,
    /// From the start of the process until it has what it needs to boot; 0 s unless set.
    pub boot: Distribution,
    /// CPU time that the boot takes after that, before the process listens; none unless set.
    pub boot_cpu: Distribution,
    /// How requests are slower in the beginning; not unless set.
    pub warm_up: Option<WarmUp>,
    /// The port it listens on, whatever its task definition says; the ports of its `portMappings` unless set.
    pub listens_on: Option<u16>,
    /// What a request takes whose class is not among `classes`.
    pub request: Work,
    /// What requests of other classes take: (name of the class, work).
    pub classes: Vec<(String, Work)>,
    /// How many requests are worked on at a time; all of them, sharing the CPU, unless set.
    pub workers: Option<Workers>,
    /// How long it keeps an idle connection of a load balancer open; longer than any load balancer unless set [TR-088].
    pub keep_alive: Option<Duration>,
    /// Memory while idle [bytes]; 64 MiB unless set.
    pub memory: u64,
    /// Memory that is never given back; none unless set.
    pub leak: Leak,
    /// How it answers health checks.
    pub health: Health,
    /// How it ends when asked to.
    pub shutdown: Shutdown,
    /// How it ends unasked, if it does: a job that is done, or a crash.
    pub ends: Option<End>,
}

/// What a request takes.
#[derive(Clone, Debug)]
pub struct Work {
    /// CPU time, on a whole vCPU; 1 ms unless set.
    pub cpu: Distribution,
    /// What it waits for after its CPU time, without using any; nothing unless set.
    pub wait: Distribution,
    /// What it needs of others, one after the other, before it is answered; nothing unless set.
    pub needs: Vec<Need>,
    /// Status of an answer; 200 unless set.
    pub status: u16,
    /// The share of requests answered with `error_status` [0–1]; 0 unless set. They take no wait and need nobody.
    pub error_ratio: f64,
    /// Status of such an answer; 500 unless set.
    pub error_status: u16,
    /// The share of requests that end the process [0–1]; 0 unless set.
    pub crash_ratio: f64,
    /// Headers and payload of a request and its answer [bytes]; 10,000 unless set.
    pub bytes: Distribution<u64>,
    /// Memory while it is in progress [bytes]; 0 unless set.
    pub memory: Distribution<u64>,
}

impl Work {
    /// The defaults.
    pub const DEFAULT: Work = Work {
        cpu: Distribution::constant(Duration::from_millis(1)),
        wait: Distribution::ZERO,
        needs: Vec::new(),
        status: 200,
        error_ratio: 0.0,
        error_status: 500,
        crash_ratio: 0.0,
        bytes: Distribution::amount(10_000),
        memory: Distribution::amount(0),
    };

    /// So much CPU time, and nothing else.
    pub fn of(cpu: Distribution) -> Work {
        Work { cpu, ..Work::DEFAULT }
    }
}

/// Somebody else without whom a request cannot be answered.
#[derive(Clone, Debug)]
pub struct Need {
    /// Who.
    pub whom: Whom,
    /// Whether the request is answered as if nothing were when it fails; false unless set.
    pub optional: bool,
}

/// Whom a request needs.
#[derive(Clone, Debug)]
pub enum Whom {
    /// A database, by name, and how long a query takes there; as the database says unless set.
    Database(String, Option<Distribution>),
    /// Another service behind a load balancer.
    Service {
        /// The load balancer, by name.
        to: String,
        /// What the request there is like.
        class: NewClass,
        /// What is done about time and failure.
        policy: Box<Policy>,
    },
}

/// Requests are worked on by so many workers; the others wait in a queue, first come, first served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers {
    /// Requests at a time [count]; at least 1.
    pub count: u32,
    /// Requests that may wait [count]; one more is answered with `full_status` at once.
    pub queue: u32,
    /// Status of such an answer; 503 unless set.
    pub full_status: u16,
}

/// Requests take more CPU in the beginning: caches are cold, code is not compiled yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// From listening until requests take what they take.
    pub takes: Duration,
    /// How many times as much CPU the very first request takes; falls linearly to 1.
    pub factor: f64,
}

/// Memory that is never given back.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Leak {
    /// Of each request [bytes].
    pub per_request: u64,
    /// With time [bytes per hour].
    pub per_hour: u64,
}

/// The health check endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Status of an answer; 200 unless set.
    pub status: u16,
    /// CPU time of an answer; 1 ms unless set.
    pub cpu: Duration,
    /// From the start of the process until its checks fail with 503, and go on to; never unless set.
    pub fails_after: Option<Distribution>,
    /// A deep check: it asks this database, and fails with 503 when that fails; none unless set.
    pub database: Option<String>,
}

/// What follows the stop signal (SIGTERM).
#[derive(Clone, Debug, PartialEq)]
pub struct Shutdown {
    /// Goes on as if nothing were, until SIGKILL [TR-112]; false unless set.
    pub ignores_sigterm: bool,
    /// Takes no new requests after the signal, and finishes those in progress before it ends; false unless set.
    pub finishes_requests: bool,
    /// From the signal to the end of the process; 1 s unless set. Until then it works on.
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

    /// All its requests take this.
    pub fn with(self, request: Work) -> AppSpec {
        AppSpec { request, ..self }
    }

    /// The defaults.
    pub const DEFAULT: AppSpec = AppSpec {
        container: String::new(),
        boot: Distribution::ZERO,
        boot_cpu: Distribution::ZERO,
        warm_up: None,
        listens_on: None,
        request: Work::DEFAULT,
        classes: Vec::new(),
        workers: None,
        keep_alive: None,
        memory: 64 << 20,
        leak: Leak { per_request: 0, per_hour: 0 },
        health: Health { status: 200, cpu: Duration::from_millis(1), fails_after: None, database: None },
        shutdown: Shutdown {
            ignores_sigterm: false,
            finishes_requests: false,
            takes: Distribution::constant(Duration::from_secs(1)),
            code: 0,
        },
        ends: None,
    };
}
