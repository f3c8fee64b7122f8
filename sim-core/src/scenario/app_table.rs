//! `[[world.app]]` and `[[world.database]]`: how containers behave, and what they need of others.

use schemars::JsonSchema;
use serde::Deserialize;

use super::traffic_table::RetryTable;
use crate::units::{Bytes, Distributed, Ratio, Span};

/// How a container behaves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppTable {
    /// `family/container`: which container of which task definition family.
    pub container: String,
    /// From the start of the process until it listens; at once unless set.
    pub boot: Option<Distributed>,
    /// CPU time that the boot takes after that, before it listens; none unless set.
    pub boot_cpu: Option<Distributed>,
    /// Requests take more CPU in the beginning: `{ for = "30s", factor = 5 }`; not unless set.
    pub warm_up: Option<WarmUpTable>,
    /// The port it listens on, whatever its task definition says; the ports of its `portMappings` unless set.
    #[schemars(range(min = 1))]
    pub listens_on: Option<u16>,
    /// What one request takes.
    #[serde(default)]
    pub request: RequestTable,
    /// What requests of a class take that `[[world.traffic]]` names; those of other classes take what `request` says.
    #[serde(default)]
    pub class: Vec<ClassTable>,
    /// Requests are worked on by so many workers, and the others wait: `{ count = 8, queue = 100 }`; all at a time,
    /// sharing the CPU, unless set.
    pub workers: Option<WorkersTable>,
    /// How long it keeps an idle connection of a load balancer; longer than any load balancer unless set.
    pub keep_alive: Option<Span>,
    /// Memory in use without any request; "64 MiB" unless set.
    pub memory: Option<Bytes>,
    /// Memory that is never given back: `{ per_request = "10 kB", per_hour = "50 MB" }`; none unless set.
    pub leak: Option<LeakTable>,
    /// The status that the health check path answers with; 200 unless set.
    #[schemars(range(min = 200, max = 599))]
    pub health_status: Option<u16>,
    /// CPU time of one health check; "1ms" unless set.
    pub health_cpu: Option<Span>,
    /// From the start of the process until its health checks, those of target groups and of the container itself, fail with
    /// 503 and go on to, as those of a process that hangs; never unless set.
    pub health_fails_after: Option<Distributed>,
    /// A deep health check: it asks this database, and answers 503 when that fails; none unless set.
    pub health_database: Option<String>,
    /// From the stop signal to the end of the process; "1s" unless set.
    pub shutdown: Option<Distributed>,
    /// Whether the process ignores the stop signal, so that SIGKILL ends it; false unless set.
    #[serde(default)]
    pub ignores_sigterm: bool,
    /// Whether the process takes no new requests after the stop signal, and finishes those in progress before it ends;
    /// false unless set.
    #[serde(default)]
    pub finishes_requests: bool,
    /// Exit code of a process that ends because of the stop signal; 0 unless set. 143 is that of a process that does not
    /// handle the signal.
    pub shutdown_code: Option<u8>,
    /// The process ends with an error (exit code 1) this long after its start.
    pub crash_after: Option<Distributed>,
    /// The process ends by itself this long after its start, as a job does that is done.
    pub exits_after: Option<Distributed>,
    /// Its exit code then; 0 unless set.
    pub exit_code: Option<u8>,
}

/// What one request takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestTable {
    /// CPU time on one whole vCPU; "1ms" unless set.
    pub cpu: Option<Distributed>,
    /// Waiting that takes no CPU; none unless set.
    pub wait: Option<Distributed>,
    /// What it needs of others, one after the other; nothing unless set.
    #[serde(default)]
    pub needs: Vec<NeedTable>,
    /// Memory while it is in progress; none unless set.
    pub memory: Option<Distributed<Bytes>>,
    /// Headers and payload of a request and its answer; "10 kB" unless set.
    pub payload: Option<Distributed<Bytes>>,
    /// Status of its answer; 200 unless set.
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// The share of requests that the application itself answers with an error; none unless set.
    pub errors: Option<Ratio>,
    /// Status of such an answer, and of one that fails because something that it needs has failed; 500 unless set.
    #[schemars(range(min = 400, max = 599))]
    pub error_status: Option<u16>,
    /// The share of requests that end the process; none unless set.
    pub crashes: Option<Ratio>,
}

/// What one request of a class takes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ClassTable {
    /// The name of the class.
    pub name: String,
    /// What one of its requests takes.
    #[serde(flatten)]
    pub request: RequestTable,
}

/// Somebody else without whom a request cannot be answered: a `database`, or a `service` behind a load balancer or an
/// endpoint of Service Connect.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NeedTable {
    /// A database of `[[world.database]]`.
    pub database: Option<String>,
    /// How long the query takes; as the database says unless set.
    pub query: Option<Distributed>,
    /// A load balancer, by name: the request is made to it. Or a name that Service Connect knows, with its port if it is
    /// said: `backend:8080`.
    pub service: Option<String>,
    /// The class of the request to the service.
    pub class: Option<String>,
    /// Its path; "/" unless set.
    pub path: Option<String>,
    /// How long the answer of the service is waited for; "30s" unless set.
    pub timeout: Option<Span>,
    /// How long an idle connection to the service is kept; no connection is used twice when "0s"; "60s" unless set.
    pub keep_alive: Option<Span>,
    /// What is done when the service fails; nothing unless set.
    pub retry: Option<RetryTable>,
    /// Whether the request is answered as if nothing were when this fails; false unless set.
    #[serde(default)]
    pub optional: bool,
}

/// Requests take more CPU in the beginning.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WarmUpTable {
    /// From listening until requests take what they take.
    #[serde(rename = "for")]
    pub takes: Span,
    /// How many times as much CPU the very first request takes; falls linearly to 1.
    #[schemars(range(min = 1.0))]
    pub factor: f64,
}

/// How many requests are worked on at a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkersTable {
    /// Requests at a time.
    #[schemars(range(min = 1))]
    pub count: u32,
    /// Requests that may wait; one more is turned away. No limit unless set.
    pub queue: Option<u32>,
    /// Status of a request that is turned away; 503 unless set.
    #[schemars(range(min = 400, max = 599))]
    pub full_status: Option<u16>,
}

/// Memory that is never given back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeakTable {
    /// Of each request; none unless set.
    pub per_request: Option<Bytes>,
    /// In an hour; none unless set.
    pub per_hour: Option<Bytes>,
}

/// A database, or anything else with a limited number of connections: whoever finds them all taken waits, first come,
/// first served.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseTable {
    /// Its name.
    pub name: String,
    /// Queries at a time.
    #[schemars(range(min = 1))]
    pub connections: u32,
    /// How long a query takes.
    pub query: Distributed,
    /// How long a query waits for a connection before it fails; for ever unless set.
    pub connection_timeout: Option<Span>,
}
