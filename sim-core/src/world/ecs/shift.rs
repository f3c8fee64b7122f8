//! Native blue/green, linear and canary deployments: a second set of tasks, and traffic that is led to it step by step.

use std::time::Duration;

use super::strategy::{ALL, HookStatus, Stage};
use super::{DeploymentId, DeploymentStrategy, Ecs, LoadBalancerLink, ServiceDeploymentId, ServiceId};
use crate::engine::{FactId, Time};
use crate::world::elb::{BalancerKind, ElbEvent};
use crate::world::{Ctx, Event, Fact, Peers};

/// How long a stage, or a step of the production traffic, may last [CP-210].
const STAGE_MAX: Duration = Duration::from_secs(24 * 3600);
/// How long the two shifts of traffic take longer behind a Network Load Balancer [CP-207].
const NLB_SHIFT: Duration = Duration::from_secs(600);

/// How far such a deployment is.
#[derive(Clone, Debug)]
pub struct Shift {
    /// Where it is.
    pub stage: Stage,
    /// Since when.
    pub since: Time,
    /// What has the production traffic before; none for a first deployment.
    pub blue: Option<DeploymentId>,
    /// What the new revision gets of the production traffic [per mille].
    pub production: u32,
    /// The same of the test listener's, once that is led anywhere [per mille].
    pub test: Option<u32>,
    /// Both target groups are in the rules.
    wired: bool,
    /// Steps of the production traffic that are taken [count].
    steps: usize,
    /// When the latest was taken.
    stepped: Time,
    /// Steps for which it was asked whether to pause first [count].
    asked: usize,
    /// Pauses so far [count].
    pub(super) paused: u32,
    /// The hooks of this stage that have not succeeded yet.
    pub(super) hooks: Vec<HookRun>,
    /// The fact that led into this stage.
    pub(super) because: FactId,
}

/// A hook that is being asked.
#[derive(Clone, Debug)]
pub(super) struct HookRun {
    /// Its place among the service's hooks.
    pub hook: usize,
    /// How often it has answered [count].
    pub answered: usize,
    /// When the next answer is there.
    pub due: Time,
    /// Of one that pauses: its id, and when it gives up.
    pub pause: Option<(String, Time)>,
}

impl Ecs {
    /// Which stage a service's deployment is in, if it has stages and is under way.
    pub fn stage_of(&self, service: ServiceId) -> Option<Stage> {
        let act = &self.service_deployments[self.current_service_deployment(service)];
        act.shift.as_ref().filter(|_| act.status.goes_forward()).map(|shift| shift.stage)
    }

    /// What keeps the production traffic while this service's deployment is under way.
    pub(super) fn blue_of(&self, service: ServiceId) -> Option<DeploymentId> {
        let act = &self.service_deployments[self.current_service_deployment(service)];
        act.shift.as_ref().filter(|_| act.status.goes_forward())?.blue
    }

    /// The first stage of a new deployment from `blue`, unless the strategy is ROLLING.
    pub(super) fn first_shift(
        &self,
        service: ServiceId,
        blue: Option<DeploymentId>,
        because: FactId,
        now: Time,
    ) -> Option<Shift> {
        if self.services[service].plan.strategy == DeploymentStrategy::Rolling {
            return None;
        }
        Some(Shift {
            stage: Stage::ReconcileService,
            since: now,
            blue,
            production: 0,
            test: None,
            wired: false,
            steps: 0,
            stepped: now,
            asked: 1,
            paused: 0,
            hooks: Vec::new(),
            because,
        })
    }

    /// The target groups for a new deployment's tasks: the alternate ones when those of `blue` are the usual ones
    /// [CP-208].
    pub(super) fn links_for(
        &self,
        service: ServiceId,
        blue: Option<DeploymentId>,
        wanted: &[LoadBalancerLink],
    ) -> Vec<LoadBalancerLink> {
        if self.services[service].plan.strategy == DeploymentStrategy::Rolling {
            return wanted.to_vec();
        }
        let taken = |group| {
            blue.is_some_and(|blue| {
                self.deployments[blue].links.iter().any(|link: &LoadBalancerLink| link.group == group)
            })
        };
        let other = |link: &LoadBalancerLink| {
            let mut link = link.clone();
            if let Some(advanced) = &link.advanced
                && taken(link.group)
            {
                link.group = advanced.alternate;
            }
            link
        };
        wanted.iter().map(other).collect()
    }

    /// Walks through as many stages as are done.
    pub(super) fn walk_stages(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        while self.stage_of(service).is_some() {
            let act = self.current_service_deployment(service);
            match self.ask_hooks(service, act, ctx) {
                None => {}
                Some(because) => {
                    self.service_deployments[act].hook_failed = Some(because);
                    return;
                }
            }
            let now = ctx.now();
            let worked = self.work(service, act, peers, ctx);
            let Some(shift) = &self.service_deployments[act].shift else { return };
            let pauses = shift.hooks.iter().any(|run| run.pause.is_some());
            // Each step of the production traffic has its own time.
            let since =
                if shift.stage == Stage::ProductionTrafficShift { shift.since.max(shift.stepped) } else { shift.since };
            if now >= since + STAGE_MAX && shift.stage != Stage::CleanUp && !pauses {
                let because = shift.because;
                self.service_deployments[act].hook_failed = Some(because);
                return;
            }
            if !worked || !shift.hooks.is_empty() {
                return;
            }
            let Some(next) = shift.stage.next() else { return };
            self.enter(service, act, next, peers, ctx);
        }
    }

    fn enter(&mut self, service: ServiceId, act: ServiceDeploymentId, stage: Stage, peers: &Peers, ctx: &mut Ctx) {
        let deployment = self.service_deployments[act].target;
        let now = ctx.now();
        let because = self.service_deployments[act].shift.as_ref().map(|shift| shift.because);
        let fact = ctx.within(because, |ctx| ctx.record(Fact::StageEntered { service, deployment, stage }));
        let hooks = self.service_deployments[act].configuration.plan.hooks.iter().enumerate();
        let asked = hooks.filter(|(_, hook)| hook.pause.is_none() && hook.stages.contains(&stage)).map(|(hook, of)| {
            let takes = self.hooks.get(of.name()).map_or(Duration::ZERO, |script| script.takes);
            HookRun { hook, answered: 0, due: now + takes, pause: None }
        });
        let asked: Vec<HookRun> = asked.collect();
        let it = &mut self.service_deployments[act];
        it.updated = now;
        if let Some(shift) = &mut it.shift {
            (shift.stage, shift.since, shift.hooks, shift.because) = (stage, now, asked, fact);
        }
        let pauses = self.pauses(act, stage, peers, ctx);
        if let Some(shift) = &mut self.service_deployments[act].shift {
            shift.hooks.extend(pauses);
        }
    }

    /// Takes in what hooks have answered [CP-212]; the fact when one of them has failed. A function that nobody has
    /// described is an error, as one is that does not exist.
    fn ask_hooks(&mut self, service: ServiceId, act: ServiceDeploymentId, ctx: &mut Ctx) -> Option<FactId> {
        let now = ctx.now();
        let shift = self.service_deployments[act].shift.as_ref()?;
        let (mut left, because, stage) = (Vec::new(), shift.because, shift.stage);
        let plan = &self.service_deployments[act].configuration.plan;
        let goes_on: Vec<bool> = plan.hooks.iter().map(|hook| hook.pause.is_some_and(|pause| pause.goes_on)).collect();
        let names: Vec<String> = plan.hooks.iter().map(|hook| hook.name().to_owned()).collect();
        for mut run in shift.hooks.clone() {
            if let Some((id, expires)) = &run.pause {
                if now < *expires {
                    left.push(run);
                    continue;
                }
                let answer = HookStatus::TimedOut;
                let fact = ctx.within(Some(because), |ctx| {
                    ctx.record(Fact::HookAnswered { service, stage, hook: id.as_str().into(), status: answer })
                });
                if goes_on[run.hook] {
                    continue;
                }
                return Some(fact);
            }
            if now < run.due {
                left.push(run);
                continue;
            }
            let name = names[run.hook].clone();
            let script = self.hooks.get(&name);
            let answers = script.map_or(&[HookStatus::Failed][..], |script| script.answers.as_slice());
            let status = answers.get(run.answered).or(answers.last()).copied().unwrap_or(HookStatus::Failed);
            let fact = ctx.within(Some(because), |ctx| {
                ctx.record(Fact::HookAnswered { service, stage, hook: name.as_str().into(), status })
            });
            match status {
                HookStatus::Succeeded => {}
                HookStatus::Failed | HookStatus::TimedOut => return Some(fact),
                HookStatus::InProgress => {
                    run.answered += 1;
                    let again = script.map_or(Duration::ZERO, |script| script.call_back_delay + script.takes);
                    run.due = now + again;
                    left.push(run);
                }
            }
        }
        if let Some(shift) = &mut self.service_deployments[act].shift {
            shift.hooks = left;
        }
        None
    }

    /// Does what the stage is for; whether it is done.
    fn work(&mut self, service: ServiceId, act: ServiceDeploymentId, peers: &Peers, ctx: &mut Ctx) -> bool {
        let now = ctx.now();
        let census = self.census(service, now, peers);
        let desired = self.services[service].desired_count;
        let Some(shift) = &self.service_deployments[act].shift else { return false };
        // A first deployment takes nothing from anybody: all of the traffic is its from the start, and there is nothing to
        // keep ready for the way back.
        let first = shift.blue.is_none();
        let plan = &self.service_deployments[act].configuration.plan;
        let strategy = if first { DeploymentStrategy::BlueGreen } else { plan.strategy };
        let bake = if first { Duration::ZERO } else { plan.bake };
        let steps = strategy.steps();
        let links = &self.deployments[self.service_deployments[act].target].links;
        let by_flow = links.iter().any(|link| peers.elb.groups[link.group].protocol.kind() == BalancerKind::Network);
        let slow = if by_flow { NLB_SHIFT } else { Duration::ZERO };
        let tested =
            links.iter().any(|link| link.advanced.as_ref().is_some_and(|advanced| advanced.test_rule.is_some()));
        let Some(shift) = &mut self.service_deployments[act].shift else { return false };
        let blue = shift.blue;
        match shift.stage {
            Stage::ReconcileService => {
                let gone = |task| self.tasks[task].deployment == blue;
                census.old.iter().all(|&task| gone(task))
            }
            Stage::ScaleUp if !shift.wired => {
                // The targets of both groups are checked from now on. A first deployment has all of the traffic.
                shift.wired = true;
                shift.production = if blue.is_none() { ALL } else { 0 };
                ctx.send(peers.assume.internal_call, Event::Elb(ElbEvent::Shift(act)));
                false
            }
            Stage::ScaleUp => census.new.len() as u32 == desired && census.healthy_new == desired,
            Stage::TestTrafficShift => {
                if tested && shift.test.is_none() {
                    shift.test = Some(ALL);
                    self.lead(act, peers, ctx);
                }
                now >= self.service_deployments[act].shift.as_ref().map_or(now, |shift| shift.since) + slow
            }
            Stage::ProductionTrafficShift => {
                let rested = shift.steps == 0 || now >= shift.stepped + steps[shift.steps - 1].1;
                let waits = shift.hooks.iter().any(|run| run.pause.is_some());
                if shift.steps < steps.len() && rested && !waits {
                    if shift.steps >= shift.asked {
                        // Before each further step it is asked once more [CP-213].
                        shift.asked = shift.steps + 1;
                        let pauses = self.pauses(act, Stage::PreProductionTrafficShift, peers, ctx);
                        if !pauses.is_empty()
                            && let Some(shift) = &mut self.service_deployments[act].shift
                        {
                            shift.hooks.extend(pauses);
                            return false;
                        }
                    }
                    let Some(shift) = &mut self.service_deployments[act].shift else { return false };
                    shift.production = steps[shift.steps].0;
                    shift.steps += 1;
                    shift.stepped = now;
                    self.lead(act, peers, ctx);
                    return false;
                }
                shift.steps == steps.len() && now >= shift.stepped + slow
            }
            Stage::BakeTime => now >= shift.since + bake,
            Stage::CleanUp => false,
            _ => true,
        }
    }

    /// Has the load balancers lead the traffic as this deployment wants it.
    fn lead(&mut self, act: ServiceDeploymentId, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.service_deployments[act];
        let Some(shift) = &it.shift else { return };
        let (service, deployment) = (it.service, it.target);
        let (production, test) = (shift.production, shift.test.unwrap_or(0));
        ctx.within(Some(shift.because), |ctx| {
            let fact = ctx.record(Fact::TrafficShifted { service, deployment, production, test });
            ctx.because(fact);
            ctx.send(peers.assume.internal_call, Event::Elb(ElbEvent::Shift(act)));
        });
    }

    /// All traffic goes to where it came from [CP-214].
    pub(super) fn lead_back(&mut self, act: ServiceDeploymentId, peers: &Peers, ctx: &mut Ctx) {
        let Some(shift) = &mut self.service_deployments[act].shift else { return };
        if shift.blue.is_none() || (shift.production, shift.test.unwrap_or(0)) == (0, 0) {
            return;
        }
        shift.production = 0;
        shift.test = shift.test.map(|_| 0);
        if let Some(because) = ctx.cause() {
            shift.because = because;
        }
        self.lead(act, peers, ctx);
    }
}
