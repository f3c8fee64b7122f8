//! A container of a task definition, as AWS writes it, and what AWS checks about it alone.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_dependency::{self, ContainerDependency};
use super::container_health_check::ContainerHealthCheck;
use super::container_restart_policy::ContainerRestartPolicy;
use super::valid_name;
use crate::api::{ApiError, NotModelled};
use crate::world::ecs::{Container, LogConfiguration as Logs, PortMapping as Port, Transport};

/// `ContainerDefinition`.
///
/// Fields that say what runs inside (`command`, `environment`, `user`…) are stored and described; how the container
/// behaves is said by `[[world.app]]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerDefinition {
    /// Unique in the task definition; up to 255 letters, digits, `_` and `-`.
    pub name: String,
    /// `repository:tag`, or a registry's full spelling, or with `@sha256:…`.
    pub image: String,
    /// Credentials of a private registry; not modelled.
    #[serde(default, skip_serializing)]
    pub repository_credentials: NotModelled,
    /// Share of the task's CPU [units, 1,024 = 1 vCPU]; 0 unless set: no share of its own.
    #[serde(default)]
    pub cpu: u32,
    /// Hard limit [MiB], at least 6 [CP-042]: what grows beyond it is killed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 6))]
    pub memory: Option<u32>,
    /// What it takes of a container instance [MiB], where the task says nothing [CP-043].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 6))]
    pub memory_reservation: Option<u32>,
    /// Stored; not on Fargate [CP-049].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// The ports on which it listens.
    #[serde(default)]
    pub port_mappings: Vec<PortMapping>,
    /// Whether its end is the task's end; true unless set [CP-036].
    #[serde(default = "yes")]
    pub essential: bool,
    /// Whether it is started again in place when it ends; not unless set [CP-063].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<ContainerRestartPolicy>,
    /// Stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry_point: Vec<String>,
    /// Stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Stored.
    #[serde(default)]
    pub environment: Vec<KeyValuePair>,
    /// Variables from S3; not modelled.
    #[serde(default, skip_serializing)]
    pub environment_files: NotModelled,
    /// Stored.
    #[serde(default)]
    pub mount_points: Vec<MountPoint>,
    /// Stored.
    #[serde(default)]
    pub volumes_from: Vec<VolumeFrom>,
    /// Stored as far as Fargate has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux_parameters: Option<LinuxParameters>,
    /// Values from Secrets Manager and Parameter Store; not modelled.
    #[serde(default, skip_serializing)]
    pub secrets: NotModelled,
    /// Which containers must have come how far before this one starts [CP-056]; it stops before they do [CP-057].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<ContainerDependency>,
    /// How long containers that depend on this one wait, from its start, until it is complete, successful or healthy [s],
    /// 2 to 120; for ever unless set [CP-060].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 120))]
    pub start_timeout: Option<u32>,
    /// From the stop signal to SIGKILL [s]; 30 unless set, 2 to 120 [CP-061][TR-110][TR-111].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 120))]
    pub stop_timeout: Option<u32>,
    /// `enabled` unless set: all tasks of a deployment get the image that its first one found; `disabled`: each gets what the
    /// tag means when it is pulled [IM-085].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_consistency: Option<VersionConsistency>,
    /// Stored; not with `awsvpc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Stored; not on Fargate [CP-049].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_networking: Option<bool>,
    /// Stored; not on Fargate [CP-049].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privileged: Option<bool>,
    /// Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readonly_root_filesystem: Option<bool>,
    /// Stored; not on Fargate [CP-049].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_servers: Vec<String>,
    /// Stored; not on Fargate [CP-049].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_search_domains: Vec<String>,
    /// Stored; not on Fargate [CP-049].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<HostEntry>,
    /// Stored; not on Fargate [CP-049].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub docker_security_options: Vec<String>,
    /// Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interactive: Option<bool>,
    /// Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudo_terminal: Option<bool>,
    /// Stored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub docker_labels: BTreeMap<String, String>,
    /// Stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ulimits: Vec<Ulimit>,
    /// Where its output goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_configuration: Option<LogConfiguration>,
    /// A check inside the container; none unless set [CP-066].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check: Option<ContainerHealthCheck>,
    /// Stored.
    #[serde(default)]
    pub system_controls: Vec<SystemControl>,
    /// GPUs; not modelled, and not on Fargate [CP-049].
    #[serde(default, skip_serializing)]
    pub resource_requirements: Vec<ResourceRequirement>,
    /// Log routing; not modelled.
    #[serde(default, skip_serializing)]
    pub firelens_configuration: NotModelled,
    /// Credentials of Active Directory; not modelled.
    #[serde(default, skip_serializing)]
    pub credential_specs: NotModelled,
}

fn yes() -> bool {
    true
}

/// `PortMapping`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PortMapping {
    /// The port in the container, 1 to 65535.
    #[schemars(range(min = 1))]
    pub container_port: u16,
    /// The same port, or left out; with `bridge` another one, or 0 for any that is free [CP-051].
    pub host_port: Option<u16>,
    /// `tcp` unless set [CP-036].
    #[serde(default)]
    pub protocol: TransportProtocol,
    /// What Service Connect calls it; unique in the task definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the proxies of Service Connect understand; only connections unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<ApplicationProtocol>,
    /// Many ports at once; not modelled.
    #[serde(default, skip_serializing)]
    pub container_port_range: NotModelled,
}

/// `protocol` of a port mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TransportProtocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// `appProtocol` of a port mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationProtocol {
    /// HTTP/1.
    Http,
    /// HTTP/2.
    Http2,
    /// gRPC.
    Grpc,
}

/// A named value.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyValuePair {
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// Where a volume appears in a container.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MountPoint {
    /// One of the task definition's volumes.
    pub source_volume: String,
    /// The path in the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_path: Option<String>,
    /// False unless set.
    #[serde(default)]
    pub read_only: bool,
}

/// Another container whose volumes this one sees.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeFrom {
    /// Its name.
    pub source_container: String,
    /// False unless set.
    #[serde(default)]
    pub read_only: bool,
}

/// `LinuxParameters`: of these, Fargate has `initProcessEnabled` and the capability `SYS_PTRACE` [CP-049].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinuxParameters {
    /// Linux capabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<KernelCapabilities>,
    /// Not on Fargate.
    #[serde(default, skip_serializing)]
    pub devices: Vec<serde_json::Value>,
    /// Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_process_enabled: Option<bool>,
    /// Not on Fargate [MiB].
    #[serde(skip_serializing)]
    pub shared_memory_size: Option<u32>,
    /// Not on Fargate.
    #[serde(default, skip_serializing)]
    pub tmpfs: Vec<serde_json::Value>,
    /// Not on Fargate [MiB].
    #[serde(skip_serializing)]
    pub max_swap: Option<u32>,
    /// Not on Fargate, 0 to 100.
    #[serde(skip_serializing)]
    pub swappiness: Option<u32>,
}

/// Linux capabilities beyond or below Docker's own.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KernelCapabilities {
    /// On Fargate only `SYS_PTRACE` [CP-049].
    #[serde(default)]
    pub add: Vec<String>,
    /// Any.
    #[serde(default)]
    pub drop: Vec<String>,
}

/// `versionConsistency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VersionConsistency {
    /// The first task of a deployment fixes what the tag means.
    Enabled,
    /// Each task asks again.
    Disabled,
}

/// A line of `/etc/hosts`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostEntry {
    /// The name.
    pub hostname: String,
    /// The address.
    pub ip_address: String,
}

/// A limit of the operating system.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ulimit {
    /// `nofile`, …
    pub name: String,
    /// The soft limit.
    pub soft_limit: i64,
    /// The hard limit.
    pub hard_limit: i64,
}

/// Where a container's output goes.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogConfiguration {
    /// `awslogs`; Fargate has `splunk` and `awsfirelens` too, which are not modelled [CP-070].
    pub log_driver: String,
    /// The driver's options. `awslogs-group`, `awslogs-region` and `awslogs-stream-prefix` are required [IA-073].
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// Options from Secrets Manager; not modelled.
    #[serde(default, skip_serializing)]
    pub secret_options: NotModelled,
}

/// A kernel parameter.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemControl {
    /// `net.core.somaxconn`, …
    pub namespace: String,
    /// Its value.
    pub value: String,
}

/// A GPU or an inference accelerator.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceRequirement {
    /// `GPU` or `InferenceAccelerator`.
    pub r#type: String,
    /// How many, or which.
    pub value: String,
}

impl PortMapping {
    /// As the world keeps it.
    fn kept(&self) -> Port {
        let transport = match self.protocol {
            TransportProtocol::Tcp => Transport::Tcp,
            TransportProtocol::Udp => Transport::Udp,
        };
        Port {
            container_port: self.container_port,
            host_port: self.host_port.unwrap_or(0),
            transport,
            name: self.name.clone(),
            http: self.app_protocol.is_some(),
        }
    }
}

/// ECS says this of everything that Fargate does not have.
fn not_on_fargate(what: &str, place: String) -> ApiError {
    ApiError::client(format!("Fargate compatible task definitions do not support {what}")).at(place)
}

impl ContainerDefinition {
    /// What AWS checks in every container, wherever it runs. `place` is the container's own.
    pub(crate) fn check(&self, place: &str) -> Result<(), ApiError> {
        let error = |field: &str, message: String| Err(ApiError::client(message).at(format!("{place}.{field}")));
        if self.name.is_empty() {
            return error("name", "Container.name should not be null or empty.".into());
        }
        if !valid_name(&self.name) {
            return error("name", "Container.name contains invalid characters.".into());
        }
        if self.image.trim().is_empty() {
            return error("image", "Container.image should not be null or empty.".into());
        }
        for (field, value) in [("memory", self.memory), ("memoryReservation", self.memory_reservation)] {
            if value.is_some_and(|mib| mib < 6) {
                return error(field, format!("Invalid '{field}' setting for container '{}'.", self.name));
            }
        }
        if let (Some(memory), Some(reservation)) = (self.memory, self.memory_reservation)
            && memory < reservation
        {
            let message = format!(
                "Invalid setting for container '{}'. 'memory' must be greater than or equal to 'memoryReservation'.",
                self.name
            );
            return error("memory", message);
        }
        for (field, word, value) in
            [("startTimeout", "start", self.start_timeout), ("stopTimeout", "stop", self.stop_timeout)]
        {
            if value.is_some_and(|seconds| seconds < 2) {
                let name = &self.name;
                let message = format!("Granular {word} timeout on container '{name}' must be at least 2 seconds.");
                return error(field, message);
            }
        }
        if let Some(check) = &self.health_check {
            check.check(&format!("{place}.healthCheck"), &self.name)?;
        }
        if let Some(policy) = &self.restart_policy {
            policy.check(&format!("{place}.restartPolicy"), &self.name)?;
        }
        for (index, port) in self.port_mappings.iter().enumerate() {
            if port.container_port == 0 {
                let message = "Container port must be between 1 and 65535.".into();
                return error(&format!("portMappings[{index}].containerPort"), message);
            }
            // Not even for another protocol [CP-054].
            let clash = |other: &PortMapping| other.container_port == port.container_port;
            if self.port_mappings[..index].iter().any(clash) {
                let message = format!("The container port {} is mapped twice.", port.container_port);
                return error(&format!("portMappings[{index}].containerPort"), message);
            }
        }
        Ok(())
    }

    /// What Fargate does not have, or has other limits for [CP-049].
    pub(crate) fn check_fargate(&self, place: &str) -> Result<(), ApiError> {
        let on = |flag: Option<bool>| flag == Some(true);
        let absent = [
            ("disableNetworking", on(self.disable_networking)),
            ("dnsSearchDomains", !self.dns_search_domains.is_empty()),
            ("dnsServers", !self.dns_servers.is_empty()),
            ("dockerSecurityOptions", !self.docker_security_options.is_empty()),
            ("extraHosts", !self.extra_hosts.is_empty()),
            ("links", !self.links.is_empty()),
            ("privileged", on(self.privileged)),
        ];
        if let Some((field, _)) = absent.into_iter().find(|(_, asked)| *asked) {
            return Err(not_on_fargate(field, format!("{place}.{field}")));
        }
        if !self.resource_requirements.is_empty() {
            let message = "Tasks using the Fargate launch type do not support GPU resource requirements.";
            return Err(ApiError::client(message).at(format!("{place}.resourceRequirements")));
        }
        if self.hostname.is_some() {
            let message = "hostname is not supported on container when networkMode=awsvpc.";
            return Err(ApiError::client(message).at(format!("{place}.hostname")));
        }
        if let Some(linux) = &self.linux_parameters {
            linux.check_fargate(&format!("{place}.linuxParameters"))?;
        }
        for (field, word, value) in
            [("startTimeout", "start", self.start_timeout), ("stopTimeout", "stop", self.stop_timeout)]
        {
            if value.is_some_and(|seconds| seconds > 120) {
                let message = format!(
                    "Tasks using the Fargate launch type must have a container {word} timeout of less than 120 seconds."
                );
                return Err(ApiError::client(message).at(format!("{place}.{field}")));
            }
        }
        self.check_modelled(place)
    }

    /// What is not modelled, wherever the container runs.
    pub(crate) fn check_modelled(&self, place: &str) -> Result<(), ApiError> {
        if !self.resource_requirements.is_empty() {
            let message = "GPUs are not modelled by this simulator.";
            return Err(ApiError::client(message).at(format!("{place}.resourceRequirements")).help("Leave them out."));
        }
        Ok(())
    }

    /// The log driver and its options [CP-070][IA-073]; `has_role` is whether the task definition has an execution
    /// role, which writes the logs [CP-047].
    pub(crate) fn check_logs(&self, place: &str, has_role: bool) -> Result<(), ApiError> {
        let Some(logs) = &self.log_configuration else { return Ok(()) };
        let place = format!("{place}.logConfiguration");
        match logs.log_driver.as_str() {
            "awslogs" => {}
            "splunk" | "awsfirelens" => {
                let message = format!("The log driver {} is not modelled by this simulator.", logs.log_driver);
                return Err(ApiError::client(message).at(format!("{place}.logDriver")).help("Use awslogs."));
            }
            other => {
                let message = format!("{other} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]");
                return Err(ApiError::client(message).at(format!("{place}.logDriver")));
            }
        }
        let absent = |option: &&str| logs.options.get(*option).is_none_or(|value| value.is_empty());
        let required = ["awslogs-region", "awslogs-group", "awslogs-stream-prefix"];
        let missing: Vec<_> = required.into_iter().filter(absent).collect();
        if !missing.is_empty() {
            let message = format!("Log driver awslogs requires options: {}", missing.join(", "));
            return Err(ApiError::client(message).at(format!("{place}.options")));
        }
        if !has_role {
            let message = "Fargate requires task definition to have execution role ARN to support log driver awslogs.";
            return Err(ApiError::client(message).at("executionRoleArn"));
        }
        Ok(())
    }

    /// The container as the world keeps it, among all of its task definition.
    pub(crate) fn container(&self, all: &[ContainerDefinition]) -> Container {
        let option = |logs: &LogConfiguration, name: &str| logs.options.get(name).cloned().unwrap_or_default();
        Container {
            name: self.name.clone(),
            image: self.image.clone(),
            consistent: self.version_consistency != Some(VersionConsistency::Disabled),
            essential: self.essential,
            cpu: self.cpu,
            memory: self.memory,
            ports: self.port_mappings.iter().map(|port| port.kept()).collect(),
            depends_on: container_dependency::resolved(self, all),
            start_timeout: self.start_timeout.map(|seconds| Duration::from_secs(seconds.into())),
            health_check: self.health_check.as_ref().map(ContainerHealthCheck::resolved),
            restart_policy: self.restart_policy.as_ref().and_then(ContainerRestartPolicy::resolved),
            stop_timeout: Duration::from_secs(self.stop_timeout.unwrap_or(30).into()),
            logs: self.log_configuration.as_ref().map(|logs| Logs {
                group: option(logs, "awslogs-group"),
                stream_prefix: option(logs, "awslogs-stream-prefix"),
                create_group: option(logs, "awslogs-create-group") == "true",
            }),
        }
    }
}

impl LinuxParameters {
    fn check_fargate(&self, place: &str) -> Result<(), ApiError> {
        let absent = [
            ("devices", !self.devices.is_empty()),
            ("sharedMemorySize", self.shared_memory_size.is_some()),
            ("tmpfs", !self.tmpfs.is_empty()),
            ("maxSwap", self.max_swap.is_some()),
            ("swappiness", self.swappiness.is_some()),
        ];
        if let Some((field, _)) = absent.into_iter().find(|(_, asked)| *asked) {
            return Err(not_on_fargate(field, format!("{place}.{field}")));
        }
        let added = self.capabilities.iter().flat_map(|capabilities| &capabilities.add);
        match added.into_iter().find(|name| !matches!(name.as_str(), "SYS_PTRACE" | "CAP_SYS_PTRACE")) {
            Some(name) => {
                let message = format!("Fargate tasks can only add the SYS_PTRACE capability, not {name}.");
                Err(ApiError::client(message).at(format!("{place}.capabilities.add")))
            }
            None => Ok(()),
        }
    }
}
