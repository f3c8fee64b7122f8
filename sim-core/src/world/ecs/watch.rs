//! Deployment alarms: a deployment that makes one of them go off has failed.

use std::time::Duration;

use super::{Ecs, ServiceDeploymentId, ServiceId, Stage};
use crate::engine::{FactId, Time};
use crate::world::Peers;
use crate::world::cloudwatch::{Alarm, AlarmState};

/// The longest bake time that is derived from alarms [SC-115].
const BAKE_MAX: Duration = Duration::from_secs(300);
/// What it is longer than the longest alarm looks back [SC-115].
const BAKE_MORE: Duration = Duration::from_secs(60);

/// `alarms`: which, and what for [CP-199][SC-092].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentAlarms {
    /// `alarmNames`. One that is not there never goes off.
    pub names: Vec<String>,
    /// Whether they are watched.
    pub enable: bool,
    /// Whether a deployment that they fail goes back.
    pub rollback: bool,
}

impl DeploymentAlarms {
    /// Those that are there.
    fn there<'a>(&'a self, peers: &'a Peers) -> impl Iterator<Item = &'a Alarm> + 'a {
        self.names.iter().filter_map(|name| peers.cloudwatch.alarms.named(name))
    }

    /// Those that are in ALARM.
    fn firing<'a>(&'a self, peers: &'a Peers) -> impl Iterator<Item = &'a Alarm> + 'a {
        self.there(peers).filter(|alarm| alarm.state == AlarmState::Alarm)
    }

    /// How long a deployment is watched when all is done: as long as the slowest of them looks back and a minute more, at
    /// most five minutes [SC-115], unless the scenario says otherwise.
    fn bake(&self, peers: &Peers) -> Duration {
        let longest = self.there(peers).map(|alarm| alarm.rule.stretch()).max().unwrap_or_default();
        peers.assume.alarm_bake_time.unwrap_or((longest + BAKE_MORE).min(BAKE_MAX))
    }
}

/// How a service deployment is watched.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Whether its alarms count: they do unless one of them was in ALARM when it began [CP-200][SC-093].
    pub on: bool,
    /// Those that went off.
    pub triggered: Vec<String>,
    /// When the bake time began.
    baking_since: Option<Time>,
}

impl Watch {
    /// How a deployment that begins now is watched.
    pub(super) fn begin(alarms: &DeploymentAlarms, peers: &Peers) -> Watch {
        Watch { on: alarms.enable && alarms.firing(peers).next().is_none(), ..Watch::default() }
    }
}

impl Ecs {
    /// Looks at the alarms of a deployment that is on its way forward, as ECS does every few seconds [SC-115]. The latest
    /// change of one that went off, and whether the deployment goes back for it.
    pub(super) fn alarm_went_off(&mut self, service: ServiceId, peers: &Peers) -> Option<(FactId, bool)> {
        let act = self.current_service_deployment(service);
        let it = &self.service_deployments[act];
        // Clean-up is too late [CP-214].
        let late = self.stage_of(service) == Some(Stage::CleanUp);
        if !it.watch.on || !it.status.goes_forward() || late {
            return None;
        }
        let alarms = &it.configuration.plan.alarms;
        let because = alarms.firing(peers).map(|alarm| alarm.because).min()?;
        let (rollback, triggered) = (alarms.rollback, alarms.firing(peers).map(|alarm| alarm.name.clone()).collect());
        self.service_deployments[act].watch.triggered = triggered;
        Some((because, rollback))
    }

    /// Whether a rolling deployment that has replaced all tasks has been watched for long enough [CP-201][SC-094]. Its bake
    /// time begins with the first time it is asked for. Strategies with stages have one of their own.
    pub(super) fn is_baked(&mut self, act: ServiceDeploymentId, peers: &Peers, now: Time) -> bool {
        let it = &mut self.service_deployments[act];
        if !it.watch.on || !it.status.goes_forward() || it.shift.is_some() {
            return true;
        }
        let since = *it.watch.baking_since.get_or_insert(now);
        now >= since + it.configuration.plan.alarms.bake(peers)
    }
}
