//! `ecs:ContinueServiceDeployment`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lifecycle_hook::HookAction;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:ContinueServiceDeployment` — lets a deployment go on that waits at a hook, or takes it back [CP-213].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContinueServiceDeployment {
    /// Which.
    pub service_deployment_arn: String,
    /// The hook, as DescribeServiceDeployments says it in `lifecycleHookDetails`.
    pub hook_id: String,
    /// `CONTINUE` unless set.
    pub action: Option<HookAction>,
}

/// What ContinueServiceDeployment answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContinueServiceDeploymentOutput {
    /// Which.
    pub service_deployment_arn: String,
}

impl Operation for ContinueServiceDeployment {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ContinueServiceDeployment";
    type Output = ContinueServiceDeploymentOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found = world.ecs.service_deployment_named(&self.service_deployment_arn);
        let missing = || ApiError::new("ServiceDeploymentNotFoundException", "Service deployment not found.");
        let act = found.ok_or_else(|| missing().at("serviceDeploymentArn"))?;
        let go_on = self.action != Some(HookAction::Rollback);
        if !world.ecs.answer_pause(act, &self.hook_id, go_on, ctx) {
            let message = format!("The service deployment does not wait for an action on the hook {}.", self.hook_id);
            let open: Vec<&str> = world.ecs.open_hooks(act).into_iter().filter_map(|open| open.id).collect();
            let help = match open.as_slice() {
                [] => "It waits at no hook.".to_owned(),
                open => format!("It waits at {}.", open.join(", ")),
            };
            return Err(ApiError::invalid_parameter(message).at("hookId").help(help));
        }
        Ok(ContinueServiceDeploymentOutput { service_deployment_arn: self.service_deployment_arn })
    }
}
