//! Hooks that pause: a deployment waits until somebody lets it go on, or back [CP-213].

use super::shift::HookRun;
use super::strategy::{HookStatus, Stage};
use super::{Ecs, Hook, ServiceDeploymentId};
use crate::engine::Time;
use crate::world::{Ctx, Fact, Peers};

/// How the id of a hook that pauses begins; others are known by the function that they ask.
pub const PAUSE_HOOK: &str = "ecs-pause-";

/// A hook that has not come to an end.
#[derive(Clone, Debug)]
pub struct OpenHook<'a> {
    /// Which.
    pub hook: &'a Hook,
    /// `hookId`, of one that pauses.
    pub id: Option<&'a str>,
    /// When that is over.
    pub expires: Option<Time>,
}

impl Ecs {
    /// The hooks that a service deployment waits for at present.
    pub fn open_hooks(&self, act: ServiceDeploymentId) -> Vec<OpenHook<'_>> {
        let act = &self.service_deployments[act];
        let Some(shift) = act.shift.as_ref().filter(|_| act.status.goes_forward()) else { return Vec::new() };
        shift
            .hooks
            .iter()
            .map(|run| OpenHook {
                hook: &act.configuration.plan.hooks[run.hook],
                id: run.pause.as_ref().map(|(id, _)| id.as_str()),
                expires: run.pause.as_ref().map(|(_, expires)| *expires),
            })
            .collect()
    }

    /// The pauses that begin with a stage, or with a further step of the production traffic: each time with ids of their own.
    pub(super) fn pauses(
        &mut self,
        act: ServiceDeploymentId,
        stage: Stage,
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> Vec<HookRun> {
        let now = ctx.now();
        let it = &mut self.service_deployments[act];
        let (service, deployment, arn) = (it.service, it.target, &it.arn);
        let Some(shift) = &mut it.shift else { return Vec::new() };
        let mut runs = Vec::new();
        for (hook, of) in it.configuration.plan.hooks.iter().enumerate() {
            let Some(pause) = of.pause.filter(|_| of.stages.contains(&stage)) else { continue };
            shift.paused += 1;
            let id = peers.account.url_safe("pause-hook", &format!("{arn}#{}", shift.paused), 43);
            let id = format!("{PAUSE_HOOK}{id}");
            let paused = Fact::DeploymentPaused { service, deployment, hook: id.as_str().into() };
            ctx.within(Some(shift.because), |ctx| ctx.record(paused));
            runs.push(HookRun { hook, answered: 0, due: now, pause: Some((id, now + pause.timeout)) });
        }
        runs
    }

    /// ContinueServiceDeployment: somebody lets a deployment go on, or back. False when it does not wait for this.
    pub(crate) fn answer_pause(&mut self, act: ServiceDeploymentId, id: &str, go_on: bool, ctx: &mut Ctx) -> bool {
        let now = ctx.now();
        let it = &mut self.service_deployments[act];
        let service = it.service;
        let Some(shift) = it.shift.as_mut().filter(|_| it.status.goes_forward()) else { return false };
        let waits = |run: &HookRun| run.pause.as_ref().is_some_and(|(known, _)| known == id);
        let Some(place) = shift.hooks.iter().position(waits) else { return false };
        let status = if go_on { HookStatus::Succeeded } else { HookStatus::Failed };
        let fact = ctx.record(Fact::HookAnswered { service, stage: shift.stage, hook: id.into(), status });
        if go_on {
            shift.hooks.remove(place);
            // The wait does not count for how long a stage may last [CP-210].
            shift.since = now;
        } else {
            it.hook_failed = Some(fact);
        }
        true
    }
}
