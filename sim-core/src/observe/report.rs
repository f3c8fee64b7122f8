//! The report of a run: tables and numbers with units. Formats belong to sim-cli and the page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::breakdown::{self, CallPart, DeploymentPart, ServedPart};
use super::sentence::sentence;
use super::totals::{Latency, of_balancers, of_endpoint, of_services, service_range};
use super::trace::TracesPart;
use super::why::{Link, why_not_steady};
use crate::engine::Time;
use crate::world::billing;
use crate::world::cloudwatch::Metric;
use crate::world::ecs::{Service, ServiceId, TaskStatus};
use crate::world::traffic::{CallerId, Demand};
use crate::world::{Ctx, Fact, World};

/// Everything that a reader wants to know of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which scenario.
    pub scenario: ScenarioPart,
    /// How the run went as a computation.
    pub run: RunPart,
    /// What was expected, and how it came out.
    pub expectations: Vec<ExpectationPart>,
    /// Every service.
    pub services: Vec<ServicePart>,
    /// Every load balancer.
    pub traffic: Vec<TrafficPart>,
    /// Every endpoint of Service Connect, and every other name of Cloud Map, that was called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<EndpointPart>,
    /// What it cost; none where no price is known.
    pub cost: Option<CostPart>,
    /// The main moments.
    pub moments: Vec<Moment>,
    /// What was typed, and what was answered.
    pub transcript: Vec<Typed>,
    /// Calls followed from end to end; none unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces: Option<TracesPart>,
}

/// Which scenario was run.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioPart {
    /// Its title.
    pub title: String,
    /// The name of its file.
    pub file: String,
    /// The seed of this run.
    pub seed: u64,
    /// The Region.
    pub region: String,
    /// How long it would last in full [s].
    pub duration_s: f64,
}

/// How the run went as a computation.
#[derive(Clone, Debug, Serialize)]
pub struct RunPart {
    /// Identifies the run: equal for equal scenario, seed and length.
    pub hash: String,
    /// Events handled [count].
    pub events: u64,
    /// Facts in the journal [count].
    pub facts: u64,
    /// Requests sent [count].
    pub requests: u64,
    /// Simulated time [s].
    pub simulated_s: f64,
    /// Which budget ended the run early; none when it ran to its end.
    pub stopped_by: Option<String>,
}

/// One expectation.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
pub struct ExpectationPart {
    /// In words.
    pub text: String,
    /// Whether it held; none when the run ended before it could be looked at.
    pub held: Option<bool>,
    /// What was found; none when there was nothing to measure.
    pub actual: Option<f64>,
    /// The unit of what was found.
    pub unit: &'static str,
}

/// Counts of requests by what became of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LatencyPart {
    /// Mean [ms].
    pub mean: f64,
    /// Median [ms].
    pub p50: f64,
    /// 90th percentile [ms].
    pub p90: f64,
    /// 95th percentile [ms].
    pub p95: f64,
    /// 99th percentile [ms].
    pub p99: f64,
    /// 99.9th percentile [ms].
    pub p999: f64,
    /// Largest [ms].
    pub max: f64,
}

impl LatencyPart {
    /// None when nothing was recorded: better no number than a wrong one.
    pub fn of(latency: &Latency) -> Option<LatencyPart> {
        let ms = |quantile: f64| round(latency.quantile_ms(quantile), 3);
        (latency.count() > 0).then(|| LatencyPart {
            mean: round(latency.mean_ms(), 3),
            p50: ms(0.5),
            p90: ms(0.9),
            p95: ms(0.95),
            p99: ms(0.99),
            p999: ms(0.999),
            max: round(latency.max_ms(), 3),
        })
    }
}

/// One service.
#[derive(Clone, Debug, Serialize)]
pub struct ServicePart {
    /// Its name.
    pub name: String,
    /// Its cluster.
    pub cluster: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// Whether it is in a steady state.
    pub steady: bool,
    /// When it first was [s].
    pub first_steady_s: Option<f64>,
    /// Tasks to keep running [count].
    pub desired: u32,
    /// Tasks in RUNNING [count].
    pub running: u32,
    /// Tasks on their way to RUNNING [count].
    pub pending: u32,
    /// The PRIMARY deployment's revision.
    pub task_definition: String,
    /// The PRIMARY deployment's `rolloutState`.
    pub rollout: String,
    /// Requests that load balancers and the proxies of Service Connect had for it [count].
    pub requests: u64,
    /// Their outcomes by status [count].
    pub by_status: BTreeMap<String, u64>,
    /// Response time of its tasks, as the load balancer sees it.
    pub latency_ms: Option<LatencyPart>,
    /// Its deployments that have had requests, oldest first.
    pub deployments: Vec<DeploymentPart>,
    /// `CPUUtilization` over the run's minutes.
    pub cpu_percent: Option<Range>,
    /// `MemoryUtilization` over the run's minutes.
    pub memory_percent: Option<Range>,
    /// Tasks ever started [count].
    pub tasks_started: usize,
    /// Its tasks: those that are not over, and the latest that are.
    pub tasks: Vec<TaskPart>,
    /// The latest service events, newest first.
    pub events: Vec<Moment>,
    /// Why it is not steady: from the latest trouble back to its first cause.
    pub because: Vec<Link>,
}

/// Average and extremes of a metric over the run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Range {
    /// Mean of the minutes' averages.
    pub average: f64,
    /// The largest minute's average.
    pub maximum: f64,
}

/// One task.
#[derive(Clone, Debug, Serialize)]
pub struct TaskPart {
    /// Its id.
    pub id: String,
    /// `lastStatus`.
    pub status: String,
    /// Its zone.
    pub zone: String,
    /// When it was created [s].
    pub created_s: f64,
    /// When the image pull began [s].
    pub pull_started_s: Option<f64>,
    /// When the image pull ended [s].
    pub pull_stopped_s: Option<f64>,
    /// When it was RUNNING [s].
    pub started_s: Option<f64>,
    /// When it was STOPPED [s].
    pub stopped_s: Option<f64>,
    /// `stopCode`.
    pub stop_code: Option<String>,
    /// `stoppedReason`.
    pub stopped_reason: Option<String>,
    /// What it served as a target; none where it has had no request.
    pub served: Option<ServedPart>,
}

/// One load balancer.
#[derive(Clone, Debug, Serialize)]
pub struct TrafficPart {
    /// Its name.
    pub load_balancer: String,
    /// Requests sent to it [count].
    pub requests: u64,
    /// Requests whose client still waits [count].
    pub in_flight: u64,
    /// Outcomes by status; connections that failed stand under their cause [count].
    pub by_status: BTreeMap<String, u64>,
    /// Errors by cause [count].
    pub errors_by_cause: BTreeMap<String, u64>,
    /// What clients waited, round trip included.
    pub latency_ms: Option<LatencyPart>,
    /// The same by caller and class: each call counts once, however often it was tried.
    pub calls: Vec<CallPart>,
}

/// One endpoint of Service Connect, or one name of the DNS.
#[derive(Clone, Debug, Serialize)]
pub struct EndpointPart {
    /// `name.namespace`, or the name that was called and that does not resolve.
    pub endpoint: String,
    /// How it is found: `Service Connect` or `DNS`.
    pub by: &'static str,
    /// The service behind it; none where there is none.
    pub service: Option<String>,
    /// Calls that were sent to it [count].
    pub requests: u64,
    /// Requests whose caller still waits [count].
    pub in_flight: u64,
    /// Outcomes by status; names that did not resolve stand under their cause [count].
    pub by_status: BTreeMap<String, u64>,
    /// Errors by cause [count].
    pub errors_by_cause: BTreeMap<String, u64>,
    /// What callers waited, retries included.
    pub latency_ms: Option<LatencyPart>,
    /// The same by caller and class: each call counts once, however often it was tried.
    pub calls: Vec<CallPart>,
}

/// What it cost.
#[derive(Clone, Debug, Serialize)]
pub struct CostPart {
    /// All together [USD].
    pub total_usd: f64,
    /// Line by line.
    pub items: Vec<CostItem>,
}

/// One line of the bill.
#[derive(Clone, Debug, Serialize)]
pub struct CostItem {
    /// What was used.
    pub item: String,
    /// How much of it.
    pub quantity: f64,
    /// The unit of the quantity.
    pub unit: &'static str,
    /// List price of one unit [USD].
    pub unit_price_usd: f64,
    /// Quantity times price [USD].
    pub usd: f64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// When [s].
    pub at_s: f64,
    /// When, as a clock.
    pub at: String,
    /// What.
    pub what: String,
}

/// A command line and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, ts_rs::TS)]
pub struct Typed {
    /// When [s].
    pub at_s: f64,
    /// When, as a clock.
    pub at: String,
    /// The line.
    pub command: String,
    /// The exit code: 0, or 254 when AWS refused.
    pub exit_code: u8,
    /// What was printed, errors included.
    pub output: String,
}

/// How many tasks that are over a report lists for a service.
const STOPPED_TASKS_SHOWN: usize = 5;
/// How many service events a report lists.
const EVENTS_SHOWN: usize = 12;
/// How many moments a report lists.
const MOMENTS_SHOWN: usize = 60;

/// A number with so many decimals, so that reports do not show noise.
pub fn round(number: f64, decimals: u32) -> f64 {
    let scale = 10u64.pow(decimals) as f64;
    libm::round(number * scale) / scale
}

/// The services' part.
pub fn services(world: &World, ctx: &Ctx) -> Vec<ServicePart> {
    world.ecs.services.iter().map(|(id, service)| service_part(world, ctx, id, service)).collect()
}

fn service_part(world: &World, ctx: &Ctx, id: ServiceId, service: &Service) -> ServicePart {
    let count = |wanted: &[TaskStatus]| {
        service.live.iter().filter(|&&task| wanted.contains(&world.ecs.tasks[task].status)).count() as u32
    };
    let deployment = &world.ecs.deployments[service.primary()];
    let steady = service.steady_since.is_some();
    let totals = of_services(world, [id]);
    let cluster = &world.ecs.clusters[service.cluster].name;
    let range = |metric| {
        let (average, maximum) = service_range(world, id, metric)?;
        Some(Range { average: round(average, 2), maximum: round(maximum, 2) })
    };
    let over = service.tasks.iter().filter(|&&task| world.ecs.tasks[task].status == TaskStatus::Stopped).count();
    let mut seen_over = 0;
    let shown = service.tasks.iter().filter(|&&task| {
        let is_over = world.ecs.tasks[task].status == TaskStatus::Stopped;
        seen_over += usize::from(is_over);
        !is_over || seen_over + STOPPED_TASKS_SHOWN > over
    });
    let tasks = shown.map(|&task| task_part(world, task)).collect();
    let events = service.events.iter().rev().take(EVENTS_SHOWN).map(|line| moment(line.at, line.message.to_string()));
    ServicePart {
        name: service.name.clone(),
        cluster: cluster.clone(),
        status: service.status.to_string(),
        steady,
        first_steady_s: service.first_steady.map(seconds),
        desired: service.desired_count,
        running: count(&[TaskStatus::Running]),
        pending: count(&[TaskStatus::Provisioning, TaskStatus::Pending, TaskStatus::Activating]),
        task_definition: world.ecs.definitions[deployment.recipe.definition].name(),
        rollout: deployment.rollout.to_string(),
        requests: totals.requests,
        by_status: totals.by_status,
        latency_ms: totals.latency.as_ref().and_then(LatencyPart::of),
        deployments: breakdown::deployments(world, service),
        cpu_percent: range(Metric::CPUUtilization),
        memory_percent: range(Metric::MemoryUtilization),
        tasks_started: service.tasks.len(),
        tasks,
        events: events.collect(),
        because: if steady { Vec::new() } else { why_not_steady(world, ctx, id) },
    }
}

fn task_part(world: &World, task: crate::world::ecs::TaskId) -> TaskPart {
    let it = &world.ecs.tasks[task];
    let stopped = it.stopping.as_ref();
    TaskPart {
        id: it.uuid.clone(),
        status: it.status.to_string(),
        zone: if it.is_unplaced() { String::new() } else { world.network.zone(it.subnet).to_owned() },
        created_s: seconds(it.at.created),
        pull_started_s: it.at.pull_started.map(seconds),
        pull_stopped_s: it.at.pull_stopped.map(seconds),
        started_s: it.at.started.map(seconds),
        stopped_s: it.at.stopped.map(seconds),
        stop_code: stopped.map(|stopping| stopping.code.to_string()),
        stopped_reason: stopped.map(|stopping| stopping.reason.to_string()),
        served: breakdown::served_by(world, task),
    }
}

/// The load balancers' part.
pub fn traffic(world: &World) -> Vec<TrafficPart> {
    let parts = world.elb.balancers.iter().map(|(id, balancer)| {
        let totals = of_balancers(world, [id]);
        TrafficPart {
            load_balancer: balancer.name.clone(),
            requests: totals.requests,
            in_flight: totals.in_flight,
            by_status: totals.by_status,
            errors_by_cause: totals.by_cause,
            latency_ms: totals.latency.as_ref().and_then(LatencyPart::of),
            calls: breakdown::calls(world, id),
        }
    });
    parts.collect()
}

/// The endpoints' part: those that were called, by the name that was called.
pub fn endpoints(world: &World) -> Vec<EndpointPart> {
    let mut called: BTreeMap<String, Vec<CallerId>> = BTreeMap::new();
    for (id, caller) in world.traffic.callers.iter() {
        let proxied = caller.balancer.is_none() && matches!(caller.demand, Demand::Application(_));
        if proxied && caller.sent > 0 {
            called.entry(caller.to.clone()).or_default().push(id);
        }
    }
    let parts = called.into_iter().map(|(name, callers)| {
        let by_dns = world.discovery.registry_by_dns(&name);
        let all = || world.discovery.registries.iter();
        let endpoint = all().rfind(|(_, registry)| registry.is_called(&name));
        let found = endpoint.or_else(|| all().find(|(id, _)| Some(*id) == by_dns));
        let totals = match found {
            Some((id, _)) => of_endpoint(world, Some(id), &callers),
            None => of_endpoint(world, None, &callers),
        };
        let owner = found.and_then(|(id, registry)| world.ecs.owner_of(id, registry));
        EndpointPart {
            endpoint: found.map_or(name, |(id, _)| world.discovery.name_of(id)),
            by: if endpoint.is_some() { "Service Connect" } else { "DNS" },
            service: owner.map(|owner| world.ecs.services[owner].name.clone()),
            requests: totals.requests,
            in_flight: totals.in_flight,
            by_status: totals.by_status,
            errors_by_cause: totals.by_cause,
            latency_ms: totals.latency.as_ref().and_then(LatencyPart::of),
            calls: callers.iter().flat_map(|&caller| breakdown::calls_of(world, caller)).collect(),
        }
    });
    parts.collect()
}

/// The bill's part.
pub fn cost(world: &World, now: Time) -> Option<CostPart> {
    let bill = billing::bill(world, now)?;
    let item = |item: &billing::Item| CostItem {
        item: item.name.clone(),
        quantity: round(item.quantity, 6),
        unit: item.unit,
        unit_price_usd: item.unit_price,
        usd: round(item.usd(), 6),
    };
    Some(CostPart { total_usd: round(bill.total_usd(), 6), items: bill.items.iter().map(item).collect() })
}

/// The main moments: what a colleague would tell first. Of a long run the first and the last.
pub fn moments(world: &World, ctx: &Ctx) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for (_, entry) in ctx.journal().iter().filter(|(_, entry)| is_main(&entry.fact)) {
        let what = sentence(world, &entry.fact);
        moments.push(moment(entry.at, what));
    }
    if moments.len() > MOMENTS_SHOWN {
        let left_out = moments.len() - MOMENTS_SHOWN;
        let tail = moments.split_off(moments.len() - MOMENTS_SHOWN / 2);
        moments.truncate(MOMENTS_SHOWN / 2);
        let last = moments.last().cloned().expect("it was longer");
        moments.push(Moment { what: format!("… {left_out} more …"), ..last });
        moments.extend(tail);
    }
    moments
}

fn is_main(fact: &Fact) -> bool {
    match fact {
        Fact::TaskStatusChanged { status, .. } => *status == TaskStatus::Running,
        Fact::ImagePushed { .. }
        | Fact::ServiceCreated { .. }
        | Fact::ServiceUpdated { .. }
        | Fact::ServiceDeleted { .. }
        | Fact::DeploymentStarted { .. }
        | Fact::DeploymentCompleted { .. }
        | Fact::AlarmStateChanged { .. }
        | Fact::DeploymentFailed { .. }
        | Fact::DeploymentRolledBack { .. }
        | Fact::RollbackRequested { .. }
        | Fact::StageEntered { .. }
        | Fact::TrafficShifted { .. }
        | Fact::HookAnswered { .. }
        | Fact::DeploymentPaused { .. }
        | Fact::SteadyStateReached { .. }
        | Fact::FaultBegan { .. }
        | Fact::FaultEnded { .. }
        | Fact::ZoneLost { .. }
        | Fact::ZoneRestored { .. }
        | Fact::AccessDenied { .. }
        | Fact::ConnectionBlocked { .. }
        | Fact::OperationRefused { .. }
        | Fact::TargetInvoked { .. }
        | Fact::TargetRefused { .. }
        | Fact::TargetStartedNothing { .. }
        | Fact::TargetDropped { .. }
        | Fact::EventLost { .. }
        | Fact::NameUnresolved { .. }
        | Fact::HostEjected { .. }
        | Fact::IngressRevoked { .. }
        | Fact::RouteDeleted { .. }
        | Fact::TaskCreated { .. }
        | Fact::StartFailed { .. }
        | Fact::TaskStopped { .. }
        | Fact::TargetHealthy { .. }
        | Fact::TargetUnhealthy { .. }
        | Fact::TargetAnomalous { .. }
        | Fact::DependencyFailed { .. }
        | Fact::ContainerHealthChanged { .. }
        | Fact::ContainerRestarted { .. }
        | Fact::HostStopped { .. }
        | Fact::AgentRefused { .. }
        | Fact::InstanceRegistered { .. }
        | Fact::InstanceStatusChanged { .. }
        | Fact::InstanceDeregistered { .. }
        | Fact::AgentConnected { .. }
        | Fact::AgentDisconnected { .. }
        | Fact::FirstResponse { .. } => true,
        _ => false,
    }
}

/// A moment of a report.
pub fn moment(at: Time, what: String) -> Moment {
    Moment { at_s: seconds(at), at: at.to_string(), what }
}

/// Seconds for a report, to the millisecond.
pub fn seconds(at: Time) -> f64 {
    round(at.as_secs_f64(), 3)
}
