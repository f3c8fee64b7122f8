//! The metrics that an expectation can name.

use super::totals::{Latency, Totals, of_balancers, of_services, service_range};
use crate::world::billing;
use crate::world::cloudwatch::Metric as CloudWatchMetric;
use crate::world::ecs::{ServiceId, ServiceStatus, TaskStatus};
use crate::world::traffic::Ledger;
use crate::world::{Ctx, World};

/// Of what a metric is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'a> {
    /// Only this service, by name; all of them unless set.
    pub service: Option<&'a str>,
    /// Only this load balancer, by name; all of them unless set.
    pub load_balancer: Option<&'a str>,
}

/// A number that can be asked of a run at any moment.
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit; empty for counts and yes or no.
    pub unit: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// Computes it; none when there is nothing to measure.
    pub value: fn(&World, &Ctx, &Scope) -> Option<f64>,
}

/// All metrics. A new one is one entry.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "steady",
        unit: "",
        meaning: "1 when every service in question is in a steady state, else 0",
        value: |world, _, scope| {
            let mut services = services(world, scope).peekable();
            services.peek()?;
            Some(f64::from(u8::from(services.all(|id| world.ecs.services[id].steady_since.is_some()))))
        },
    },
    Metric {
        name: "steady_after_s",
        unit: "s",
        meaning: "from a service's creation to its first steady state, of the slowest service",
        value: |world, _, scope| {
            let after = services(world, scope).map(|id| {
                let service = &world.ecs.services[id];
                Some(service.first_steady?.since(service.created).as_secs_f64())
            });
            after.collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::max)
        },
    },
    Metric {
        name: "running_tasks",
        unit: "tasks",
        meaning: "tasks in RUNNING, standalone ones included unless a service is named",
        value: |world, _, scope| Some(tasks(world, scope, |status| status == TaskStatus::Running)),
    },
    Metric {
        name: "pending_tasks",
        unit: "tasks",
        meaning: "tasks on their way to RUNNING",
        value: |world, _, scope| Some(tasks(world, scope, |status| status < TaskStatus::Running)),
    },
    Metric {
        name: "tasks_started",
        unit: "tasks",
        meaning: "tasks ever created",
        value: |world, _, scope| Some(tasks(world, scope, |_| true)),
    },
    Metric {
        name: "tasks_stopped",
        unit: "tasks",
        meaning: "tasks in STOPPED",
        value: |world, _, scope| Some(tasks(world, scope, |status| status == TaskStatus::Stopped)),
    },
    Metric {
        name: "healthy_targets",
        unit: "targets",
        meaning: "targets in state healthy in the target groups of the services in question",
        value: |world, _, scope| {
            let groups = services(world, scope).flat_map(|id| world.ecs.services[id].groups());
            let targets = groups.flat_map(|group| world.elb.groups[group].targets.iter());
            Some(targets.filter(|&&id| world.elb.targets[id].state.word() == "healthy").count() as f64)
        },
    },
    Metric {
        name: "requests",
        unit: "requests",
        meaning: "requests sent; with a service, those that load balancers and the proxies of Service Connect had for it",
        value: |world, _, scope| Some(totals(world, scope).requests as f64),
    },
    Metric {
        name: "requests_in_flight",
        unit: "requests",
        meaning: "requests whose client still waits",
        value: |world, _, scope| Some(totals(world, scope).in_flight as f64),
    },
    Metric {
        name: "http_2xx",
        unit: "requests",
        meaning: "requests answered with 2XX",
        value: |world, _, scope| Some(totals(world, scope).class('2') as f64),
    },
    Metric {
        name: "http_4xx",
        unit: "requests",
        meaning: "requests answered with 4XX",
        value: |world, _, scope| Some(totals(world, scope).class('4') as f64),
    },
    Metric {
        name: "http_5xx",
        unit: "requests",
        meaning: "requests answered with 5XX, by the load balancer or by a target",
        value: |world, _, scope| Some(totals(world, scope).class('5') as f64),
    },
    Metric {
        name: "http_5xx_ratio",
        unit: "",
        meaning: "share of the requests with an outcome that were answered with 5XX, from 0 to 1",
        value: |world, _, scope| {
            let totals = totals(world, scope);
            (totals.finished() > 0).then(|| totals.class('5') as f64 / totals.finished() as f64)
        },
    },
    Metric {
        name: "success_ratio",
        unit: "",
        meaning: "share of the requests with an outcome that were answered with 2XX or 3XX, from 0 to 1",
        value: |world, _, scope| {
            let totals = totals(world, scope);
            let good = totals.class('2') + totals.class('3');
            (totals.finished() > 0).then(|| good as f64 / totals.finished() as f64)
        },
    },
    Metric {
        name: "calls",
        unit: "calls",
        meaning: "calls begun, each counted once however often it was tried; not of a service",
        value: |world, _, scope| ledger(world, scope, |ledger| ledger.calls),
    },
    Metric {
        name: "retries",
        unit: "requests",
        meaning: "further attempts of calls; not of a service",
        value: |world, _, scope| ledger(world, scope, |ledger| ledger.retries),
    },
    Metric {
        name: "refused_retries",
        unit: "requests",
        meaning: "retries that were not made because the caller's budget was spent; not of a service",
        value: |world, _, scope| ledger(world, scope, |ledger| ledger.refused_retries),
    },
    Metric {
        name: "latency_mean_ms",
        unit: "ms",
        meaning: "mean time to the answer: what clients waited; with a service, its tasks' response time",
        value: |world, _, scope| latency(world, scope, Latency::mean_ms),
    },
    Metric {
        name: "latency_p50_ms",
        unit: "ms",
        meaning: "median time to the answer",
        value: |world, _, scope| latency(world, scope, |latency| latency.quantile_ms(0.5)),
    },
    Metric {
        name: "latency_p90_ms",
        unit: "ms",
        meaning: "90th percentile of the time to the answer",
        value: |world, _, scope| latency(world, scope, |latency| latency.quantile_ms(0.9)),
    },
    Metric {
        name: "latency_p95_ms",
        unit: "ms",
        meaning: "95th percentile of the time to the answer",
        value: |world, _, scope| latency(world, scope, |latency| latency.quantile_ms(0.95)),
    },
    Metric {
        name: "latency_p99_ms",
        unit: "ms",
        meaning: "99th percentile of the time to the answer",
        value: |world, _, scope| latency(world, scope, |latency| latency.quantile_ms(0.99)),
    },
    Metric {
        name: "latency_p999_ms",
        unit: "ms",
        meaning: "99.9th percentile of the time to the answer",
        value: |world, _, scope| latency(world, scope, |latency| latency.quantile_ms(0.999)),
    },
    Metric {
        name: "latency_max_ms",
        unit: "ms",
        meaning: "longest time to the answer",
        value: |world, _, scope| latency(world, scope, Latency::max_ms),
    },
    Metric {
        name: "cpu_percent_max",
        unit: "%",
        meaning: "largest minute of CPUUtilization, of the busiest service",
        value: |world, _, scope| largest(world, scope, CloudWatchMetric::CPUUtilization),
    },
    Metric {
        name: "memory_percent_max",
        unit: "%",
        meaning: "largest minute of MemoryUtilization, of the fullest service",
        value: |world, _, scope| largest(world, scope, CloudWatchMetric::MemoryUtilization),
    },
    Metric {
        name: "cost_usd",
        unit: "USD",
        meaning: "everything so far at list prices; only us-east-1 has prices here",
        value: |world, ctx, _| billing::bill(world, ctx.now()).map(|bill| bill.total_usd()),
    },
];

/// The services in question: by name, or all that are not gone.
fn services<'a>(world: &'a World, scope: &'a Scope) -> impl Iterator<Item = ServiceId> + 'a {
    let wanted = move |name: &str| scope.service.is_none_or(|wanted| wanted == name);
    let found = move |service: &crate::world::ecs::Service| {
        wanted(&service.name) && (scope.service.is_some() || service.status != ServiceStatus::Inactive)
    };
    world.ecs.services.iter().filter(move |(_, service)| found(service)).map(|(id, _)| id)
}

fn tasks(world: &World, scope: &Scope, wanted: impl Fn(TaskStatus) -> bool) -> f64 {
    let of_service = |service: Option<ServiceId>| match (scope.service, service) {
        (None, _) => true,
        (Some(name), Some(id)) => world.ecs.services[id].name == name,
        (Some(_), None) => false,
    };
    world.ecs.tasks.iter().filter(|(_, task)| of_service(task.service) && wanted(task.status)).count() as f64
}

fn totals(world: &World, scope: &Scope) -> Totals {
    if scope.service.is_some() {
        return of_services(world, services(world, scope));
    }
    let wanted = |name: &str| scope.load_balancer.is_none_or(|wanted| wanted == name);
    let balancers = world.elb.balancers.iter().filter(|(_, balancer)| wanted(&balancer.name));
    of_balancers(world, balancers.map(|(id, _)| id))
}

/// What callers of the load balancers in question counted; none when a service is named, which has no callers of its own.
fn ledger(world: &World, scope: &Scope, of: impl Fn(&Ledger) -> u64) -> Option<f64> {
    if scope.service.is_some() {
        return None;
    }
    let wanted = |name: &str| scope.load_balancer.is_none_or(|wanted| wanted == name);
    let balancers = world.elb.balancers.iter().filter(|(_, balancer)| wanted(&balancer.name));
    Some(balancers.flat_map(|(id, _)| world.traffic.ledgers_of(id)).map(of).sum::<u64>() as f64)
}

fn latency(world: &World, scope: &Scope, of: impl Fn(&Latency) -> f64) -> Option<f64> {
    totals(world, scope).latency.filter(|latency| latency.count() > 0).map(|latency| of(&latency))
}

fn largest(world: &World, scope: &Scope, metric: CloudWatchMetric) -> Option<f64> {
    services(world, scope)
        .filter_map(|id| service_range(world, id, metric))
        .map(|(_, largest)| largest)
        .reduce(f64::max)
}
