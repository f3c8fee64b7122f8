//! `ecs:StartTask`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_instance;
use super::failure::Failure;
use super::find_cluster;
use super::network_configuration::NetworkConfiguration;
use super::overrides::Overrides;
use super::service_options::PropagateTags;
use super::standalone::{Request, failures};
use super::tag::Tag;
use super::task::TaskDescription;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::ecs::{InstanceStatus, Launch, Strategy};
use crate::world::{Ctx, World};

/// `ecs:StartTask` — starts a task on each of these container instances: no strategy or constraint is asked [CP-163].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartTask {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Ids or ARNs, 1 to 10; or ids of EC2, or this simulator's own short names, such as `instance#1`.
    pub container_instances: Vec<String>,
    /// Stored.
    #[serde(default, rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    /// ECS Exec; stored.
    #[serde(default)]
    pub enable_execute_command: bool,
    /// `family:{family}` unless set [CP-013].
    pub group: Option<String>,
    /// Where each task gets its ENI; required with `awsvpc`, and only then [CP-050].
    pub network_configuration: Option<NetworkConfiguration>,
    /// What is said in place of the task definition; at most 8,192 characters of JSON [CP-024].
    #[serde(default)]
    pub overrides: Overrides,
    /// `TASK_DEFINITION` to take over its tags.
    pub propagate_tags: Option<PropagateTags>,
    /// Not modelled.
    #[serde(default)]
    pub reference_id: NotModelled,
    /// Who starts the tasks, for ListTasks; at most 128 characters [CP-024].
    pub started_by: Option<String>,
    /// Labels, at most 50.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// `family` for its latest ACTIVE revision, `family:revision`, or an ARN [CP-033].
    pub task_definition: String,
    /// EBS volumes; not modelled.
    #[serde(default)]
    pub volume_configurations: NotModelled,
}

/// What StartTask answers: at once, and for good [CP-160].
#[derive(Clone, Debug, Serialize)]
pub struct StartTaskOutput {
    /// The tasks.
    pub tasks: Vec<TaskDescription>,
    /// The instances that did not get one, and why [CP-161].
    pub failures: Vec<Failure>,
}

impl Operation for StartTask {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "StartTask";
    type Output = StartTaskOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        container_instance::check_count(&self.container_instances, 10, "containerInstances")?;
        let standalone = Request {
            cluster,
            task_definition: &self.task_definition,
            launch: Launch::Ec2,
            strategy: Strategy::new(),
            started_by: self.started_by.as_deref(),
            propagate_tags: self.propagate_tags,
            network: self.network_configuration.as_ref(),
            constraints: &[],
            placement: &[],
            tags: &self.tags,
            overrides: &self.overrides,
            group: self.group.as_deref(),
            execute_command: self.enable_execute_command,
        }
        .resolve(world)?;
        let kind = format!("container-instance/{}", world.ecs.clusters[cluster].name);
        let mut output = StartTaskOutput { tasks: Vec::new(), failures: Vec::new() };
        for name in &self.container_instances {
            let Some(id) = world.ecs.instance_named(cluster, name) else {
                output.failures.push(Failure::missing(world, &kind, name));
                continue;
            };
            let it = &world.ecs.instances[id];
            if it.status == InstanceStatus::Inactive {
                output.failures.push(Failure { arn: Some(it.arn.clone()), reason: "INACTIVE" });
                continue;
            }
            match standalone.start(Some(id), world, &[], ctx) {
                Ok((_, task)) => output.tasks.push(task),
                Err(why) => output.failures.extend(failures(&why, world)),
            }
        }
        Ok(output)
    }
}
