//! `ecs:RegisterTaskDefinition`.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_definition::ContainerDefinition;
use super::container_dependency;
use super::placement::{self, PlacementConstraint};
use super::tag::{self, Tag};
use super::task_definition::TaskDefinitionDescription;
use super::{task_size, valid_name};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::ecs::{self, Constraint, Limits, NewDefinition};
use crate::world::iam::RoleId;
use crate::world::{Ctx, World};

/// Containers of a task definition [count] [CP-021].
const CONTAINERS_MAX: usize = 10;
/// A task definition as JSON [bytes] [CP-021].
const BYTES_MAX: usize = 65_536;

/// `ecs:RegisterTaskDefinition` — writes the next revision of a family.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterTaskDefinition {
    /// Up to 255 letters, digits, `_` and `-`. Its first registration is revision 1 [CP-033].
    pub family: String,
    /// The role of the application: name or ARN.
    #[serde(skip_serializing)]
    pub task_role_arn: Option<String>,
    /// The role that pulls images and writes logs: name or ARN. Required for `awslogs` and for images in ECR [CP-047].
    #[serde(skip_serializing)]
    pub execution_role_arn: Option<String>,
    /// `bridge` unless set [CP-036]; on Fargate `awsvpc` [CP-050].
    pub network_mode: Option<NetworkMode>,
    /// One to ten containers, at least one of them essential [CP-021][CP-036].
    pub container_definitions: Vec<ContainerDefinition>,
    /// Scratch space that containers share; stored.
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Which container instances will do: `memberOf` only, at most 10 [CP-025]; not on Fargate [CP-049].
    #[serde(default, skip_serializing)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// What to check the definition against [CP-048]: `FARGATE` or `EC2`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_compatibilities: Vec<Compatibility>,
    /// Task-level CPU: units such as `256`, or text such as `.25 vCPU` [CP-037]; on EC2 128 to 196,608, or none [CP-038]. Fargate has 256, 512, 1024, 2048,
    /// 4096, 8192 and 16384 [CP-039].
    pub cpu: Option<String>,
    /// Task-level memory: MiB such as `512`, or text such as `0.5 GB` [CP-037]. What Fargate has depends on `cpu`
    /// [CP-039].
    pub memory: Option<String>,
    /// Labels, at most 50.
    #[serde(default, skip_serializing)]
    pub tags: Vec<Tag>,
    /// `task` on Fargate; stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid_mode: Option<PidMode>,
    /// Not on Fargate [CP-049].
    #[serde(skip_serializing)]
    pub ipc_mode: Option<String>,
    /// App Mesh; not modelled.
    #[serde(default, skip_serializing)]
    pub proxy_configuration: NotModelled,
    /// Elastic Inference; not modelled.
    #[serde(default, skip_serializing)]
    pub inference_accelerators: NotModelled,
    /// The task's disk; 20 GiB unless set [CA-008].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// Linux on `X86_64` unless set [CP-074].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_platform: Option<RuntimePlatform>,
    /// Fault injection from inside; not modelled. False unless set [CP-036].
    #[serde(default, skip_serializing)]
    pub enable_fault_injection: NotModelled,
}

/// `networkMode` [CP-050].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NetworkMode {
    /// Docker's own network; EC2 only.
    Bridge,
    /// The instance's network; EC2 only.
    Host,
    /// An ENI of its own.
    Awsvpc,
    /// No network; EC2 only.
    None,
}

/// `requiresCompatibilities` [CP-048].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compatibility {
    /// Container instances.
    Ec2,
    /// Fargate.
    Fargate,
    /// Machines of one's own; not modelled.
    External,
    /// Instances that ECS manages; not modelled.
    ManagedInstances,
}

/// `pidMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PidMode {
    /// Containers see the instance's processes; EC2 only.
    Host,
    /// Containers see each other's processes.
    Task,
}

/// `volumes`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// What mount points call it.
    pub name: String,
    /// Space on the task's own disk; stored.
    #[serde(default)]
    pub host: HostVolume,
    /// Not on Fargate [CP-049].
    #[serde(skip_serializing)]
    pub docker_volume_configuration: Option<serde_json::Value>,
    /// EFS; not modelled.
    #[serde(default, skip_serializing)]
    pub efs_volume_configuration: NotModelled,
    /// FSx; not modelled.
    #[serde(default, skip_serializing)]
    pub fsx_windows_file_server_volume_configuration: NotModelled,
    /// EBS; not modelled.
    #[serde(default, skip_serializing)]
    pub configured_at_launch: NotModelled,
}

/// `host` of a volume.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostVolume {
    /// Not on Fargate [CP-049].
    #[serde(skip_serializing)]
    pub source_path: Option<String>,
}

/// `ephemeralStorage`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EphemeralStorage {
    /// [GiB], 21 to 200 [CA-008][CP-072].
    #[serde(rename = "sizeInGiB")]
    #[schemars(range(min = 21, max = 200))]
    pub size_in_gib: u32,
}

/// `runtimePlatform` [CP-074].
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuntimePlatform {
    /// `X86_64`; `ARM64`, which has other prices, is not modelled yet.
    #[serde(default)]
    pub cpu_architecture: Architecture,
    /// `LINUX`; the Windows families are not modelled.
    #[serde(default)]
    pub operating_system_family: OsFamily,
}

/// `cpuArchitecture`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Architecture {
    /// Intel and AMD.
    #[default]
    #[serde(rename = "X86_64")]
    X86,
    /// Graviton; not modelled.
    #[serde(rename = "ARM64")]
    Arm,
}

/// `operatingSystemFamily`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OsFamily {
    /// Linux.
    #[default]
    Linux,
}

/// What RegisterTaskDefinition answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterTaskDefinitionOutput {
    /// The revision.
    pub task_definition: TaskDefinitionDescription,
    /// Its labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// A task's size [CA-001].
#[derive(Clone, Copy, Debug)]
struct Size {
    cpu: u32,
    memory: u32,
}

impl RegisterTaskDefinition {
    /// Whether AWS checks the definition for Fargate.
    fn for_fargate(&self) -> bool {
        self.requires_compatibilities.contains(&Compatibility::Fargate)
    }

    /// What AWS checks wherever the definition runs.
    fn check(&self) -> Result<(), ApiError> {
        let error = |place: &str, message: &str| Err(ApiError::client(message).at(place));
        if self.family.is_empty() {
            return error("family", "Family should not be null or empty.");
        }
        if !valid_name(&self.family) {
            return error("family", "Family contains invalid characters.");
        }
        let containers = &self.container_definitions;
        if containers.is_empty() {
            return error("containerDefinitions", "Container list cannot be empty.");
        }
        if containers.len() > CONTAINERS_MAX {
            return error("containerDefinitions", "Too many containers.");
        }
        for (index, container) in containers.iter().enumerate() {
            let place = format!("containerDefinitions[{index}]");
            container.check(&place)?;
            if containers[..index].iter().any(|earlier| earlier.name == container.name) {
                return error(&format!("{place}.name"), "Container names must be unique within a Task Definition.");
            }
        }
        let mut port_names = BTreeSet::new();
        for (index, container) in containers.iter().enumerate() {
            for (which, port) in container.port_mappings.iter().enumerate() {
                // Service Connect finds a port by its name [CP-243].
                if let Some(name) = port.name.as_ref().filter(|name| !port_names.insert(name.as_str())) {
                    let message = format!("The port mapping name {name} is given twice in the task definition.");
                    return error(&format!("containerDefinitions[{index}].portMappings[{which}].name"), &message);
                }
            }
        }
        if !containers.iter().any(|container| container.essential) {
            return error("containerDefinitions", "Task definition doesn't have any essential container.");
        }
        container_dependency::check(containers)?;
        for (index, container) in containers.iter().enumerate() {
            for (mount, point) in container.mount_points.iter().enumerate() {
                if !self.volumes.iter().any(|volume| volume.name == point.source_volume) {
                    let place = format!("containerDefinitions[{index}].mountPoints[{mount}].sourceVolume");
                    return error(&place, &format!("Unknown volume '{}'.", point.source_volume));
                }
            }
        }
        Ok(())
    }

    /// Host ports follow from the network mode [CP-051].
    fn check_ports(&self) -> Result<(), ApiError> {
        let mode = match self.network_mode {
            Some(NetworkMode::Awsvpc) => "awsvpc",
            Some(NetworkMode::Host) => "host",
            _ => return Ok(()),
        };
        for (index, container) in self.container_definitions.iter().enumerate() {
            let other = |port: u16, host: Option<u16>| host.is_some_and(|host| host != port);
            let ports = &container.port_mappings;
            if let Some(which) = ports.iter().position(|port| other(port.container_port, port.host_port)) {
                let message =
                    format!("When networkMode={mode}, the host ports and container ports in port mappings must match.");
                let place = format!("containerDefinitions[{index}].portMappings[{which}].hostPort");
                return Err(ApiError::client(message).at(place));
            }
        }
        Ok(())
    }

    /// Without memory for the task, each container must say its own [CP-042][CP-047]. Fargate asks for the task's
    /// in any case.
    fn check_container_memory(&self) -> Result<(), ApiError> {
        let without = |c: &ContainerDefinition| c.memory.is_none() && c.memory_reservation.is_none();
        if self.memory.is_some() || self.for_fargate() {
            return Ok(());
        }
        let Some(index) = self.container_definitions.iter().position(without) else { return Ok(()) };
        let message = format!(
            "Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified.",
            self.container_definitions[index].name
        );
        Err(ApiError::client(message).at(format!("containerDefinitions[{index}].memory")))
    }

    /// The task's size, one of those that Fargate has [CP-039][CP-046].
    fn size(&self) -> Result<Size, ApiError> {
        let missing = |what: &str| {
            ApiError::client(format!("Fargate requires that '{what}' be defined at the task level.")).at(what)
        };
        let invalid = |what: &str| {
            let message = format!(
                "Invalid '{what}' setting for task. For more information, see the Troubleshooting section of the \
                 Amazon ECS Developer Guide."
            );
            ApiError::client(message).at(what)
        };
        let cpu = self.cpu.as_deref().ok_or_else(|| missing("cpu"))?;
        let memory = self.memory.as_deref().ok_or_else(|| missing("memory"))?;
        let cpu = task_size::cpu_units(cpu).filter(|units| (128..=196_608).contains(units));
        let cpu = cpu.ok_or_else(|| invalid("cpu"))?;
        let memory = task_size::memory_mib(memory).filter(|&mib| mib > 0).ok_or_else(|| invalid("memory"))?;
        let sizes = task_size::fargate_memory(cpu);
        if sizes.contains(&memory) {
            return Ok(Size { cpu, memory });
        }
        let error = ApiError::client("No Fargate configuration exists for given values.");
        match sizes.as_slice() {
            [] => {
                let all: Vec<_> = task_size::fargate_cpu().map(|units| units.to_string()).collect();
                Err(error.at("cpu").help(format!("cpu may be {}.", all.join(", "))))
            }
            [smallest, second, .., largest] => {
                let help = format!("With cpu {cpu}, memory may be {smallest}, {second} … {largest} MiB.");
                Err(error.at("memory").help(help))
            }
            _ => Err(error.at("memory")),
        }
    }

    /// Containers share what the task has [CP-041].
    fn check_shares(&self, size: Size) -> Result<(), ApiError> {
        let containers = &self.container_definitions;
        for (index, container) in containers.iter().enumerate() {
            let reserved = container.memory.or(container.memory_reservation);
            for (what, own, whole) in [("cpu", Some(container.cpu), size.cpu), ("memory", reserved, size.memory)] {
                if own.is_some_and(|own| own > whole) {
                    let name = &container.name;
                    let message = format!("The '{what}' setting for container '{name}' is greater than for the task.");
                    return Err(ApiError::client(message).at(format!("containerDefinitions[{index}].{what}")));
                }
            }
        }
        let sum = |of: fn(&ContainerDefinition) -> u32| containers.iter().map(|c| u64::from(of(c))).sum::<u64>();
        let sums = [
            ("cpu", "cpu", sum(|c| c.cpu), size.cpu),
            ("memory", "memory", sum(|c| c.memory.unwrap_or(0)), size.memory),
            ("memoryReservation", "memory", sum(|c| c.memory_reservation.unwrap_or(0)), size.memory),
        ];
        match sums.into_iter().find(|&(_, _, sum, whole)| sum > u64::from(whole)) {
            Some((part, whole, ..)) => {
                let message = format!(
                    "The sum of all container '{part}' values cannot be greater than the value of the task '{whole}'."
                );
                Err(ApiError::client(message).at("containerDefinitions"))
            }
            None => Ok(()),
        }
    }

    /// What a definition asks of container instances: CPU and memory for the task may be left out [CP-038]; then what its
    /// containers take together counts [CP-043].
    fn check_ec2(&self) -> Result<Size, ApiError> {
        let invalid = |what: &str| {
            let message = format!(
                "Invalid '{what}' setting for task. For more information, see the Troubleshooting section of the \
                 Amazon ECS Developer Guide."
            );
            ApiError::client(message).at(what)
        };
        let cpu = self.cpu.as_deref().map(|cpu| {
            task_size::cpu_units(cpu).filter(|units| (128..=196_608).contains(units)).ok_or_else(|| invalid("cpu"))
        });
        let memory = self
            .memory
            .as_deref()
            .map(|memory| task_size::memory_mib(memory).filter(|&mib| mib > 0).ok_or_else(|| invalid("memory")));
        let (cpu, memory) = (cpu.transpose()?, memory.transpose()?);
        self.check_shares(Size { cpu: cpu.unwrap_or(u32::MAX), memory: memory.unwrap_or(u32::MAX) })?;
        if self.network_mode == Some(NetworkMode::None)
            && let Some(index) = self.container_definitions.iter().position(|it| !it.port_mappings.is_empty())
        {
            let message = "Port mappings are not supported when networkMode=none.";
            return Err(ApiError::client(message).at(format!("containerDefinitions[{index}].portMappings")));
        }
        if self.runtime_platform.is_some_and(|platform| platform.cpu_architecture == Architecture::Arm) {
            let message = "The CPU architecture ARM64 is not modelled by this simulator.";
            return Err(ApiError::client(message).at("runtimePlatform.cpuArchitecture").help("Use X86_64."));
        }
        for (index, container) in self.container_definitions.iter().enumerate() {
            let place = format!("containerDefinitions[{index}]");
            container.check_modelled(&place)?;
            container.check_logs(&place, true)?;
        }
        let sum = |of: fn(&ContainerDefinition) -> u32| {
            let all = self.container_definitions.iter().map(|it| u64::from(of(it))).sum::<u64>();
            u32::try_from(all).unwrap_or(u32::MAX)
        };
        let reserved = |it: &ContainerDefinition| it.memory_reservation.or(it.memory).unwrap_or(0);
        Ok(Size { cpu: cpu.unwrap_or_else(|| sum(|it| it.cpu)), memory: memory.unwrap_or_else(|| sum(reserved)) })
    }

    /// What Fargate does not have [CP-049], and what it needs [CP-047]: among others a role that may pull from the
    /// account's own registry [IA-138].
    fn check_fargate(&self, world: &World) -> Result<Size, ApiError> {
        if self.network_mode != Some(NetworkMode::Awsvpc) {
            let error = ApiError::client("Fargate only supports network mode ‘awsvpc’.");
            return Err(error.at("networkMode"));
        }
        let size = self.size()?;
        let not_on_fargate = |what: &str, place: String| {
            Err(ApiError::client(format!("Fargate compatible task definitions do not support {what}")).at(place))
        };
        if self.ipc_mode.is_some() {
            return not_on_fargate("ipcMode", "ipcMode".into());
        }
        if self.pid_mode == Some(PidMode::Host) {
            return not_on_fargate("pidMode host", "pidMode".into());
        }
        if !self.placement_constraints.is_empty() {
            return not_on_fargate("constraints", "placementConstraints".into());
        }
        for (index, volume) in self.volumes.iter().enumerate() {
            if volume.docker_volume_configuration.is_some() {
                let place = format!("volumes[{index}].dockerVolumeConfiguration");
                return not_on_fargate("dockerVolumeConfiguration", place);
            }
            if volume.host.source_path.is_some() {
                return not_on_fargate("sourcePath", format!("volumes[{index}].host.sourcePath"));
            }
        }
        if self.ephemeral_storage.is_some_and(|storage| !(21..=200).contains(&storage.size_in_gib)) {
            let message = "Ephemeral storage size must be between 21 and 200 GiB.";
            return Err(ApiError::client(message).at("ephemeralStorage.sizeInGiB"));
        }
        if self.runtime_platform.is_some_and(|platform| platform.cpu_architecture == Architecture::Arm) {
            let message = "The CPU architecture ARM64 is not modelled by this simulator.";
            return Err(ApiError::client(message).at("runtimePlatform.cpuArchitecture").help("Use X86_64."));
        }
        self.check_shares(size)?;
        let in_ecr = |image: &str| world.ecr.reference(image, &world.account).private;
        for (index, container) in self.container_definitions.iter().enumerate() {
            let place = format!("containerDefinitions[{index}]");
            container.check_fargate(&place)?;
            container.check_logs(&place, self.execution_role_arn.is_some())?;
            if self.execution_role_arn.is_none() && in_ecr(&container.image) {
                let message = "Fargate requires task definition to have execution role ARN to support ECR images.";
                return Err(ApiError::client(message).at("executionRoleArn"));
            }
        }
        Ok(size)
    }
}

/// The role that a field names.
fn role(name: Option<&str>, place: &str, world: &World) -> Result<Option<RoleId>, ApiError> {
    let Some(name) = name else { return Ok(None) };
    match world.iam.role_named(name) {
        Some(role) => Ok(Some(role)),
        None => {
            let help = format!("There is no role {name}: create it first.");
            Err(ApiError::client("Role is not valid").at(place).help(help))
        }
    }
}

impl Operation for RegisterTaskDefinition {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "RegisterTaskDefinition";
    const TABLE: Option<&'static str> = Some("ecs.taskDefinition");
    type Output = RegisterTaskDefinitionOutput;

    fn apply(mut self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let not_modelled = |which: &Compatibility| !matches!(which, Compatibility::Ec2 | Compatibility::Fargate);
        if let Some(index) = self.requires_compatibilities.iter().position(not_modelled) {
            let error = ApiError::client("EXTERNAL and MANAGED_INSTANCES are not modelled by this simulator.");
            return Err(error.at(format!("requiresCompatibilities[{index}]")).help("Use FARGATE or EC2."));
        }
        self.check()?;
        if self.for_fargate() && self.network_mode != Some(NetworkMode::Awsvpc) {
            self.check_fargate(world)?;
        }
        self.check_ports()?;
        self.check_container_memory()?;
        let on_fargate = self.check_fargate(world);
        let size = if self.for_fargate() { on_fargate.clone()? } else { self.check_ec2()? };
        let constraints = placement::constraints(&self.placement_constraints, 0)?;
        if let Some(index) = constraints.iter().position(|one| *one == Constraint::DistinctInstance) {
            let message = "Task definitions take only placement constraints of the type memberOf.";
            return Err(ApiError::client(message).at(format!("placementConstraints[{index}].type")));
        }
        let execution_role = role(self.execution_role_arn.as_deref(), "executionRoleArn", world)?;
        let task_role = role(self.task_role_arn.as_deref(), "taskRoleArn", world)?;
        let tags = tag::checked(&self.tags)?;

        let limits = Limits { cpu: self.cpu.is_some(), memory: self.memory.is_some() };
        self.cpu = self.cpu.map(|_| size.cpu.to_string());
        self.memory = self.memory.map(|_| size.memory.to_string());
        let mode = match self.network_mode.unwrap_or(NetworkMode::Bridge) {
            NetworkMode::Awsvpc => ecs::NetworkMode::Awsvpc,
            NetworkMode::Bridge => ecs::NetworkMode::Bridge,
            NetworkMode::Host => ecs::NetworkMode::Host,
            NetworkMode::None => ecs::NetworkMode::None,
        };
        self.network_mode.get_or_insert(NetworkMode::Bridge);
        for port in self.container_definitions.iter_mut().flat_map(|c| &mut c.port_mappings) {
            let usual = if mode == ecs::NetworkMode::Bridge { 0 } else { port.container_port };
            port.host_port = Some(port.host_port.filter(|&port| port != 0).unwrap_or(usual));
        }
        let described = serde_json::to_value(&self).expect("inputs are plain data");
        let bytes = described.to_string().len();
        if bytes > BYTES_MAX {
            let message = format!("Actual length: '{bytes}'. Max allowed length is '{BYTES_MAX}' bytes.");
            return Err(ApiError::client(message));
        }
        let containers = &self.container_definitions;
        let new = NewDefinition {
            family: self.family,
            cpu: size.cpu,
            memory: size.memory,
            limits,
            mode,
            constraints,
            for_fargate: on_fargate.is_ok(),
            ephemeral_storage: self.ephemeral_storage.map_or(20, |storage| storage.size_in_gib),
            execution_role,
            task_role,
            containers: containers.iter().map(|container| container.container(containers)).collect(),
            described,
            tags,
        };
        let definition = world.ecs.register(new, &world.account, ctx);
        Ok(RegisterTaskDefinitionOutput {
            task_definition: TaskDefinitionDescription::of(world, definition),
            tags: self.tags,
        })
    }
}
