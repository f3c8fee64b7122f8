//! `iam:CreateRole`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Document, valid_name, validation};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::iam::{Kind, NewRole};
use crate::world::{Ctx, World};

/// `iam:CreateRole` — makes a role that a service may assume. It may do nothing until it has a policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateRole {
    /// Its name: 1–64 letters, digits and `+=,.@_-`, unique in the account whatever the case of its letters.
    pub role_name: String,
    /// Who may assume it: JSON text or a table. For ECS tasks the principal is the service `ecs-tasks.amazonaws.com`.
    pub assume_role_policy_document: Document,
    /// A path, which begins and ends with `/`; `/` unless set.
    #[serde(default = "default_path")]
    pub path: String,
    /// What it is for; up to 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// How long a session may last [s]; 3600 unless set, 3600 to 43200.
    #[serde(default = "default_duration")]
    #[schemars(range(min = 3600, max = 43_200))]
    pub max_session_duration: u32,
    /// A policy that caps what the role may do; not modelled.
    #[serde(default)]
    pub permissions_boundary: NotModelled,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

fn default_path() -> String {
    "/".into()
}

fn default_duration() -> u32 {
    3600
}

/// What CreateRole answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRoleOutput {
    /// The role.
    pub role: RoleDescription,
}

/// A role as IAM shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleDescription {
    /// Its path.
    pub path: String,
    /// Its name.
    pub role_name: String,
    /// `AROA…`.
    pub role_id: String,
    /// Its ARN.
    pub arn: String,
    /// When it was made.
    pub create_date: String,
    /// Who may assume it.
    pub assume_role_policy_document: Value,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Operation for CreateRole {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateRole";
    const TABLE: Option<&'static str> = Some("iam.role");
    type Output = CreateRoleOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if !valid_name(&self.role_name, 64) {
            let message = "The specified value for roleName is invalid. It must contain only alphanumeric characters \
                           and/or the following: +=,.@_-";
            return Err(validation(message).at("RoleName").help("A name has 1 to 64 characters."));
        }
        if !(self.path.starts_with('/') && self.path.ends_with('/') && self.path.len() <= 512) {
            let message = "The specified value for path is invalid. It must begin and end with / and contain only \
                           alphanumeric characters and/or / characters.";
            return Err(validation(message).at("Path"));
        }
        if !(3600..=43_200).contains(&self.max_session_duration) {
            let message = "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: \
                           Member must have value between 3600 and 43200";
            return Err(validation(message).at("MaxSessionDuration"));
        }
        if world.iam.roles.iter().any(|(_, role)| role.name.eq_ignore_ascii_case(&self.role_name)) {
            let message = format!("Role with name {} already exists.", self.role_name);
            return Err(ApiError::new("EntityAlreadyExists", message).at("RoleName"));
        }
        let (trust_document, trust) = self.assume_role_policy_document.read(Kind::Trust, "AssumeRolePolicyDocument")?;
        let new = NewRole {
            name: self.role_name,
            path: self.path,
            description: self.description,
            max_session_duration: self.max_session_duration,
            trust_document,
            trust,
        };
        let role = world.iam.create_role(new, &world.account, ctx);
        let role = &world.iam.roles[role];
        let role = RoleDescription {
            path: role.path.clone(),
            role_name: role.name.clone(),
            role_id: role.id.clone(),
            arn: role.arn.clone(),
            create_date: world.account.wall(role.created),
            assume_role_policy_document: role.trust_document.clone(),
            description: role.description.clone(),
        };
        Ok(CreateRoleOutput { role })
    }
}
