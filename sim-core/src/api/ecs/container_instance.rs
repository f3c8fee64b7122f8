//! A container instance as AWS describes it, and how one is named.

use serde::Serialize;

use super::attribute::AttributeDescription;
use super::tag::{self, Tag};
use crate::api::ApiError;
use crate::world::World;
use crate::world::ecs::{ClusterId, ContainerInstance, InstanceId, TaskStatus, Transport};

/// `ContainerInstance`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerInstanceDescription {
    /// `container-instance/{cluster}/{id}`.
    pub container_instance_arn: String,
    /// Its id in EC2.
    pub ec2_instance_id: String,
    /// That of its Auto Scaling group, if its cluster has it; none when it registered by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_provider_name: Option<String>,
    /// Rises with every change that raises an event.
    pub version: u32,
    /// What runs on it.
    pub version_info: VersionInfo,
    /// What is not taken.
    pub remaining_resources: Vec<Resource>,
    /// What it has [CP-232].
    pub registered_resources: Vec<Resource>,
    /// `ACTIVE`, `DRAINING` or `INACTIVE` [CP-224].
    pub status: &'static str,
    /// Whether ECS hears its agent [CP-225].
    pub agent_connected: bool,
    /// Tasks that are to run [count] [CP-120].
    pub running_tasks_count: usize,
    /// Tasks in PENDING [count].
    pub pending_tasks_count: usize,
    /// Built-in and custom ones [CA-115].
    pub attributes: Vec<AttributeDescription>,
    /// When.
    pub registered_at: String,
    /// None.
    pub attachments: Vec<()>,
    /// Labels, if they are asked for.
    pub tags: Vec<Tag>,
}

/// `VersionInfo`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionInfo {
    /// The agent whose rules these are.
    pub agent_version: &'static str,
}

/// `Resource`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// `CPU`, `MEMORY`, `PORTS` or `PORTS_UDP`.
    pub name: &'static str,
    /// `INTEGER` or `STRINGSET`.
    pub r#type: &'static str,
    /// Not used.
    pub double_value: f64,
    /// Not used.
    pub long_value: i64,
    /// [units] or [MiB].
    pub integer_value: u32,
    /// Reserved host ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string_set_value: Option<Vec<String>>,
}

fn number(name: &'static str, integer_value: u32) -> Resource {
    Resource { name, r#type: "INTEGER", double_value: 0.0, long_value: 0, integer_value, string_set_value: None }
}

fn ports(name: &'static str, transport: Transport, ports: impl Iterator<Item = (Transport, u16)>) -> Resource {
    let own = ports.filter(|&(of, _)| of == transport).map(|(_, port)| port.to_string());
    Resource { name, r#type: "STRINGSET", string_set_value: Some(own.collect()), ..number(name, 0) }
}

impl ContainerInstanceDescription {
    /// Describes an instance as it is now.
    pub(crate) fn of(world: &World, id: InstanceId, with_tags: bool) -> ContainerInstanceDescription {
        let it = &world.ecs.instances[id];
        let room = it.room();
        let pending = it.tasks.iter().filter(|&&task| world.ecs.tasks[task].status == TaskStatus::Pending);
        ContainerInstanceDescription {
            container_instance_arn: it.arn.clone(),
            ec2_instance_id: it.ec2_id.clone(),
            capacity_provider_name: world.ecs.provider_of(id, world).map(|of| world.ecs.providers[of].name.clone()),
            version: it.version,
            version_info: VersionInfo { agent_version: ContainerInstance::AGENT_VERSION },
            remaining_resources: vec![
                number("CPU", room.cpu),
                number("MEMORY", room.memory),
                ports("PORTS", Transport::Tcp, it.reserved_ports()),
                ports("PORTS_UDP", Transport::Udp, it.reserved_ports()),
            ],
            registered_resources: vec![
                number("CPU", it.registered.cpu),
                number("MEMORY", it.registered.memory),
                ports("PORTS", Transport::Tcp, it.reserved.iter().copied()),
                ports("PORTS_UDP", Transport::Udp, it.reserved.iter().copied()),
            ],
            status: it.status.into(),
            agent_connected: it.connected,
            running_tasks_count: world.ecs.tasks_wanted_on(id),
            pending_tasks_count: pending.count(),
            attributes: it.attributes.iter().map(|(name, value)| AttributeDescription::short(name, value)).collect(),
            registered_at: world.account.wall(it.registered_at),
            attachments: Vec::new(),
            tags: if with_tags { tag::described(&it.tags) } else { Vec::new() },
        }
    }
}

/// The container instance that a request names: by id or ARN; or by its id in EC2, or this simulator's own short name, such
/// as `instance#1` for the first EC2 instance.
pub(crate) fn find(world: &World, cluster: ClusterId, name: &str, place: &str) -> Result<InstanceId, ApiError> {
    world.ecs.instance_named(cluster, name).ok_or_else(|| {
        let known: Vec<&str> = world.ecs.instances_in(cluster).map(|id| &*world.ecs.instances[id].name).collect();
        let error = ApiError::invalid_parameter("Referenced container instance not found.").at(place);
        match known.as_slice() {
            [] => error.help("The cluster has no container instance."),
            known => error.help(format!("The cluster has {}.", known.join(", "))),
        }
    })
}

/// Whether as many instances are named as a call takes, each by its name; `what` is the list's name in AWS's message.
pub(crate) fn check_count(names: &[String], most: usize, what: &str) -> Result<(), ApiError> {
    let error = |message: String| Err(ApiError::invalid_parameter(message).at("containerInstances"));
    match names.len() {
        0 => error("Container instances cannot be empty.".into()),
        count if count > most => error(format!("{what} can have at most {most} items.")),
        _ => Ok(()),
    }
}
