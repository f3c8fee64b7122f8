//! `ecs:RunTask`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::CapacityProviderStrategyItem;
use super::failure::Failure;
use super::find_cluster;
use super::launch_type::{self, LaunchType};
use super::network_configuration::NetworkConfiguration;
use super::overrides::Overrides;
use super::placement::{PlacementConstraint, PlacementStrategy};
use super::service_options::{PropagateTags, platform_version};
use super::standalone::{Request, Standalone, failures};
use super::tag::Tag;
use super::task::TaskDescription;
use crate::api::{ApiError, NotModelled, Operation, throttle};
use crate::world::ecs::{Launch, NO_CAPACITY, NO_VCPUS, RunRequest, Unplaced};
use crate::world::{Ctx, World, fargate_launches};

/// `ecs:RunTask` — starts standalone tasks, which nobody replaces.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunTask {
    /// `FARGATE`, or capacity providers of Auto Scaling groups, in place of a launch type.
    #[serde(default)]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Tasks to start [count]; 1 unless set, 1 to 10 [CP-022].
    #[schemars(range(min = 1, max = 10))]
    pub count: Option<u32>,
    /// Stored.
    #[serde(default, rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    /// ECS Exec; stored.
    #[serde(default)]
    pub enable_execute_command: bool,
    /// `family:{family}` unless set [CP-013].
    pub group: Option<String>,
    /// `FARGATE` or `EC2`. With neither launch type nor strategy the cluster's default strategy counts, and without that it is
    /// EC2 [CP-162].
    pub launch_type: Option<LaunchType>,
    /// Where each task gets its ENI; required with `awsvpc`, and only then [CP-050].
    pub network_configuration: Option<NetworkConfiguration>,
    /// What is said in place of the task definition; at most 8,192 characters of JSON [CP-024].
    #[serde(default)]
    pub overrides: Overrides,
    /// Which container instances will do, at most 10 [CP-025]; not on Fargate [CA-017].
    #[serde(default)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// Which of them are best, at most 5 [CP-025]; not on Fargate [CA-017].
    #[serde(default)]
    pub placement_strategy: Vec<PlacementStrategy>,
    /// `LATEST` or `1.4.0`, which are the same; `LATEST` unless set [CA-011].
    pub platform_version: Option<String>,
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
    /// Makes the same request again harmless: it is answered with the tasks that it started. At most 64 characters
    /// [CP-024].
    pub client_token: Option<String>,
    /// EBS volumes; not modelled.
    #[serde(default)]
    pub volume_configurations: NotModelled,
}

/// What RunTask answers: at once, and for good [CP-160].
#[derive(Clone, Debug, Serialize)]
pub struct RunTaskOutput {
    /// The tasks.
    pub tasks: Vec<TaskDescription>,
    /// Why no task, or not all, could be placed.
    pub failures: Vec<Failure>,
}

/// The answer to a request whose token came before [CP-024].
fn repeated(before: &RunRequest, asked: &str, world: &World) -> Result<RunTaskOutput, ApiError> {
    if before.asked == asked {
        let tasks = before.tasks.iter().map(|&task| TaskDescription::of(world, task, true)).collect();
        return Ok(RunTaskOutput { tasks, failures: Vec::new() });
    }
    let arns: Vec<&str> = before.tasks.iter().map(|&task| world.ecs.tasks[task].arn.as_str()).collect();
    let message = format!("The clientToken was used with other parameters before. resourceIds: {}", arns.join(", "));
    Err(ApiError::new("ConflictException", message).at("clientToken").help("Take another token for another request."))
}

impl Operation for RunTask {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "RunTask";
    const TABLE: Option<&'static str> = Some("ecs.task");
    type Output = RunTaskOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let error = |place: &str, message: &str| Err(ApiError::invalid_parameter(message).at(place));
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let asked = format!("{:?}", RunTask { client_token: None, ..self.clone() });
        if let Some(token) = &self.client_token {
            if token.is_empty() || token.chars().count() > 64 {
                return error("clientToken", "clientToken has 1 to 64 characters.");
            }
            if let Some(before) = world.ecs.run_request(cluster, token, ctx.now()) {
                return repeated(before, &asked, world);
            }
        }
        let count = self.count.unwrap_or(1);
        if !(1..=10).contains(&count) {
            return error("count", "count must be from 1 to 10.");
        }
        let of_cluster = &world.ecs.clusters[cluster];
        let (launch, strategy) =
            launch_type::resolve(self.launch_type, &self.capacity_provider_strategy, of_cluster, &world.ecs)?;
        platform_version(self.platform_version.as_deref(), launch)?;
        let standalone = Request {
            cluster,
            task_definition: &self.task_definition,
            launch,
            strategy,
            started_by: self.started_by.as_deref(),
            propagate_tags: self.propagate_tags,
            network: self.network_configuration.as_ref(),
            constraints: &self.placement_constraints,
            placement: &self.placement_strategy,
            tags: &self.tags,
            overrides: &self.overrides,
            group: self.group.as_deref(),
            execute_command: self.enable_execute_command,
        }
        .resolve(world)?;
        if launch == Launch::Fargate
            && let Some(refused) = refused_by_fargate(count, &standalone, world, ctx)?
        {
            return Ok(RunTaskOutput { tasks: Vec::new(), failures: vec![Failure { arn: None, reason: refused }] });
        }
        let mut output = RunTaskOutput { tasks: Vec::new(), failures: Vec::new() };
        let mut started = Vec::new();
        for _ in 0..count {
            match standalone.start(None, world, &started, ctx) {
                Ok((id, task)) => {
                    started.push(id);
                    output.tasks.push(task);
                }
                Err(Unplaced::NoInstances) => {
                    return error("cluster", "No Container Instances were found in your cluster.");
                }
                Err(Unplaced::EmptyProvider) => {
                    return error(
                        "capacityProviderStrategy",
                        "No Container Instances were found in your capacity provider.",
                    );
                }
                // [CP-023]
                Err(Unplaced::TooManyWaiting) if started.is_empty() => {
                    let message = "The tasks provisioning capacity limit was exceeded.";
                    let help = "At most 500 tasks of a cluster wait for an instance at a time.";
                    return Err(ApiError::client(message).at("count").help(help));
                }
                Err(Unplaced::TooManyWaiting) => break,
                // What does not fit now is not tried again [CP-160].
                Err(why) => {
                    output.failures = failures(&why, world);
                    break;
                }
            }
        }
        if let Some(token) = self.client_token {
            let request = RunRequest { asked, tasks: started, at: ctx.now() };
            world.ecs.run_requests.insert((cluster, token), request);
        }
        Ok(output)
    }
}

/// Fargate's limits: calls and launches per second [CP-030], and the account's vCPU, which answer with a reason
/// [CP-031].
fn refused_by_fargate(
    count: u32,
    standalone: &Standalone,
    world: &mut World,
    ctx: &Ctx,
) -> Result<Option<&'static str>, ApiError> {
    if !world.limits.fargate_call(ctx.now()) {
        return Err(throttle::exceeded().help("Fargate lets 20 calls of RunTask in every second."));
    }
    if !standalone.has_capacity(world) {
        return Ok(Some(NO_CAPACITY));
    }
    if world.ecs.exceeds_vcpus(standalone.definition, count, &world.assume) {
        return Ok(Some(NO_VCPUS));
    }
    // What makes the world before time begins takes nothing out.
    if !world.limits.have_begun() {
        return Ok(None);
    }
    let pace = fargate_launches(&world.account, &world.assume);
    if world.ecs.fargate_left(ctx.now(), &world.account, &world.assume) < count {
        let help = format!("Fargate launches {} tasks at once, and then {} every second.", pace.capacity, pace.tokens);
        return Err(throttle::exceeded().help(help));
    }
    world.ecs.fargate_took(count, ctx.now(), &world.account, &world.assume);
    Ok(None)
}
