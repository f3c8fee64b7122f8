//! What RunTask and StartTask share: tasks that belong to no service, so that nobody replaces them.

use super::execute_command;
use super::failure::Failure;
use super::find_definition;
use super::network_configuration::{self, NetworkConfiguration};
use super::overrides::Overrides;
use super::placement::{PlacementConstraint, PlacementStrategy, placement};
use super::service_options::PropagateTags;
use super::tag::{self, Tag};
use super::task::TaskDescription;
use crate::api::ApiError;
use crate::world::ecs::{
    AwsVpc, ClusterId, Ecs, InstanceId, Labels, Launch, NO_CAPACITY, NO_VCPUS, NewTask, Placement, Strategy,
    TaskDefinitionId, TaskId, Unplaced,
};
use crate::world::{Ctx, World};

/// What a request says about its tasks.
pub(super) struct Request<'a> {
    pub cluster: ClusterId,
    pub task_definition: &'a str,
    pub launch: Launch,
    pub strategy: Strategy,
    pub started_by: Option<&'a str>,
    pub propagate_tags: Option<PropagateTags>,
    pub network: Option<&'a NetworkConfiguration>,
    pub constraints: &'a [PlacementConstraint],
    pub placement: &'a [PlacementStrategy],
    pub tags: &'a [Tag],
    pub overrides: &'a Overrides,
    pub group: Option<&'a str>,
    pub execute_command: bool,
}

/// Tasks that can be started.
pub(super) struct Standalone {
    pub cluster: ClusterId,
    pub definition: TaskDefinitionId,
    pub launch: Launch,
    placement: Placement,
    network: AwsVpc,
    started_by: String,
    labels: Labels,
}

impl Request<'_> {
    /// Checks what AWS checks.
    pub(super) fn resolve(self, world: &World) -> Result<Standalone, ApiError> {
        let error = |place: &str, message: &str| Err(ApiError::invalid_parameter(message).at(place));
        let definition = find_definition(world, self.task_definition)?;
        let started_by = self.started_by.unwrap_or_default().to_owned();
        if started_by.chars().count() > 128 {
            return error("startedBy", "startedBy can have at most 128 characters.");
        }
        if self.propagate_tags == Some(PropagateTags::Service) {
            return error("propagateTags", "A standalone task has no service whose tags it could take over.");
        }
        if self.execute_command {
            let message = "The execute command failed because a valid task role is not being used. Specify a valid task role in \
                           your task definition or as a task override and try again.";
            execute_command::check_role(definition, message, world)?;
        }
        let made_of = &world.ecs.definitions[definition];
        let placement = placement(self.constraints, self.placement, self.launch, made_of.constraints.len())?;
        let network = network_configuration::resolve(self.network, made_of, self.launch, world)?;
        let mut tags = tag::checked(self.tags)?;
        if self.propagate_tags == Some(PropagateTags::TaskDefinition) {
            let own = tags.clone();
            tags.extend(made_of.tags.iter().filter(|(key, _)| own.iter().all(|(k, _)| k != key)).cloned());
        }
        let overrides = self.overrides.checked(made_of)?;
        let group = self.group.map(str::to_owned);
        let labels = Labels { group, strategy: self.strategy, tags, execute_command: self.execute_command, overrides };
        Ok(Standalone {
            cluster: self.cluster,
            definition,
            launch: self.launch,
            placement,
            network,
            started_by,
            labels,
        })
    }
}

impl Standalone {
    /// Whether Fargate has a host for it.
    pub(super) fn has_capacity(&self, world: &World) -> bool {
        Ecs::has_capacity(&self.network, world)
    }

    /// Starts one, on this instance or where it fits; or says why not. `started` are those of the same request before it.
    pub(super) fn start(
        &self,
        on: Option<InstanceId>,
        world: &mut World,
        started: &[TaskId],
        ctx: &mut Ctx,
    ) -> Result<(TaskId, TaskDescription), Unplaced> {
        let has = |provider| {
            let own = started.iter().filter(|&&task| world.ecs.tasks[task].provider == provider);
            own.count() as u32
        };
        let provider = if on.is_some() { None } else { world.ecs.choose_provider(&self.labels.strategy, has) };
        let family = || format!("family:{}", world.ecs.definitions[self.definition].family);
        let new = NewTask {
            cluster: self.cluster,
            deployment: None,
            definition: self.definition,
            network: self.network.clone(),
            started_by: self.started_by.clone(),
            launch: self.launch,
            placement: self.placement.clone(),
            on,
            group: self.labels.group.clone().unwrap_or_else(family),
            provider,
            waits: true,
        };
        let cause = ctx.cause();
        let task =
            world.lend(|w| &mut w.ecs, |ecs, peers| ctx.within(cause, |ctx| ecs.create_task(new, peers, ctx)))?;
        if self.labels != Labels::default() {
            world.ecs.labels.insert(task, self.labels.clone());
        }
        Ok((task, TaskDescription::of(world, task, true)))
    }
}

/// Why nothing was started: one reason for each container instance [CP-161].
pub(super) fn failures(why: &Unplaced, world: &World) -> Vec<Failure> {
    match why {
        Unplaced::NoCapacity => vec![Failure { arn: None, reason: NO_CAPACITY }],
        Unplaced::NoVcpus => vec![Failure { arn: None, reason: NO_VCPUS }],
        Unplaced::NoInstances | Unplaced::EmptyProvider | Unplaced::TooManyWaiting => Vec::new(),
        Unplaced::Refused(all) => {
            let arn = |id: InstanceId| Some(world.ecs.instances[id].arn.clone());
            all.iter().map(|&(id, gate)| Failure { arn: arn(id), reason: gate.reason() }).collect()
        }
    }
}
