//! `elasticloadbalancing:DescribeTargetHealth`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::group;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{CheckPort, TargetState};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeTargetHealth` — how healthy the targets of a group are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeTargetHealth {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
    /// Only these; all registered ones unless set.
    #[serde(default)]
    pub targets: Vec<TargetInput>,
    /// Not modelled.
    #[serde(default)]
    pub include: NotModelled,
}

/// A target.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetInput {
    /// Its address.
    pub id: String,
    /// Its port; the group's unless set.
    pub port: Option<u16>,
    /// `all` or its zone.
    pub availability_zone: Option<String>,
}

/// What DescribeTargetHealth answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTargetHealthOutput {
    target_health_descriptions: Vec<TargetHealthDescription>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TargetHealthDescription {
    target: TargetDescription,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_port: Option<String>,
    target_health: TargetHealth,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TargetDescription {
    id: String,
    port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TargetHealth {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl TargetHealth {
    fn of(state: TargetState) -> TargetHealth {
        TargetHealth { state: state.word(), reason: state.reason(), description: state.description() }
    }
}

impl Operation for DescribeTargetHealth {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeTargetHealth";
    type Output = DescribeTargetHealthOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let group = &world.elb.groups[group(world, &self.target_group_arn, "TargetGroupArn")?];
        let all = group.targets.iter().map(|&id| &world.elb.targets[id]).map(|target| TargetHealthDescription {
            target: TargetDescription {
                id: target.address.to_string(),
                port: target.port,
                availability_zone: Some(target.zone.to_string()),
            },
            health_check_port: Some(match group.check.port {
                CheckPort::Traffic => target.port.to_string(),
                CheckPort::Fixed(port) => port.to_string(),
            }),
            target_health: TargetHealth::of(target.state),
        });
        let all: Vec<_> = all.collect();
        if self.targets.is_empty() {
            return Ok(DescribeTargetHealthOutput { target_health_descriptions: all });
        }
        let wanted = self.targets.into_iter().map(|wanted| {
            let port = wanted.port.unwrap_or(group.port);
            let known = all.iter().find(|known| known.target.id == wanted.id && known.target.port == port);
            known.cloned().unwrap_or_else(|| TargetHealthDescription {
                target: TargetDescription { id: wanted.id, port, availability_zone: wanted.availability_zone },
                health_check_port: None,
                target_health: TargetHealth::of(TargetState::Gone),
            })
        });
        Ok(DescribeTargetHealthOutput { target_health_descriptions: wanted.collect() })
    }
}
