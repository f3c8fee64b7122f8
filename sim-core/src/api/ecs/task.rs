//! A task as AWS describes it.

use serde::Serialize;

use super::launch_type::LaunchType;
use super::overrides::{self, ContainerOverrideDescription};
use super::service_options::platform;
use super::tag::{self, Tag};
use crate::engine::Time;
use crate::world::World;
use crate::world::ecs::{Binding, Container, ContainerState, Task, TaskDefinition, TaskId, TaskStatus};

/// `Task`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskDescription {
    /// Its ENI.
    pub attachments: Vec<Attachment>,
    /// What its images are built for.
    pub attributes: Vec<TaskAttribute>,
    /// The zone of its subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// `FARGATE`, when a strategy placed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_provider_name: Option<String>,
    /// Where it runs.
    pub cluster_arn: String,
    /// The container instance it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_instance_arn: Option<String>,
    /// `CONNECTED` once it has its ENI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectivity: Option<&'static str>,
    /// When it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectivity_at: Option<String>,
    /// In the task definition's order.
    pub containers: Vec<ContainerDescription>,
    /// [units], as text.
    pub cpu: String,
    /// When.
    pub created_at: String,
    /// `RUNNING` or `STOPPED` [CP-075].
    pub desired_status: &'static str,
    /// Whether it was started with the agent of ECS Exec [CP-246].
    pub enable_execute_command: bool,
    /// When an essential container ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_stopped_at: Option<String>,
    /// `service:{name}`, or what RunTask said [CP-013].
    pub group: String,
    /// By the checks of its essential containers [CP-094].
    pub health_status: &'static str,
    /// None.
    pub inference_accelerators: Vec<()>,
    /// Where it is in its life [CP-075].
    pub last_status: &'static str,
    /// `FARGATE`.
    pub launch_type: LaunchType,
    /// [MiB], as text.
    pub memory: String,
    /// What RunTask said in place of the task definition.
    pub overrides: TaskOverride,
    /// `1.4.0` [CA-011].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<&'static str>,
    /// `Linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_family: Option<&'static str>,
    /// When the first image began to be pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_started_at: Option<String>,
    /// When the last image was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_stopped_at: Option<String>,
    /// When it became RUNNING.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// The deployment, or what RunTask said [CP-013].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub started_by: String,
    /// Why it stops, as a word [CP-102].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_code: Option<&'static str>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<String>,
    /// Why it stops, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_reason: Option<String>,
    /// When its containers were told to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopping_at: Option<String>,
    /// Labels, when they were asked for.
    pub tags: Vec<Tag>,
    /// `task/{cluster}/{id}` [CP-005].
    pub task_arn: String,
    /// What it is made of.
    pub task_definition_arn: String,
    /// Rises with every change that raises an event [CP-091].
    pub version: u32,
    /// Its disk [CA-008].
    pub ephemeral_storage: EphemeralStorage,
}

/// `Attachment`: an ENI.
#[derive(Clone, Debug, Serialize)]
pub struct Attachment {
    /// A UUID [CP-007].
    pub id: String,
    /// `ElasticNetworkInterface`.
    pub r#type: &'static str,
    /// `PRECREATED`, `ATTACHED` or `DELETED`.
    pub status: &'static str,
    /// What it is.
    pub details: Vec<Detail>,
}

/// One property of an attachment.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// `Attribute` of a task.
#[derive(Clone, Debug, Serialize)]
pub struct TaskAttribute {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: &'static str,
}

/// `Container`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerDescription {
    /// `container/{cluster}/{task}/{uuid}` [CP-007].
    pub container_arn: String,
    /// Its task.
    pub task_arn: String,
    /// Its name.
    pub name: String,
    /// As in the task definition.
    pub image: String,
    /// The runtime's own id, once it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_id: Option<String>,
    /// `PENDING`, `RUNNING` or `STOPPED` [CP-092].
    pub last_status: &'static str,
    /// Once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Host ports; none with `awsvpc`.
    pub network_bindings: Vec<NetworkBinding>,
    /// The task's.
    pub network_interfaces: Vec<NetworkInterface>,
    /// By its own check [CP-093].
    pub health_status: &'static str,
    /// [units], as text.
    pub cpu: String,
    /// [MiB], as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// The agent of ECS Exec, if the task was started with it [CP-246].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed_agents: Vec<ManagedAgent>,
}

/// `ManagedAgent`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedAgent {
    /// When it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_started_at: Option<String>,
    /// `ExecuteCommandAgent`.
    pub name: &'static str,
    /// As that of its container.
    pub last_status: &'static str,
}

/// `NetworkBinding` of a container: a port of its instance that leads to it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkBinding {
    /// Every address of the instance.
    #[serde(rename = "bindIP")]
    pub bind_ip: &'static str,
    /// The container's port.
    pub container_port: u16,
    /// The instance's.
    pub host_port: u16,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
}

/// The bindings of a container, from its start on.
fn network_bindings(
    task: &Task,
    name: &str,
    definition: &TaskDefinition,
    state: &ContainerState,
) -> Vec<NetworkBinding> {
    let own = |binding: &&Binding| definition.containers[usize::from(binding.container)].name == name;
    let bound = task.bindings.iter().filter(|_| state.started.is_some()).filter(own);
    let binding = |it: &Binding| NetworkBinding {
        bind_ip: "0.0.0.0",
        container_port: it.container_port,
        host_port: it.host_port,
        protocol: it.transport.into(),
    };
    bound.map(binding).collect()
}

/// `NetworkInterface` of a container.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkInterface {
    /// The attachment.
    pub attachment_id: String,
    /// The task's address.
    pub private_ipv4_address: String,
}

/// `TaskOverride`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskOverride {
    /// Every container by name, and what RunTask told it.
    pub container_overrides: Vec<ContainerOverrideDescription>,
    /// None.
    pub inference_accelerator_overrides: Vec<()>,
}

/// `EphemeralStorage`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EphemeralStorage {
    /// [GiB].
    #[serde(rename = "sizeInGiB")]
    pub size_in_gib: u32,
}

impl TaskDescription {
    /// Describes a task as it is now; with its tags when they are asked for.
    pub(crate) fn of(world: &World, id: TaskId, with_tags: bool) -> TaskDescription {
        let ecs = &world.ecs;
        let task = &ecs.tasks[id];
        let definition = &ecs.definitions[task.definition];
        let wall = |at: Time| world.account.wall(at);
        let moment = |at: Option<Time>| at.map(wall);
        let attachment = definition.has_own_interface().then(|| attachment(world, id));
        let attachment_id = attachment.as_ref().map(|it| it.id.clone()).unwrap_or_default();
        let states = definition.containers.iter().zip(&task.containers);
        let overrides = ecs.labels.get(&id).map_or(&[][..], |labels| &labels.overrides);
        TaskDescription {
            attributes: vec![TaskAttribute { name: "ecs.cpu-architecture", value: "x86_64" }],
            availability_zone: (!task.is_unplaced()).then(|| world.network.zone(task.subnet).to_owned()),
            capacity_provider_name: match task.provider {
                Some(provider) => Some(ecs.providers[provider].name.clone()),
                None => ecs.strategy_of(id).first().map(|item| item.provider.clone()),
            },
            cluster_arn: ecs.clusters[task.cluster].arn.clone(),
            container_instance_arn: task.instance.map(|id| ecs.instances[id].arn.clone()),
            connectivity: task.at.connectivity.map(|_| "CONNECTED"),
            connectivity_at: moment(task.at.connectivity),
            containers: states.map(|(it, state)| container(world, id, &attachment_id, it, state)).collect(),
            attachments: attachment.into_iter().collect(),
            cpu: definition.cpu.to_string(),
            created_at: wall(task.at.created),
            desired_status: if wants_to_run(task) { "RUNNING" } else { "STOPPED" },
            enable_execute_command: ecs.execute_command_of(id),
            execution_stopped_at: moment(task.at.execution_stopped),
            group: ecs.group_of(id),
            health_status: task.health.unwrap_or_default().into(),
            inference_accelerators: Vec::new(),
            last_status: task.status.into(),
            launch_type: LaunchType::of(task.launch()),
            memory: definition.memory.to_string(),
            overrides: TaskOverride {
                container_overrides: overrides::described(definition, overrides),
                inference_accelerator_overrides: Vec::new(),
            },
            platform_version: platform(task.launch()).map(|(version, _)| version),
            platform_family: platform(task.launch()).map(|(_, family)| family),
            pull_started_at: moment(task.at.pull_started),
            pull_stopped_at: moment(task.at.pull_stopped),
            started_at: moment(task.at.started),
            started_by: task.started_by.clone(),
            stop_code: task.stopping.as_ref().map(|stopping| stopping.code.into()),
            stopped_at: moment(task.at.stopped),
            stopped_reason: task.stopping.as_ref().map(|stopping| stopping.reason.to_string()),
            stopping_at: moment(task.at.stopping),
            tags: if with_tags { tag::described(ecs.tags_of(id)) } else { Vec::new() },
            task_arn: task.arn.clone(),
            task_definition_arn: definition.arn.clone(),
            version: task.version,
            ephemeral_storage: EphemeralStorage { size_in_gib: definition.ephemeral_storage },
        }
    }
}

/// Whether `desiredStatus` is RUNNING [CP-075].
pub(crate) fn wants_to_run(task: &Task) -> bool {
    task.stopping.is_none() && task.status != TaskStatus::Stopped
}

/// The task's ENI, from the moment on at which it is asked for.
fn attachment(world: &World, id: TaskId) -> Attachment {
    let task = &world.ecs.tasks[id];
    let subnet = world.network.subnet(task.subnet).id.clone();
    let mut details = vec![Detail { name: "subnetId", value: subnet }];
    let eni = world.network.eni_of(id).map(|eni| world.network.eni(eni));
    if let Some(eni) = eni {
        let address = eni.private_ip.to_string();
        let dns = format!("ip-{}.ec2.internal", address.replace('.', "-"));
        details.push(Detail { name: "networkInterfaceId", value: eni.id.clone() });
        details.push(Detail { name: "macAddress", value: eni.mac.clone() });
        details.push(Detail { name: "privateDnsName", value: dns });
        details.push(Detail { name: "privateIPv4Address", value: address });
    }
    Attachment {
        id: world.account.uuid("eni-attachment", &task.arn),
        r#type: "ElasticNetworkInterface",
        status: match (eni, task.at.connectivity) {
            (Some(_), _) => "ATTACHED",
            (None, None) if task.status != TaskStatus::Stopped => "PRECREATED",
            _ => "DELETED",
        },
        details,
    }
}

fn container(
    world: &World,
    id: TaskId,
    attachment: &str,
    container: &Container,
    state: &ContainerState,
) -> ContainerDescription {
    let task = &world.ecs.tasks[id];
    let definition = &world.ecs.definitions[task.definition];
    let entity = format!("{}/{}", task.arn, container.name);
    let over = state.exit_code.is_some() || task.status >= TaskStatus::Deprovisioning;
    let eni = world.network.eni_of(id).map(|eni| world.network.eni(eni));
    let interface = eni.map(|eni| NetworkInterface {
        attachment_id: attachment.to_owned(),
        private_ipv4_address: eni.private_ip.to_string(),
    });
    let runtime = || format!("{}-{}", task.uuid, &world.account.decimal("runtime", &entity)[..10]);
    let last_status = match state.started {
        _ if over => "STOPPED",
        Some(_) => "RUNNING",
        None => "PENDING",
    };
    let agent = ManagedAgent {
        last_started_at: state.started.map(|at| world.account.wall(at)),
        name: "ExecuteCommandAgent",
        last_status,
    };
    ContainerDescription {
        managed_agents: world.ecs.execute_command_of(id).then_some(agent).into_iter().collect(),
        container_arn: container_arn(world, id, &container.name),
        task_arn: task.arn.clone(),
        name: container.name.clone(),
        image: container.image.clone(),
        runtime_id: state.started.map(|_| runtime()),
        last_status,
        exit_code: state.exit_code,
        reason: state.reason.as_ref().map(|reason| reason.to_string()),
        network_bindings: network_bindings(task, &container.name, definition, state),
        network_interfaces: interface.into_iter().collect(),
        health_status: state.health.into(),
        cpu: container.cpu.to_string(),
        memory: container.memory.map(|mib| mib.to_string()),
    }
}

/// `container/{cluster}/{task}/{uuid}` [CP-007].
pub(super) fn container_arn(world: &World, id: TaskId, name: &str) -> String {
    let task = &world.ecs.tasks[id];
    let cluster = &world.ecs.clusters[task.cluster].name;
    let uuid = world.account.uuid("container", &format!("{}/{name}", task.arn));
    world.account.arn("ecs", &format!("container/{cluster}/{}/{uuid}", task.uuid))
}
