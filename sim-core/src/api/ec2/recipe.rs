//! What RunInstances and launch templates say of an instance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{instance, user_data};
use crate::api::ApiError;
use crate::world::World;
use crate::world::capacity::{HostRecipe, INSTANCE_TYPES, InstanceType, instance_type};
use crate::world::iam::RoleId;

/// What runs when nothing is said: an image that AWS makes for ECS, on Amazon Linux 2023.
const IMAGE: &str = "ami-0ec5000000000a123";

/// `IamInstanceProfileSpecification`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IamInstanceProfileSpecification {
    /// Its ARN. A profile has the name of its role here, as those have that the console makes.
    pub arn: Option<String>,
    /// Or its name.
    pub name: Option<String>,
}

/// `TagSpecification`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagSpecification {
    /// `instance`; others are taken and go nowhere.
    pub resource_type: String,
    /// The labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// `Tag`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// What was given, each in AWS's words.
pub(super) struct Given<'a> {
    pub image_id: Option<&'a str>,
    pub instance_type: &'a str,
    pub profile: Option<&'a IamInstanceProfileSpecification>,
    pub user_data: &'a str,
    pub security_group_ids: &'a [String],
    pub tags: &'a [TagSpecification],
}

impl Given<'_> {
    /// What an instance is made of then.
    pub(super) fn resolve(&self, world: &World) -> Result<HostRecipe, ApiError> {
        let kind = self.kind()?;
        let role = self.role(world)?;
        let groups = instance::groups(world, self.security_group_ids)?;
        let agent = user_data::agent_config(self.user_data)?;
        if agent.reserved_memory >= kind.registered {
            let message =
                format!("ECS_RESERVED_MEMORY leaves nothing of the {} MiB of a {}.", kind.registered, kind.name);
            return Err(ApiError::new("InvalidUserData.Malformed", message).at("UserData"));
        }
        let of_instance = self.tags.iter().filter(|it| it.resource_type == "instance");
        let tags = of_instance.flat_map(|it| &it.tags).map(|tag| (tag.key.clone(), tag.value.clone())).collect();
        Ok(HostRecipe { kind, image: self.image_id.unwrap_or(IMAGE).to_owned(), groups, role, agent, tags })
    }

    fn kind(&self) -> Result<&'static InstanceType, ApiError> {
        instance_type(self.instance_type).ok_or_else(|| {
            let message = format!("Invalid value '{}' for InstanceType.", self.instance_type);
            let error = ApiError::new("InvalidParameterValue", message).at("InstanceType");
            let names: Vec<&str> = INSTANCE_TYPES.iter().map(|it| it.name).collect();
            match crate::spelling::nearest(self.instance_type, names.iter().copied()) {
                Some(near) => error.help(format!("Do you mean {near}? There are {}.", names.join(", "))),
                None => error.help(format!("There are {}.", names.join(", "))),
            }
        })
    }

    fn role(&self, world: &World) -> Result<Option<RoleId>, ApiError> {
        let Some(given) = self.profile else { return Ok(None) };
        let (place, name) = match (&given.name, &given.arn) {
            (Some(name), _) => ("Name", name.as_str()),
            (None, Some(arn)) => ("Arn", arn.rsplit('/').next().unwrap_or(arn)),
            (None, None) => ("Name", ""),
        };
        let found = world.iam.role_named(name).ok_or_else(|| {
            let message = format!(
                "Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            );
            let error = ApiError::new("InvalidParameterValue", message).at(format!("IamInstanceProfile.{place}"));
            error.help(format!("Create a role {name} first: a profile has the name of its role here."))
        });
        found.map(Some)
    }
}
