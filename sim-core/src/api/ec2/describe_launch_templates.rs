//! `ec2:DescribeLaunchTemplates`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::launch_template::{self, LaunchTemplateDescription};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ec2:DescribeLaunchTemplates` — the launch templates of the account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeLaunchTemplates {
    /// These; all unless set.
    #[serde(default)]
    pub launch_template_ids: Vec<String>,
    /// The same by name.
    #[serde(default)]
    pub launch_template_names: Vec<String>,
}

/// What DescribeLaunchTemplates answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeLaunchTemplatesOutput {
    /// Each of them.
    pub launch_templates: Vec<LaunchTemplateDescription>,
}

impl Operation for DescribeLaunchTemplates {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeLaunchTemplates";
    type Output = DescribeLaunchTemplatesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let by_id = self.launch_template_ids.iter().map(|id| launch_template::find(world, Some(id), None));
        let by_name = self.launch_template_names.iter().map(|name| launch_template::find(world, None, Some(name)));
        let mut found = by_id.chain(by_name).collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() {
            found = world.ec2.templates.ids().collect();
        }
        let launch_templates = found.into_iter().map(|id| LaunchTemplateDescription::of(world, id)).collect();
        Ok(DescribeLaunchTemplatesOutput { launch_templates })
    }
}
