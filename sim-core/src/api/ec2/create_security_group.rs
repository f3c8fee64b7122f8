//! `ec2:CreateSecurityGroup`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::named;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ec2:CreateSecurityGroup` — makes a group: nothing may come in, everything may go out [IA-104].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateSecurityGroup {
    /// Its name: up to 255 characters, unique in the VPC, not beginning with `sg-`.
    pub group_name: String,
    /// What it is for: up to 255 characters.
    pub description: String,
    /// The VPC's id; the default VPC unless set.
    #[serde(default)]
    pub vpc_id: Option<String>,
    /// Tags; not modelled.
    #[serde(default)]
    pub tag_specifications: NotModelled,
}

/// What CreateSecurityGroup answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSecurityGroupOutput {
    /// `sg-…`.
    pub group_id: String,
    /// Its ARN.
    pub security_group_arn: String,
}

/// Whether EC2 takes this as a name or description: up to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`.
fn valid(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    (1..=255).contains(&text.len()) && text.chars().all(allowed)
}

impl Operation for CreateSecurityGroup {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "CreateSecurityGroup";
    const TABLE: Option<&'static str> = Some("ec2.securityGroup");
    type Output = CreateSecurityGroupOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
        let name = &self.group_name;
        if name.starts_with("sg-") {
            let message = format!("invalid value for parameter groupName: {name}. Names may not be in the format sg-*");
            return Err(invalid(message).at("GroupName"));
        }
        if !valid(name) {
            let message = "Value for parameter groupName is invalid. Character sets beyond ASCII are not supported.";
            return Err(invalid(message.into()).at("GroupName").help("A name has 1 to 255 characters."));
        }
        if !valid(&self.description) {
            let message = format!(
                "Value ({}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.",
                self.description
            );
            return Err(invalid(message).at("Description").help("A description has 1 to 255 characters."));
        }
        named::vpc(world, self.vpc_id.as_deref()).map_err(|error| error.at("VpcId"))?;
        if world.network.groups.iter().any(|(_, group)| group.name == *name) {
            let message = format!("The security group '{name}' already exists for VPC '{}'", world.network.vpc);
            return Err(ApiError::new("InvalidGroup.Duplicate", message).at("GroupName"));
        }
        let group = world.network.create_group(name, &self.description, ctx);
        let group = &world.network.groups[group];
        Ok(CreateSecurityGroupOutput { group_id: group.id.clone(), security_group_arn: group.arn.clone() })
    }
}
