//! The second door: what comes upon the world from outside of AWS.

use std::num::NonZeroU16;
use std::time::Duration;

use super::app::AppEvent;
use super::capacity::Ec2Event;
use super::ecs::{Containers, TaskId, TaskStatus};
use super::elb::LoadBalancerId;
use super::network::ZoneId;
use super::traffic::{Caller, Demand, NewCaller, Rate};
use super::{Ctx, Event, Fact, World};
use crate::engine::Time;

impl World {
    /// Kills the processes of so many running tasks of a service (`cluster/service`), drawn at random.
    pub(crate) fn kill_tasks(&mut self, service: &str, count: u32, fault: usize, ctx: &mut Ctx) {
        let what = format!("the processes of {count} tasks of service {service} are killed").into();
        let fact = ctx.record(Fact::FaultBegan { what });
        let victims = self.victims(service, count, fault, ctx);
        ctx.within(Some(fact), |ctx| {
            for victim in victims {
                ctx.send(Duration::ZERO, Event::App(AppEvent::Kill(victim, Containers::ALL)));
            }
        });
    }

    /// So many running tasks of a service (`cluster/service`), drawn at random.
    fn victims(&self, service: &str, count: u32, fault: usize, ctx: &Ctx) -> Vec<TaskId> {
        let found = service.split_once('/').and_then(|(cluster, name)| {
            self.ecs.cluster_named(Some(cluster)).and_then(|id| self.ecs.service_named(id, name))
        });
        let Some(service) = found else { return Vec::new() };
        let live = self.ecs.services[service].live.iter().copied();
        let mut running: Vec<_> = live.filter(|&task| self.ecs.tasks[task].status == TaskStatus::Running).collect();
        let mut draw = ctx.stream("fault-victim", &format!("{fault}"));
        let count = count.min(running.len() as u32);
        (0..count).map(|_| running.remove(draw.below(running.len() as u64) as usize)).collect()
    }

    /// So many running tasks of a service (`cluster/service`), drawn at random, answer every request with an error from
    /// now on, at once; their health checks go on as before.
    pub(crate) fn break_tasks(&mut self, service: &str, (count, status): (u32, u16), fault: usize, ctx: &mut Ctx) {
        let what = format!("{count} tasks of service {service} answer every request with {status}").into();
        ctx.record(Fact::FaultBegan { what });
        for victim in self.victims(service, count, fault, ctx) {
            if let Some(Some(app)) = self.app.tasks.get_mut(victim.index()) {
                app.processes.iter_mut().for_each(|process| process.broken = NonZeroU16::new(status));
            }
        }
    }

    /// Kills the process of one task; nothing happens when it has none.
    pub(crate) fn kill_task(&mut self, task: TaskId, ctx: &mut Ctx) {
        let name = &self.ecs.tasks[task].name;
        let fact = ctx.record(Fact::FaultBegan { what: format!("the processes of task {name} are killed").into() });
        ctx.within(Some(fact), |ctx| ctx.send(Duration::ZERO, Event::App(AppEvent::Kill(task, Containers::ALL))));
    }

    /// ECS does not hear the agent of an EC2 instance, until the end or for so long; nothing happens when there is none.
    pub fn cut_agent_off(&mut self, name: &str, lasts: Option<Duration>, ctx: &mut Ctx) {
        let Some(host) = self.ec2.host_named(name) else { return };
        let what = format!("the agent of {} is cut off from ECS", self.ec2.hosts[host].name);
        let fact = ctx.record(Fact::FaultBegan { what: what.into() });
        ctx.within(Some(fact), |ctx| {
            ctx.send(Duration::ZERO, Event::Ec2(Ec2Event::CutOff(host)));
            if let Some(lasts) = lasts {
                ctx.send(lasts, Event::Ec2(Ec2Event::Heard(host)));
            }
        });
    }

    /// A zone loses its power, until the end or for so long.
    pub fn lose_zone(&mut self, zone: ZoneId, lasts: Option<Duration>, ctx: &mut Ctx) {
        self.lend(|w| &mut w.network, |network, peers| network.lose_zone(zone, lasts, peers, ctx));
    }

    /// So many requests a second come to a load balancer from now on, instead of those that came before.
    pub(crate) fn set_traffic(&mut self, balancer: LoadBalancerId, per_second: f64, end: Time, ctx: &mut Ctx) {
        let name = self.elb.balancers[balancer].name.clone();
        ctx.record(Fact::TrafficSet { to: name.as_str().into(), rate: format!("{per_second}/s").into() });
        let demand = Demand::Open(Rate::constant(per_second, ctx.now(), end).into());
        let is_client = |caller: &Caller| !matches!(caller.demand, Demand::Application(_));
        let is_there = |caller: &Caller| self.elb.balancer_named(&caller.to) == Some(balancer);
        let callers = self.traffic.callers.iter().filter(|(_, caller)| is_client(caller) && is_there(caller));
        let callers: Vec<_> = callers.map(|(id, _)| id).collect();
        match callers.split_first() {
            None => {
                self.add_caller(NewCaller::of(&name, &name, demand), ctx);
            }
            Some((first, others)) => {
                self.set_demand(*first, demand, ctx);
                for &other in others {
                    self.set_demand(other, Demand::Open(Rate::default().into()), ctx);
                }
            }
        }
    }

    /// Things that exist [count], for the budget.
    pub(crate) fn entities(&self) -> u64 {
        let counts = [
            self.ecs.clusters.len(),
            self.ecs.definitions.len(),
            self.ecs.services.len(),
            self.ecs.deployments.len(),
            self.ecs.tasks.len(),
            self.ec2.hosts.len(),
            self.elb.targets.len(),
            self.elb.groups.len(),
            self.elb.balancers.len(),
            self.network.enis.len(),
            self.network.groups.len(),
            self.iam.roles.len(),
            self.cloudwatch.series.len(),
            self.discovery.namespaces.len(),
            self.discovery.registries.len(),
        ];
        counts.iter().map(|&count| count as u64).sum()
    }

    /// What the world takes, as an estimate [bytes], for the budget.
    pub(crate) fn memory(&self) -> u64 {
        /// A task with its containers, names, target and ENI.
        const TASK: u64 = 2048;
        let points: usize = self.cloudwatch.series.values().map(|series| series.capacity()).sum();
        let point = size_of::<(u32, super::cloudwatch::Statistics)>() as u64;
        self.entities() * TASK
            + points as u64 * point
            + self.traffic.memory()
            + self.cloudwatch.memory()
            + self.logs.memory()
    }

    /// Requests sent so far [count].
    pub fn requests_sent(&self) -> u64 {
        self.traffic.callers.iter().map(|(_, caller)| caller.sent).sum()
    }
}
