//! What a describing operation could not find.

use serde::Serialize;

use crate::world::World;

/// One thing that was asked for and is not there [CP-017], or cannot be made [CP-154].
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Its ARN; none when nothing was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// `MISSING`, or why nothing was made.
    pub reason: &'static str,
}

impl Failure {
    /// `name_or_arn` does not exist; `kind` is what stands in front of the name in its ARN.
    pub(crate) fn missing(world: &World, kind: &str, name_or_arn: &str) -> Failure {
        let arn = match name_or_arn.starts_with("arn:") {
            true => name_or_arn.to_owned(),
            false => world.account.arn("ecs", &format!("{kind}/{name_or_arn}")),
        };
        Failure { arn: Some(arn), reason: "MISSING" }
    }
}
