//! `ec2:CreateLaunchTemplate`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::launch_template::{LaunchTemplateDescription, RequestLaunchTemplateData};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::capacity::LaunchTemplate;
use crate::world::{Ctx, World};

/// `ec2:CreateLaunchTemplate` — says what the instances of an Auto Scaling group are made of. What AWS finds out at the first
/// launch, such as a type that does not exist, is refused here at once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateLaunchTemplate {
    /// 3 to 128 letters, digits and `( ) . - / _`, unique in the account.
    pub launch_template_name: String,
    /// What it says, in its version 1.
    pub launch_template_data: RequestLaunchTemplateData,
    /// Stored nowhere.
    pub version_description: Option<String>,
    /// Labels of the template itself; not modelled.
    #[serde(default)]
    pub tag_specifications: NotModelled,
    /// Whether the call would be allowed; not modelled.
    #[serde(default)]
    pub dry_run: NotModelled,
}

/// What CreateLaunchTemplate answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateLaunchTemplateOutput {
    /// The template.
    pub launch_template: LaunchTemplateDescription,
}

impl Operation for CreateLaunchTemplate {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "CreateLaunchTemplate";
    const TABLE: Option<&'static str> = Some("ec2.launchTemplate");
    type Output = CreateLaunchTemplateOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let name = &self.launch_template_name;
        let fine = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
        if !(3..=128).contains(&name.len()) || !name.chars().all(fine) {
            let message = "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, \
                           and the following characters: - ( ) . / _.";
            return Err(ApiError::new("InvalidLaunchTemplateName.MalformedException", message).at("LaunchTemplateName"));
        }
        if world.ec2.templates.iter().any(|(_, it)| it.name == *name) {
            let message = "Launch template name already in use.";
            let error = ApiError::new("InvalidLaunchTemplateName.AlreadyExistsException", message);
            return Err(error.at("LaunchTemplateName").help("CreateLaunchTemplateVersion gives it another version."));
        }
        let recipe = self.launch_template_data.resolve(world)?;
        let id = world.ec2.templates.push(LaunchTemplate {
            id: format!("lt-0{}", world.account.hex("launch-template", name, 16)),
            name: self.launch_template_name,
            created: ctx.now(),
            versions: vec![recipe],
        });
        Ok(CreateLaunchTemplateOutput { launch_template: LaunchTemplateDescription::of(world, id) })
    }
}
