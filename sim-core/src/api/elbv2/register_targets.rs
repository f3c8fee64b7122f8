//! `elasticloadbalancing:RegisterTargets`.

use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{group, invalid};
use crate::api::operation::NoOutput;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::capacity::HostState;
use crate::world::ecs::TaskId;
use crate::world::elb::{self, TargetGroupId, TargetType};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:RegisterTargets` — registers addresses of tasks, or ports of instances, by hand; ECS does it by itself
/// for the tasks of a service with this target group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RegisterTargets {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
    /// Whom.
    pub targets: Vec<TargetInput>,
}

/// A target.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetInput {
    /// Its address, that of a task; or the id of an instance, as the type of the target group has it.
    pub id: String,
    /// Its port; the group's unless set. Address and port together are a target [TR-029]: the same instance may be there with
    /// several ports.
    pub port: Option<u16>,
    /// The zone of a task is known, so this is only for addresses outside of the VPC; there are none.
    pub availability_zone: Option<String>,
    /// Not modelled.
    #[serde(default)]
    pub quic_server_id: NotModelled,
}

/// Targets of one group [count] [TR-010].
const TARGETS_MAX: usize = 1000;

impl TargetInput {
    /// The task behind a target, its container, and the container's port.
    fn checked(&self, world: &World, to: TargetGroupId, place: &str) -> Result<(TaskId, u16, u16), ApiError> {
        let port = match self.port.unwrap_or(world.elb.groups[to].port) {
            0 => return Err(invalid("Port '0' must be between 1 and 65535").at(place)),
            port => port,
        };
        match world.elb.groups[to].target_type {
            TargetType::Instance => self.on_instance(world, port, place),
            TargetType::Ip => self.with_address(world, port, place),
        }
    }

    /// The task that has the port of the instance, which has to be running [TR-165].
    fn on_instance(&self, world: &World, port: u16, place: &str) -> Result<(TaskId, u16, u16), ApiError> {
        let refuse = |message: String| ApiError::new("InvalidTarget", message).at(place);
        let Some(host) = world.ec2.host_named(&self.id).map(|host| &world.ec2.hosts[host]) else {
            let error = refuse(format!("The instance ID '{}' does not exist", self.id));
            return Err(error.help("`aws ec2 describe-instances` lists the instances"));
        };
        if host.state != HostState::Running {
            let message =
                format!("The following targets are not in a running state and cannot be registered: '{}'", host.id);
            return Err(refuse(message));
        }
        let Some((task, at)) = elb::behind(&host.id, port, &world.ecs) else {
            let message = format!(
                "no task on instance '{}' has the host port {port}, and nothing else is modelled by this simulator",
                host.id
            );
            return Err(refuse(message).help("start the task first: `hostPort` of its port mapping says the port"));
        };
        Ok((task, at.container, at.container_port))
    }

    /// The task that has the address, and the container that listens on the port, if any is known to.
    fn with_address(&self, world: &World, port: u16, place: &str) -> Result<(TaskId, u16, u16), ApiError> {
        let refuse = |message: String| ApiError::new("InvalidTarget", message).at(place);
        let Ok(address) = self.id.parse::<Ipv4Addr>() else {
            return Err(invalid(format!("The IP address '{}' is not a valid IPv4 address", self.id)).at(place));
        };
        // Never a public address [TR-027].
        if !address.is_private() && !is_shared(address) {
            let message = format!("The IP address '{address}' is not within the VPC or a private range");
            return Err(refuse(message));
        }
        let has_it =
            |task: &TaskId| world.network.eni_of(*task).is_some_and(|eni| world.network.eni(eni).private_ip == address);
        let Some(task) = world.ecs.tasks.iter().map(|(id, _)| id).find(has_it) else {
            let message =
                format!("no task has the address '{address}', and nothing else is modelled by this simulator");
            return Err(refuse(message));
        };
        let definition = &world.ecs.definitions[world.ecs.tasks[task].definition];
        let mut containers = definition.containers.iter();
        let listens = containers.position(|one| one.ports.iter().any(|mapping| mapping.container_port == port));
        let container = listens.unwrap_or(0);
        Ok((task, container as u16, port))
    }
}

/// 100.64.0.0/10, which is as good as private.
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && second & 0b1100_0000 == 64
}

impl Operation for RegisterTargets {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "RegisterTargets";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let to = group(world, &self.target_group_arn, "TargetGroupArn")?;
        if self.targets.is_empty() {
            return Err(invalid("You must specify targets").at("Targets"));
        }
        let checked = self.targets.iter().enumerate();
        let checked = checked.map(|(index, target)| target.checked(world, to, &format!("Targets[{index}]")));
        let checked = checked.collect::<Result<Vec<_>, _>>()?;
        if world.elb.groups[to].targets.len() + checked.len() > TARGETS_MAX {
            let message = format!("A target group can have at most '{TARGETS_MAX}' targets");
            return Err(ApiError::new("TooManyTargets", message).at("Targets"));
        }
        world.lend(|w| &mut w.elb, |elb, peers| elb.register_by_hand(to, &checked, peers, ctx));
        Ok(NoOutput {})
    }
}
