//! What TagResource, UntagResource and ListTagsForResource share: which resource an ARN names, and its tags.

use crate::api::ApiError;
use crate::engine::Time;
use crate::world::World;
use crate::world::ecs::{
    ClusterId, InstanceId, InstanceStatus, ProviderId, ServiceId, ServiceStatus, Tags, TaskDefinitionId, TaskId,
};

/// Something that has tags.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tagged {
    Cluster(ClusterId),
    Service(ServiceId),
    TaskDefinition(TaskDefinitionId),
    Task(TaskId),
    Instance(InstanceId),
    Provider(ProviderId),
}

/// The resource behind an ARN [CP-005]; what is gone has no tags any more.
pub(crate) fn find(world: &World, arn: &str, now: Time) -> Result<Tagged, ApiError> {
    let place = |error: ApiError| Err(error.at("resourceArn"));
    let prefix = world.account.arn("ecs", "");
    let Some(path) = arn.strip_prefix(&prefix) else {
        let message = format!("Invalid identifier: The identifier is not a valid ARN: {arn}");
        let help = format!("An ARN of ECS begins here with {prefix}: describe the resource to see it.");
        return place(ApiError::invalid_parameter(message).help(help));
    };
    let ecs = &world.ecs;
    let found = match path.split('/').next().unwrap_or_default() {
        "cluster" => ecs.cluster_named(Some(arn)).map(Tagged::Cluster),
        "service" => {
            let mine =
                |(_, one): &(_, &crate::world::ecs::Service)| one.arn == arn && one.status != ServiceStatus::Inactive;
            ecs.services.iter().rev().find(mine).map(|(id, _)| Tagged::Service(id))
        }
        "task-definition" => ecs.definition_named(arn).map(Tagged::TaskDefinition),
        "task" => {
            let mine = ecs.tasks.iter().find(|(id, one)| one.arn == arn && ecs.is_remembered(*id, now));
            mine.map(|(id, _)| Tagged::Task(id))
        }
        "container-instance" => {
            let mine = ecs.instances.iter().find(|(_, one)| one.arn == arn && one.status != InstanceStatus::Inactive);
            mine.map(|(id, _)| Tagged::Instance(id))
        }
        "capacity-provider" => ecs.provider_named(arn).map(Tagged::Provider),
        _ => None,
    };
    match found.filter(|it| world.limits.sees(it.made(world))) {
        Some(found) => Ok(found),
        None => place(ApiError::new("ResourceNotFoundException", "The specified resource wasn't found.")),
    }
}

impl Tagged {
    /// When it was made.
    fn made(self, world: &World) -> Time {
        let ecs = &world.ecs;
        match self {
            Tagged::Cluster(id) => ecs.clusters[id].created,
            Tagged::Service(id) => ecs.services[id].created,
            Tagged::TaskDefinition(id) => ecs.definitions[id].registered,
            Tagged::Task(id) => ecs.tasks[id].at.created,
            Tagged::Instance(id) => ecs.instances[id].registered_at,
            // Every operation sees one as soon as it is made.
            Tagged::Provider(_) => Time::ZERO,
        }
    }

    /// Its tags.
    pub(crate) fn tags(self, world: &World) -> Tags {
        let ecs = &world.ecs;
        match self {
            Tagged::Cluster(id) => ecs.clusters[id].tags.clone(),
            Tagged::Service(id) => ecs.services[id].stored.tags.clone(),
            Tagged::TaskDefinition(id) => ecs.definitions[id].tags.clone(),
            Tagged::Task(id) => ecs.tags_of(id).to_vec(),
            Tagged::Instance(id) => ecs.instances[id].tags.clone(),
            Tagged::Provider(id) => ecs.providers[id].tags.clone(),
        }
    }

    /// Gives it these in place of all it has.
    pub(crate) fn set(self, world: &mut World, tags: Tags) {
        let ecs = &mut world.ecs;
        match self {
            Tagged::Cluster(id) => ecs.clusters[id].tags = tags,
            Tagged::Service(id) => ecs.services[id].stored.tags = tags,
            Tagged::TaskDefinition(id) => ecs.definitions[id].tags = tags,
            Tagged::Task(id) => ecs.labels.entry(id).or_default().tags = tags,
            Tagged::Instance(id) => ecs.instances[id].tags = tags,
            Tagged::Provider(id) => ecs.providers[id].tags = tags,
        }
    }
}
