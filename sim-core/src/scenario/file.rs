//! What a scenario file says: the types behind its tables.
//!
//! The AWS half has no types here: its tables are the inputs of the operations in [`crate::api::OPERATIONS`].

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::app_table::{AppTable, DatabaseTable};
use super::traffic_table::{CallTable, RetryTable, SpokenProtocol};
use crate::engine::Budget;
use crate::observe::Expect;
use crate::units::{Bytes, Distributed, Moment, Rate, Ratio, Span};
use crate::world::Assumptions;
use crate::world::ecs::{HookScript, HookStatus};

/// Everything in a scenario file but its AWS half.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ScenarioFile {
    /// What the scenario is called, and its frame.
    pub scenario: Header,
    /// Limits of the run.
    #[serde(default)]
    pub budget: BudgetTable,
    /// Values where AWS is silent; each has a default.
    #[serde(default)]
    pub assume: AssumeTable,
    /// What AWS cannot know: images, applications, callers, faults.
    #[serde(default)]
    pub world: WorldHalf,
    /// What somebody types, and when.
    #[serde(default)]
    pub timeline: Vec<TimelineLine>,
    /// What must hold; a run that breaks one exits with 1.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

impl ScenarioFile {
    /// The values where AWS is silent that count unless a scenario sets others.
    pub fn assumed_unless_set() -> Vec<Assumed> {
        AssumeTable::default().described()
    }
}

/// The frame of a scenario.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// One line that says what it is about.
    pub title: String,
    /// The seed of all draws; 1 unless set, and `--seed` overrides it.
    #[serde(default = "one")]
    pub seed: u64,
    /// How long to simulate; `--until` can end a run earlier.
    pub duration: Span,
    /// The wall clock at time zero, RFC 3339 in UTC; 2026-01-05T09:00:00Z unless set.
    #[serde(default = "default_start")]
    pub start: Moment,
    /// The Region; us-east-1 unless set, the only one with prices here.
    #[serde(default = "default_region")]
    pub region: String,
    /// The account, twelve digits; 123456789012 unless set.
    #[serde(default = "default_account")]
    pub account: String,
}

fn one() -> u64 {
    1
}
fn default_start() -> Moment {
    "2026-01-05T09:00:00Z".parse().expect("it is a moment")
}
fn default_region() -> String {
    "us-east-1".to_owned()
}
fn default_account() -> String {
    "123456789012".to_owned()
}

/// Limits of the run: one that meets a limit ends early, says which, and exits with 3.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetTable {
    /// Events handled, requests included [count]; 2,000,000,000 unless set.
    pub events: Option<u64>,
    /// Facts in the journal [count]; 20,000,000 unless set.
    pub facts: Option<u64>,
    /// Things that exist [count]; 2,000,000 unless set.
    pub entities: Option<u64>,
    /// Estimated memory of the simulated world; "8 GiB" unless set.
    pub memory: Option<Bytes>,
}

impl BudgetTable {
    /// The limits with their defaults.
    pub fn budget(&self) -> Budget {
        let default = Budget::default();
        Budget {
            events: self.events.unwrap_or(default.events),
            facts: self.facts.unwrap_or(default.facts),
            entities: self.entities.unwrap_or(default.entities),
            memory: self.memory.map_or(default.memory, |bytes| bytes.0),
        }
    }
}

/// `[assume]` and its effect on [`Assumptions`], from one list: the key, its type in the file, and its meaning.
macro_rules! assumptions {
    ($($(#[doc = $doc:literal])* $(#[schemars($($range:tt)*)])? $name:ident: $unit:ty => $convert:expr,)*) => {
        /// Values where AWS is silent.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct AssumeTable {
            $($(#[doc = $doc])* $(#[schemars($($range)*)])? pub $name: Option<$unit>,)*
        }

        impl AssumeTable {
            /// The assumptions with what the scenario sets.
            pub fn assumptions(&self) -> Assumptions {
                let mut all = Assumptions::default();
                $(if let Some(value) = self.$name {
                    all.$name = $convert(value);
                })*
                all
            }

            /// Every assumption, in the order of the list: its key, what it means, and its value here.
            pub fn described(&self) -> Vec<Assumed> {
                let all = self.assumptions();
                vec![$(Assumed {
                    key: stringify!($name),
                    meaning: concat!($($doc),*).trim(),
                    value: shown(&all.$name),
                    set: self.$name.is_some(),
                },)*]
            }
        }
    };
}

/// A value where AWS is silent, as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// Its key in `[assume]`.
    pub key: &'static str,
    /// What it means, with the rules that rest on it in brackets.
    pub meaning: &'static str,
    /// Its value: `10s`, `0.25`, `none`.
    pub value: String,
    /// Whether the scenario sets it.
    pub set: bool,
}

/// A value of any of these types; no limit is `none`.
fn shown(value: &dyn std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    match text.strip_prefix("Some(").and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => inner.to_owned(),
        None if text == "None" => "none".to_owned(),
        None => text,
    }
}

assumptions! {
    /// From the creation of a Fargate task to its ENI, median; "12s" unless set [CA-039].
    fargate_provisioning: Span => |span: Span| span.0,
    /// From the ENI to the start of the image pull, median; "8s" unless set [CA-039].
    fargate_pending: Span => |span: Span| span.0,
    /// From the end of the pull to started containers, median; "5s" unless set [CA-039].
    container_start: Span => |span: Span| span.0,
    /// From the end of a container to its next start, when its restart policy says so; "1s" unless set [CP-065].
    container_restart: Span => |span: Span| span.0,
    /// Sigma of the log-normal spread of the first three; 0.25 unless set [CA-039].
    start_sigma: Ratio => Ratio::of_one,
    /// Between the scheduler's looks at a service; "10s" unless set [CP-126].
    reconcile_interval: Span => |span: Span| span.0,
    /// Between two comparisons of the zones of a steady service that is uneven; "5m" unless set [CP-141].
    rebalance_interval: Span => |span: Span| span.0,
    /// From stopped containers to a released ENI; "15s" unless set [CP-083].
    eni_cleanup: Span => |span: Span| span.0,
    /// From the loss of a task's host, or the end of its instance, to ECS knowing it; "60s" unless set [CA-169].
    host_loss_detection: Span => |span: Span| span.0,
    /// From the launch of an EC2 instance to its state `running`, median; "17s" unless set [CA-060].
    instance_pending: Span => |span: Span| span.0,
    /// From there to its operating system, median; "10s" unless set, as Amazon Linux 2023 takes [CA-060].
    instance_boot: Span => |span: Span| span.0,
    /// From there to its registered agent, median; "12s" unless set [CA-060].
    agent_start: Span => |span: Span| span.0,
    group_reaction: Span => |span: Span| span.0,
    group_retry: Span => |span: Span| span.0,
    status_check: Span => |span: Span| span.0,
    provisioning_retry: Span => |span: Span| span.0,
    provisioning_wait_min: Span => |span: Span| span.0,
    provisioning_wait_max: Span => |span: Span| span.0,
    /// From a task handed to the agent of its instance to the start of the image pull, median; "1s" unless set.
    agent_payload: Span => |span: Span| span.0,
    /// How long attaching an ENI to an instance takes; "5s" unless set [CA-056].
    eni_attachment: Span => |span: Span| span.0,
    /// How long a service waits after the first task of a deployment that did not get to RUNNING, before it launches another; twice
    /// as long after each further one in a row, and 27 minutes at most; "60s" unless set [CP-135].
    start_back_off: Span => |span: Span| span.0,
    /// Between two attempts of an instance's agent to register; "60s" unless set [CP-225].
    registration_retry: Span => |span: Span| span.0,
    /// How long calls of ECS do not see a cluster, a task definition, a service or a task that was just made; AWS says that there is
    /// such a time, and no figure; "0s" unless set [CP-012].
    api_visibility: Span => |span: Span| span.0,
    /// For how long a placement that no instance is fit for is tried again at each look; "50s" unless set [CP-136].
    placement_retries: Span => |span: Span| span.0,
    /// After that, between two attempts; "5m" unless set [CP-136].
    placement_pause: Span => |span: Span| span.0,
    /// Periods in which a task may use its CPU, from "1ms" to "1s": it runs at full speed until it has used its vCPU for a
    /// period's time, and stands still until the next begins. Linux takes "100ms". An even share at every moment unless
    /// set [CA-180].
    cpu_period: Span => |span: Span| Some(span.0),
    /// CPUs that the threads of a task on Fargate may run on at a time while there is a `cpu_period`, and at least as many as
    /// the task has vCPU; 2 unless set [CA-180].
    #[schemars(range(min = 1))]
    host_cpus: u32 => |count: u32| count,
    /// What a task with task-level CPU weighs on a container instance against the other tasks there, from 2 to 262144: its
    /// `cpu`, as AWS promises it, unless set. The agent's source code leaves it at Linux's 1024 [CA-182].
    #[schemars(range(min = 2, max = 262_144))]
    limited_task_weight: u32 => |weight: u32| Some(weight),
    /// A call between AWS services; "100ms" unless set.
    internal_call: Span => |span: Span| span.0,
    /// How long a target stays Elb.RegistrationInProgress; "5s" unless set [TR-144].
    target_registration: Span => |span: Span| span.0,
    /// The same behind a Network Load Balancer; "90s" unless set [TR-144].
    nlb_registration: Span => |span: Span| span.0,
    /// Answers of a target without which it is not compared with its peers; 10 unless set [TR-080].
    anomaly_answers: u32 => |count: u32| count,
    /// By how much the share of failures of an anomalous target exceeds that of its peers; 0.1 unless set [TR-080].
    anomaly_excess: Ratio => Ratio::of_one,
    /// What an anomalous target gets of a full share while anomalies are mitigated; 0.01 unless set [TR-081].
    anomaly_weight_min: Ratio => Ratio::of_one,
    /// What a recovered target gets more of it, every five seconds; 0.1 unless set [TR-081].
    anomaly_weight_step: Ratio => Ratio::of_one,
    /// From the loss of a zone until its load balancers' nodes leave DNS, and back; "30s" unless set.
    node_failover: Span => |span: Span| span.0,
    /// How long the node of a load balancer in a zone that was disabled answers those who still know its address; "3m" unless
    /// set [TR-164].
    node_removal: Span => |span: Span| span.0,
    /// TCP connections that an Application Load Balancer has at a time, those to targets included: others are refused. No
    /// limit unless set [TR-151].
    connections_max: u32 => Some,
    /// Whether the stop signal comes when a target begins to drain, not when it has; false unless set [TR-157].
    sigterm_overlaps_draining: bool => |yes| yes,
    /// From an attempt to its failure when a permission or an image is missing; "5s" unless set [IM-083].
    pull_refusal: Span => |span: Span| span.0,
    /// From an attempt to its failure when there is no path to the service; "15s" unless set [IA-135].
    connect_failure: Span => |span: Span| span.0,
    /// Authorisation token and manifest at the beginning of a pull; "1s" unless set [IM-029].
    pull_overhead: Span => |span: Span| span.0,
    /// One download stream from the registry, per second; "60 MB" unless set [IM-029].
    stream_bandwidth: Bytes => |bytes: Bytes| bytes.0,
    /// Extraction of gzip layers on one vCPU or more, per second; "25 MB" unless set [IM-030].
    extraction_rate: Bytes => |bytes: Bytes| bytes.0,
    /// vCPU that tasks on Fargate have at a time; no limit unless set, and 6 in a new account [CP-031].
    fargate_vcpus: u32 => Some,
    /// Tasks that Fargate launches at once; 100 in a large Region and 25 in another unless set [CP-030].
    fargate_burst: u32 => Some,
    /// Tasks that Fargate launches a second; 20 in a large Region and 5 in another unless set [CP-030].
    fargate_rate: u32 => Some,
    /// From the end of a minute until alarms see its datapoints; "60s" unless set [SC-108].
    metric_delay: Span => |span: Span| span.0,
    /// How long a rolling deployment with alarms is watched when all its tasks are replaced; as long as the slowest alarm
    /// looks back and a minute more, at most five minutes, unless set [SC-115].
    alarm_bake_time: Span => |span: Span| Some(span.0),
    /// How long after its time a schedule without a flexible window calls at most, drawn anew each time; "0s" unless set
    /// [CP-164].
    schedule_precision: Span => |span: Span| span.0,
    /// From the refusal of a call that EventBridge makes to the next one, twice as long each time; "1s" unless set [CP-164].
    target_retry: Span => |span: Span| span.0,
    /// What that doubles to at most; "8m" unless set [CP-164].
    target_retry_max: Span => |span: Span| span.0,
    /// From a change of the tasks behind an endpoint of Service Connect until the proxies of those who call it know; "5s"
    /// unless set [CP-244].
    endpoint_propagation: Span => |span: Span| span.0,
    /// How long a proxy of Service Connect waits for a connection to a task; "5s" unless set, as Envoy does [CP-242].
    proxy_connect_timeout: Span => |span: Span| span.0,
    /// How long a task is left alone to which connections failed, the first time, and by how much longer each further time in
    /// a row; "30s" unless set [CP-242].
    proxy_ejection: Span => |span: Span| span.0,
    /// What that grows to at most; "5m" unless set [CP-242].
    proxy_ejection_max: Span => |span: Span| span.0,
    /// CPU time that the proxy of the task that is called takes for each request; "0s" unless set, as nobody has published a
    /// number [CP-240].
    proxy_cpu: Span => |span: Span| span.0,
    /// Between client and load balancer, there and back; "20ms" unless set.
    client_round_trip: Span => |span: Span| span.0,
    /// Between load balancer and target, there and back; "1ms" unless set.
    target_round_trip: Span => |span: Span| span.0,
    /// Round trips of a TLS handshake, before the first request on a new connection; one where the policy of the listener
    /// allows TLS 1.3, and two elsewhere, unless set [TR-168].
    tls_round_trips: u8 => Some,
}

/// What AWS cannot know.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorldHalf {
    /// Container images.
    #[serde(default)]
    pub image: Vec<ImageTable>,
    /// How containers behave.
    #[serde(default)]
    pub app: Vec<AppTable>,
    /// What applications need beside AWS's services.
    #[serde(default)]
    pub database: Vec<DatabaseTable>,
    /// What the functions of lifecycle hooks answer.
    #[serde(default)]
    pub hook: Vec<HookTable>,
    /// Who calls.
    #[serde(default)]
    pub traffic: Vec<TrafficTable>,
    /// What breaks.
    #[serde(default)]
    pub fault: Vec<FaultTable>,
}

/// The function of a lifecycle hook: what it answers when a deployment asks it [CP-212]. A function that nobody describes
/// fails.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookTable {
    /// The function's name: what stands last in its ARN.
    pub name: String,
    /// From the call to the answer; at once unless set.
    pub takes: Option<Span>,
    /// From an answer `IN_PROGRESS` to the next call; "30s" unless set.
    pub call_back_delay: Option<Span>,
    /// The answers, one after the other, for each stage anew; the last is given again and again.
    pub answers: Vec<HookAnswer>,
}

/// `hookStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HookAnswer {
    /// Go on.
    Succeeded,
    /// Go back.
    Failed,
    /// Ask again.
    InProgress,
}

impl HookTable {
    /// As the world keeps it.
    pub(super) fn script(&self) -> HookScript {
        let status = |answer: &HookAnswer| match answer {
            HookAnswer::Succeeded => HookStatus::Succeeded,
            HookAnswer::Failed => HookStatus::Failed,
            HookAnswer::InProgress => HookStatus::InProgress,
        };
        HookScript {
            takes: self.takes.map_or(Duration::ZERO, |span| span.0),
            call_back_delay: self.call_back_delay.map_or(Duration::from_secs(30), |span| span.0),
            answers: self.answers.iter().map(status).collect(),
        }
    }
}

/// A container image. It is in the registry from the beginning, unless a timeline line pushes it
/// (`docker push demo-app:latest`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageTable {
    /// An ECR repository's name, or a public image such as `docker.io/library/nginx`.
    pub repository: String,
    /// The tag; `latest` unless set.
    #[serde(default = "latest")]
    pub tag: String,
    /// Compressed size of each layer, base layer first.
    pub layers: Vec<Bytes>,
}

fn latest() -> String {
    "latest".to_owned()
}

/// Requests from outside: an open system, whose requests come at a `rate` or as in a `log` whether or not anybody
/// answers, or a closed one of `users` who wait for their answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrafficTable {
    /// A name for reports and random streams; the load balancer's name unless set.
    pub name: Option<String>,
    /// The load balancer, by name or DNS name.
    pub to: String,
    /// The listener's port; that of the first listener unless set.
    #[schemars(range(min = 1))]
    pub port: Option<u16>,
    /// What is spoken: "http1", "http2" or "grpc"; "http1" unless set. The others need a listener for HTTPS; TLS is spoken
    /// wherever the listener wants it.
    pub protocol: Option<SpokenProtocol>,
    /// Requests per second: a number, "12000/min", or a course over time. This, `log` or `users`.
    pub rate: Option<RateTable>,
    /// How requests are spaced at that rate; "poisson" unless set.
    pub arrivals: Option<Spacing>,
    /// An access log that is played again. This, `rate` or `users`.
    pub log: Option<LogForm>,
    /// So many users, each of whom waits for the answer and thinks before the next request.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub users: Option<u32>,
    /// From an answer to the user's next request; "1s" unless set.
    pub think: Option<Distributed>,
    /// What is asked for, when there are several kinds of requests.
    #[serde(default)]
    pub mix: Vec<CallTable>,
    /// What is asked for, when there is one kind: as in `mix`.
    pub request: Option<CallTable>,
    /// How long an answer is waited for before the client closes the connection; for ever unless set.
    pub timeout: Option<Span>,
    /// What is done when an attempt fails: `{ attempts = 3, budget = 0.1 }`; nothing unless set.
    pub retry: Option<RetryTable>,
    /// How long an idle connection is kept; "60s" unless set, and "0s" is a new connection for each request.
    pub keep_alive: Option<Span>,
    /// Requests on one connection at most; no limit unless set.
    #[schemars(range(min = 1))]
    pub requests_per_connection: Option<u32>,
    /// How long an answer of the DNS is used; "60s" unless set.
    pub dns_ttl: Option<Span>,
    /// Clients with a cookie jar of their own, each request drawn from one of them; cookies are forgotten unless set.
    /// Each of `users` has one.
    #[schemars(range(max = 10_000_000))]
    pub sessions: Option<u32>,
    /// When it begins; at the start unless set. Of a log: when its first request comes.
    pub from: Option<Span>,
    /// When it ends; with the scenario unless set.
    pub until: Option<Span>,
}

/// How requests are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// By chance, as those of many independent users are.
    Poisson,
    /// Evenly: the next comes when exactly one more is due.
    Constant,
}

/// How many requests per second.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RateTable {
    /// The same all the time.
    Constant(Rate),
    /// A course over time.
    Course(CourseTable),
}

/// A course of the rate over time, counted from the scenario's start.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum CourseTable {
    /// Straight lines between points: `[["0m", 20], ["10m", 200]]`.
    Ramp(Vec<(Span, Rate)>),
    /// Jumps at points: each rate holds until the next.
    Steps(Vec<(Span, Rate)>),
    /// The tide of a day: a sine around a mean.
    Diurnal {
        /// The mean.
        mean: Rate,
        /// How far the peak is above the mean, and the low below it; at most the mean.
        amplitude: Rate,
        /// From peak to peak, "1s" at least; "24h" unless set.
        period: Option<Span>,
        /// When the rate is highest, counted from the start of the scenario; after half a period unless set.
        peak: Option<Span>,
    },
    /// One rise and fall.
    Spike {
        /// Before and after.
        base: Rate,
        /// At the top.
        peak: Rate,
        /// When the rise begins.
        at: Span,
        /// How long it rises; a jump unless set.
        rise: Option<Span>,
        /// How long it stays at the top.
        hold: Span,
        /// How long it falls; a drop unless set.
        fall: Option<Span>,
    },
    /// Bursts: on and off take turns, for times that vary exponentially.
    Burst {
        /// While it is on.
        peak: Rate,
        /// While it is off; 0 unless set.
        base: Option<Rate>,
        /// How long it is on, on average.
        on: Span,
        /// How long it is off, on average.
        off: Span,
    },
    /// A file with lines of `time,rate`, joined by straight lines.
    Csv(CsvForm),
}

/// A CSV of rates, by its name or with what is to be known about it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CsvForm {
    /// Its name.
    File(String),
    /// What else is to be known about it.
    Table(CsvTable),
}

/// A CSV of rates: lines of `time,rate` such as `10m,200` or `600,12000/min`, sorted by time; a plain time is in seconds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvTable {
    /// The file, in the scenario's folder or below.
    pub file: String,
    /// Whether each rate holds until the next, instead of going there in a straight line; false unless set.
    #[serde(default)]
    pub steps: bool,
    /// Whether broken lines are left out and counted, instead of refused; false unless set.
    #[serde(default)]
    pub skip_broken: bool,
}

/// An access log, by its name or with what is to be known about it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LogForm {
    /// Its name.
    File(String),
    /// What else is to be known about it.
    Table(LogTable),
}

/// An access log of an Application Load Balancer. Its requests come at the moments at which they were received then
/// (`request_creation_time`), one by one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogTable {
    /// The file, in the scenario's folder or below, decompressed.
    pub file: String,
    /// The moment in the log that `from` stands for; what came before is left out. Its first request unless set.
    pub start: Option<Moment>,
    /// Whether broken lines are left out and counted, instead of refused; false unless set.
    #[serde(default)]
    pub skip_broken: bool,
}

/// Something that breaks: processes are killed, or a zone is lost.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FaultTable {
    /// The processes of running tasks are killed.
    Kill(KillTable),
    /// A zone loses something.
    Zone(ZoneTable),
    /// A database is slow.
    Database(SlowTable),
    /// Running tasks answer with errors.
    Break(BreakTable),
    /// ECS does not hear the agent of an instance.
    Agent(AgentTable),
}

impl FaultTable {
    /// When it strikes.
    pub fn at(&self) -> Span {
        match self {
            FaultTable::Kill(kill) => kill.at,
            FaultTable::Zone(zone) => zone.at,
            FaultTable::Database(slow) => slow.at,
            FaultTable::Break(broken) => broken.at,
            FaultTable::Agent(cut) => cut.at,
        }
    }
}

/// Running tasks answer every request with an error, at once; their health checks go on as before.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakTable {
    /// When.
    pub at: Span,
    /// Whose tasks (`cluster/service`).
    #[serde(rename = "break")]
    pub service: String,
    /// How many tasks, drawn at random; 1 unless set.
    #[serde(default = "one_task")]
    #[schemars(range(min = 1))]
    pub count: u32,
    /// Status of their answers; 500 unless set.
    #[serde(default = "error_500")]
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
}

fn error_500() -> u16 {
    500
}

/// A database is slow.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowTable {
    /// When.
    pub at: Span,
    /// A database of `[[world.database]]`.
    pub database: String,
    /// How many times as long its queries take; from 0.001 to 1000000.
    #[schemars(range(min = 0.001, max = 1e6))]
    pub slow: f64,
    /// For how long; until the end unless set.
    #[serde(rename = "for")]
    pub lasts: Option<Span>,
}

impl SlowTable {
    /// How many times as long, in thousandths.
    pub fn thousandths(&self) -> u32 {
        (self.slow.clamp(0.001, 1e6) * 1000.0) as u32
    }
}

/// A zone loses something.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneTable {
    /// When.
    pub at: Span,
    /// The zone: "us-east-1a".
    pub zone: String,
    /// What it loses.
    pub lose: Loss,
    /// For how long; until the end unless set.
    #[serde(rename = "for")]
    pub lasts: Option<Span>,
}

/// ECS does not hear the agent of an instance, nor does the agent hear ECS; its containers go on [CP-225].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentTable {
    /// When.
    pub at: Span,
    /// The instance: "instance#1" for the first one, or its tag `Name`.
    pub cut_off: String,
    /// For how long; until the end unless set.
    #[serde(rename = "for")]
    pub lasts: Option<Span>,
}

/// What a zone can lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Loss {
    /// All that runs there is gone at once; nothing starts or answers there.
    Power,
}

/// The processes of running tasks are killed, as by a crash.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KillTable {
    /// When.
    pub at: Span,
    /// Kill the processes of running tasks of this service (`cluster/service`).
    pub kill: String,
    /// How many tasks, drawn at random; 1 unless set.
    #[serde(default = "one_task")]
    #[schemars(range(min = 1))]
    pub count: u32,
}

fn one_task() -> u32 {
    1
}

/// What somebody types.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimelineLine {
    /// When.
    pub at: Span,
    /// `aws …`, or `docker push REPOSITORY:TAG`.
    pub run: String,
    /// From one time to the next, when it is typed several `times`.
    pub every: Option<Span>,
    /// How often it is typed; once unless set.
    #[schemars(range(min = 1, max = 100_000))]
    pub times: Option<u32>,
}

impl TimelineLine {
    /// The moments at which it is typed.
    pub fn moments(&self) -> impl Iterator<Item = Duration> {
        let (every, times) = (self.every.map_or(Duration::ZERO, |every| every.0), self.times.unwrap_or(1));
        let at = self.at.0;
        (0..times).map(move |n| at.saturating_add(every.saturating_mul(n)))
    }
}
