//! `ec2:CreateLaunchTemplateVersion`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::launch_template::{self, RequestLaunchTemplateData};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ec2:CreateLaunchTemplateVersion` — another version of a launch template: groups that say `$Latest` launch it from now on.
/// Instances that run already stay as they are, and are the first to go when there are too many [CA-076].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateLaunchTemplateVersion {
    /// By id.
    pub launch_template_id: Option<String>,
    /// Or by name.
    pub launch_template_name: Option<String>,
    /// All that it says: nothing is taken over from another version.
    pub launch_template_data: RequestLaunchTemplateData,
    /// The version to start from; not modelled.
    #[serde(default)]
    pub source_version: NotModelled,
    /// Stored nowhere.
    pub version_description: Option<String>,
    /// Whether the call would be allowed; not modelled.
    #[serde(default)]
    pub dry_run: NotModelled,
}

/// What CreateLaunchTemplateVersion answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateLaunchTemplateVersionOutput {
    /// The version.
    pub launch_template_version: LaunchTemplateVersion,
}

/// `LaunchTemplateVersion`, without what it says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LaunchTemplateVersion {
    /// The template.
    pub launch_template_id: String,
    /// Its name.
    pub launch_template_name: String,
    /// The number of the version.
    pub version_number: u32,
    /// Whether `$Default` means it: the first one stays the default one.
    pub default_version: bool,
    /// When.
    pub create_time: String,
}

impl Operation for CreateLaunchTemplateVersion {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "CreateLaunchTemplateVersion";
    const TABLE: Option<&'static str> = Some("ec2.launchTemplateVersion");
    type Output = CreateLaunchTemplateVersionOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let (id, name) = (self.launch_template_id.as_deref(), self.launch_template_name.as_deref());
        let found = launch_template::find(world, id, name)?;
        let recipe = self.launch_template_data.resolve(world)?;
        let template = &mut world.ec2.templates[found];
        template.versions.push(recipe);
        let launch_template_version = LaunchTemplateVersion {
            launch_template_id: template.id.clone(),
            launch_template_name: template.name.clone(),
            version_number: template.versions.len() as u32,
            default_version: false,
            create_time: world.account.wall(ctx.now()),
        };
        Ok(CreateLaunchTemplateVersionOutput { launch_template_version })
    }
}
