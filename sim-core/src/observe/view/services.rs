//! What stands around the network: the control plane, the registry, roles.

use serde::Serialize;
use ts_rs::TS;

use super::Tone;
use crate::observe::report::round;
use crate::observe::totals::service_range;
use crate::world::cloudwatch::{Metric, SeriesKey, Subject};
use crate::world::ecs::{ServiceStatus, TaskStatus};
use crate::world::{Ctx, Fact, World};

/// ECS itself: clusters and their services.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ControlPlane {
    /// Names of clusters.
    pub clusters: Vec<String>,
    /// `demo-app:1`: active revisions, newest last.
    pub definitions: Vec<String>,
    /// Services that are in use or being cleaned up.
    pub services: Vec<ServiceTile>,
    /// Log groups.
    pub log_groups: Vec<String>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ServiceTile {
    /// Its name.
    pub name: String,
    /// Its cluster.
    pub cluster: String,
    /// For its colour and shape.
    pub tone: Tone,
    /// `steady`, or what keeps it from that.
    pub note: String,
    /// Tasks to keep running [count].
    pub desired: u32,
    /// Tasks in RUNNING [count].
    pub running: u32,
    /// Tasks on their way to RUNNING [count].
    pub pending: u32,
    /// The PRIMARY deployment's revision.
    pub revision: String,
    /// Its `rolloutState`.
    pub rollout: String,
    /// `CPUUtilization` of the latest minute [%].
    pub cpu_percent: Option<f64>,
    /// `CPUUtilization` of the busiest minute [%].
    pub cpu_percent_max: Option<f64>,
}

/// A repository.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RepositoryTile {
    /// Its name.
    pub name: String,
    /// `latest · 47 MB`.
    pub images: Vec<String>,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RoleTile {
    /// Its name.
    pub name: String,
    /// Its policies, attached ones and its own.
    pub policies: Vec<String>,
    /// How often it was refused something [count].
    pub denied: u32,
    /// What it was refused last.
    pub last_denied: Option<String>,
}

/// The control plane at this moment.
pub fn control_plane(world: &World) -> ControlPlane {
    let ecs = &world.ecs;
    let active = ecs.definitions.iter().filter(|(_, one)| one.status == crate::world::ecs::DefinitionStatus::Active);
    let shown = ecs.services.iter().filter(|(_, service)| service.status != ServiceStatus::Inactive);
    let services = shown.map(|(id, service)| {
        let count = |wanted: fn(TaskStatus) -> bool| {
            service.live.iter().filter(|&&task| wanted(ecs.tasks[task].status)).count() as u32
        };
        let running = count(|status| status == TaskStatus::Running);
        let pending = count(|status| status < TaskStatus::Running);
        let deployment = &ecs.deployments[service.primary()];
        let key = SeriesKey { subject: Subject::Service(id), metric: Metric::CPUUtilization };
        let latest = world.cloudwatch.series.get(&key).and_then(|series| series.last());
        let (tone, note) = if service.status == ServiceStatus::Draining {
            (Tone::Leaving, "is being deleted".to_owned())
        } else if service.steady_since.is_some() {
            (Tone::Good, "steady".to_owned())
        } else if deployment.start_failures > 0 || deployment.failed_tasks > 0 {
            let failed = deployment.failed_tasks.max(deployment.start_failures);
            (Tone::Bad, format!("{failed} tasks failed in a row"))
        } else {
            (Tone::Coming, "not steady yet".to_owned())
        };
        ServiceTile {
            name: service.name.clone(),
            cluster: ecs.clusters[service.cluster].name.clone(),
            tone,
            note,
            desired: service.desired_count,
            running,
            pending,
            revision: ecs.definitions[deployment.recipe.definition].name(),
            rollout: deployment.rollout.to_string(),
            cpu_percent: latest.map(|(_, point)| round(point.average(), 1)),
            cpu_percent_max: service_range(world, id, Metric::CPUUtilization).map(|(_, most)| round(most, 1)),
        }
    });
    ControlPlane {
        clusters: ecs.active_clusters().map(|(_, cluster)| cluster.name.clone()).collect(),
        definitions: active.map(|(_, definition)| definition.name()).collect(),
        services: services.collect(),
        log_groups: world.logs.groups.keys().cloned().collect(),
    }
}

/// The registry at this moment.
pub fn repositories(world: &World) -> Vec<RepositoryTile> {
    let tile = |(id, repository): (_, &crate::world::ecr::Repository)| {
        let image = |(image, tag): (&crate::world::ecr::Image, Option<&str>)| {
            format!("{} · {:.0} MB", tag.unwrap_or("untagged"), image.size() as f64 / 1e6)
        };
        let images = world.ecr.images_of(id).into_iter().map(image).collect();
        RepositoryTile { name: repository.name.clone(), images }
    };
    world.ecr.repositories.iter().map(tile).collect()
}

/// The roles at this moment. Denials are looked for in the journal, so ask when it has grown only.
pub fn roles(world: &World, ctx: &Ctx) -> Vec<RoleTile> {
    let mut tiles: Vec<RoleTile> = world
        .iam
        .roles
        .iter()
        .map(|(_, role)| RoleTile {
            name: role.name.clone(),
            policies: role.policy_names(),
            denied: 0,
            last_denied: None,
        })
        .collect();
    for (_, entry) in ctx.journal().iter() {
        if let Fact::AccessDenied { role, action, .. } = &entry.fact {
            let tile = &mut tiles[role.index()];
            tile.denied += 1;
            tile.last_denied = Some(action.to_string());
        }
    }
    tiles
}
