//! Lifecycle hooks of a deployment: functions that are asked, and pauses.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;
use crate::world::ecs::{self as kept, Pause, ServiceDeploymentId, Stage};

/// `lifecycleHooks[]` [CP-211]. What the function answers stands in the scenario: `[[world.hook]]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LifecycleHook {
    /// `AWS_LAMBDA` unless set.
    pub target_type: Option<HookTargetType>,
    /// The ARN of a Lambda function, or its name; none for a pause.
    pub hook_target_arn: Option<String>,
    /// What ECS calls it with; none for a pause.
    pub role_arn: Option<String>,
    /// When it is asked.
    pub lifecycle_stages: Vec<LifecycleStage>,
    /// Handed to the function; nobody reads it here.
    pub hook_details: Option<serde_json::Value>,
    /// How long a pause waits; not modelled for functions.
    pub timeout_configuration: Option<HookTimeoutConfiguration>,
}

/// `targetType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum HookTargetType {
    /// A function is asked.
    #[serde(rename = "AWS_LAMBDA")]
    AwsLambda,
    /// The deployment waits for ContinueServiceDeployment [CP-213].
    #[serde(rename = "PAUSE")]
    Pause,
}

/// `timeoutConfiguration` [CP-213].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HookTimeoutConfiguration {
    /// How long it waits [min]; 1,440 unless set, 1 to 20,160.
    #[schemars(range(min = 1, max = 20160))]
    pub timeout_in_minutes: Option<u32>,
    /// What happens then; `ROLLBACK` unless set.
    pub action: Option<HookAction>,
}

/// `action`: of a pause that is over, and of ContinueServiceDeployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HookAction {
    /// Back to the revision before.
    Rollback,
    /// On to the next stage.
    Continue,
}

/// `DeploymentLifecycleHookDetail`: a hook that a deployment waits for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HookDetail {
    /// What ContinueServiceDeployment takes; of a pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook_id: Option<String>,
    /// What it is.
    pub target_type: HookTargetType,
    /// The function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_arn: Option<String>,
    /// `AWAITING_ACTION` or `IN_PROGRESS`.
    pub status: &'static str,
    /// When a pause is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// What happens then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_action: Option<HookAction>,
}

impl HookDetail {
    /// Those that a service deployment waits for.
    pub(super) fn all(world: &World, act: ServiceDeploymentId) -> Vec<HookDetail> {
        let detail = |open: kept::OpenHook<'_>| HookDetail {
            hook_id: open.id.map(str::to_owned),
            target_type: if open.hook.pause.is_some() { HookTargetType::Pause } else { HookTargetType::AwsLambda },
            target_arn: open.hook.pause.is_none().then(|| open.hook.function.clone()),
            status: if open.hook.pause.is_some() { "AWAITING_ACTION" } else { "IN_PROGRESS" },
            expires_at: open.expires.map(|at| world.account.wall(at)),
            timeout_action: open.hook.pause.map(HookTimeoutConfiguration::action_of),
        };
        world.ecs.open_hooks(act).into_iter().map(detail).collect()
    }
}

impl HookTimeoutConfiguration {
    fn action_of(pause: Pause) -> HookAction {
        if pause.goes_on { HookAction::Continue } else { HookAction::Rollback }
    }

    fn kept(self, place: &str) -> Result<Pause, ApiError> {
        let minutes = self.timeout_in_minutes.unwrap_or(1440);
        if !(1..=20_160).contains(&minutes) {
            let message = "timeoutInMinutes must be from 1 to 20160.";
            return Err(ApiError::invalid_parameter(message).at(format!("{place}.timeoutInMinutes")));
        }
        let timeout = Duration::from_secs(60 * u64::from(minutes));
        Ok(Pause { timeout, goes_on: self.action == Some(HookAction::Continue) })
    }
}

/// `lifecycleStages[]` [CP-202]: those in which a function may be asked [CP-211].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LifecycleStage {
    /// Revisions of a deployment that was overtaken go first.
    ReconcileService,
    /// Before anything starts.
    PreScaleUp,
    /// No function is asked here.
    ScaleUp,
    /// The new revision is healthy.
    PostScaleUp,
    /// The test listener leads to it.
    TestTrafficShift,
    /// It does.
    PostTestTrafficShift,
    /// Before production traffic comes.
    PreProductionTrafficShift,
    /// Production traffic comes.
    ProductionTrafficShift,
    /// All of it has come.
    PostProductionTrafficShift,
    /// No function is asked here.
    BakeTime,
    /// No function is asked here.
    CleanUp,
}

impl LifecycleStage {
    fn kept(self) -> Stage {
        match self {
            LifecycleStage::ReconcileService => Stage::ReconcileService,
            LifecycleStage::PreScaleUp => Stage::PreScaleUp,
            LifecycleStage::ScaleUp => Stage::ScaleUp,
            LifecycleStage::PostScaleUp => Stage::PostScaleUp,
            LifecycleStage::TestTrafficShift => Stage::TestTrafficShift,
            LifecycleStage::PostTestTrafficShift => Stage::PostTestTrafficShift,
            LifecycleStage::PreProductionTrafficShift => Stage::PreProductionTrafficShift,
            LifecycleStage::ProductionTrafficShift => Stage::ProductionTrafficShift,
            LifecycleStage::PostProductionTrafficShift => Stage::PostProductionTrafficShift,
            LifecycleStage::BakeTime => Stage::BakeTime,
            LifecycleStage::CleanUp => Stage::CleanUp,
        }
    }
}

impl LifecycleHook {
    pub(super) fn described(hook: &kept::Hook) -> LifecycleHook {
        let stage = |&stage: &Stage| match stage {
            Stage::ReconcileService => LifecycleStage::ReconcileService,
            Stage::PreScaleUp => LifecycleStage::PreScaleUp,
            Stage::ScaleUp => LifecycleStage::ScaleUp,
            Stage::PostScaleUp => LifecycleStage::PostScaleUp,
            Stage::TestTrafficShift => LifecycleStage::TestTrafficShift,
            Stage::PostTestTrafficShift => LifecycleStage::PostTestTrafficShift,
            Stage::PreProductionTrafficShift => LifecycleStage::PreProductionTrafficShift,
            Stage::ProductionTrafficShift => LifecycleStage::ProductionTrafficShift,
            Stage::PostProductionTrafficShift => LifecycleStage::PostProductionTrafficShift,
            Stage::BakeTime => LifecycleStage::BakeTime,
            Stage::CleanUp => LifecycleStage::CleanUp,
        };
        LifecycleHook {
            target_type: hook.pause.map(|_| HookTargetType::Pause),
            hook_target_arn: hook.pause.is_none().then(|| hook.function.clone()),
            role_arn: hook.pause.is_none().then(|| hook.role.clone()),
            timeout_configuration: hook.pause.map(|pause| HookTimeoutConfiguration {
                timeout_in_minutes: Some((pause.timeout.as_secs() / 60) as u32),
                action: Some(HookTimeoutConfiguration::action_of(pause)),
            }),
            lifecycle_stages: hook.stages.iter().map(stage).collect(),
            hook_details: None,
        }
    }
}

/// At most ten functions and ten pauses, each in stages in which it may be [CP-211][CP-213].
pub(super) fn checked_hooks(hooks: &[LifecycleHook]) -> Result<Vec<kept::Hook>, ApiError> {
    let place = "deploymentConfiguration.lifecycleHooks";
    let pauses = hooks.iter().filter(|hook| hook.target_type == Some(HookTargetType::Pause)).count();
    if pauses > 10 || hooks.len() - pauses > 10 {
        return Err(ApiError::invalid_parameter("lifecycleHooks can have at most 10 items.").at(place));
    }
    let one = |(index, hook): (usize, &LifecycleHook)| hook.kept(&format!("{place}[{index}]"));
    hooks.iter().enumerate().map(one).collect()
}

impl LifecycleHook {
    fn kept(&self, place: &str) -> Result<kept::Hook, ApiError> {
        let refuse =
            |field: &str, message: &str| Err(ApiError::invalid_parameter(message).at(format!("{place}.{field}")));
        let pauses = self.target_type == Some(HookTargetType::Pause);
        let stages: Vec<Stage> = self.lifecycle_stages.iter().map(|stage| stage.kept()).collect();
        let fits = |stage: &&Stage| if pauses { !stage.takes_pauses() } else { !stage.takes_hooks() };
        if let Some(stage) = stages.iter().find(fits) {
            let message = match pauses {
                true => format!("Pause lifecycle hooks are not supported at the stage {stage}."),
                false => format!("Lifecycle hooks are not supported at the stage {stage}."),
            };
            return refuse("lifecycleStages", &message);
        }
        if stages.is_empty() {
            return refuse("lifecycleStages", "lifecycleStages cannot be empty.");
        }
        if pauses {
            if self.hook_target_arn.is_some() {
                return refuse("hookTargetArn", "hookTargetArn is not applicable for PAUSE hooks.");
            }
            let timeout = self.timeout_configuration.unwrap_or_default();
            let pause = Some(timeout.kept(&format!("{place}.timeoutConfiguration"))?);
            return Ok(kept::Hook { function: String::new(), role: String::new(), stages, pause });
        }
        if self.timeout_configuration.is_some() {
            let message = "A timeout of a hook that asks a function is not modelled by this simulator.";
            return refuse("timeoutConfiguration", message);
        }
        let (Some(function), Some(role)) = (&self.hook_target_arn, &self.role_arn) else {
            let field = if self.hook_target_arn.is_none() { "hookTargetArn" } else { "roleArn" };
            return refuse(field, &format!("{field} is required for AWS_LAMBDA hooks."));
        };
        Ok(kept::Hook { function: function.clone(), role: role.clone(), stages, pause: None })
    }
}
