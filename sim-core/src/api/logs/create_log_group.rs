//! `logs:CreateLogGroup`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::{ApiError, NoOutput, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `logs:CreateLogGroup` — makes a group that containers can write their logs to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateLogGroup {
    /// Its name, such as `/ecs/demo-app`: 1–512 letters, digits and `_-/.#`.
    pub log_group_name: String,
    /// A key of one's own; not modelled.
    #[serde(default)]
    pub kms_key_id: NotModelled,
    /// `INFREQUENT_ACCESS` and `DELIVERY`; not modelled.
    #[serde(default)]
    pub log_group_class: NotModelled,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

impl Operation for CreateLogGroup {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "CreateLogGroup";
    const TABLE: Option<&'static str> = Some("logs.logGroup");
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let name = self.log_group_name;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
        if !(1..=512).contains(&name.len()) || !name.chars().all(allowed) {
            let message = format!(
                "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member \
                 must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            );
            return Err(ApiError::invalid_parameter(message).at("logGroupName"));
        }
        if world.logs.create_group(&name, ctx) {
            return Ok(NoOutput {});
        }
        let error = ApiError::new("ResourceAlreadyExistsException", "The specified log group already exists");
        Err(error.at("logGroupName"))
    }
}
