//! `elasticloadbalancing:DescribeTargetHealth`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::register_targets::TargetInput;
use super::{group, target_id};
use crate::api::{ApiError, Operation};
use crate::world::elb::{CheckPort, Target, TargetState};
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
    /// `AnomalyDetection`: which targets fail more than their peers [TR-080].
    #[serde(default)]
    pub include: Vec<IncludeWord>,
}

/// What DescribeTargetHealth tells beside the health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum IncludeWord {
    /// Which targets fail more than their peers.
    AnomalyDetection,
    /// All there is.
    All,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    anomaly_detection: Option<AnomalyDetection>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AnomalyDetection {
    result: &'static str,
    mitigation_in_effect: &'static str,
}

impl AnomalyDetection {
    fn of(target: &Target) -> AnomalyDetection {
        AnomalyDetection {
            result: if target.anomalous { "anomalous" } else { "normal" },
            mitigation_in_effect: if target.is_mitigated() { "yes" } else { "no" },
        }
    }
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
            anomaly_detection: (!self.include.is_empty()).then(|| AnomalyDetection::of(target)),
        });
        let all: Vec<_> = all.collect();
        if self.targets.is_empty() {
            return Ok(DescribeTargetHealthOutput { target_health_descriptions: all });
        }
        let wanted = self.targets.into_iter().map(|wanted| {
            let port = wanted.port.unwrap_or(group.port);
            let id = target_id(world, &wanted.id);
            let known = all.iter().find(|known| known.target.id == id && known.target.port == port);
            known.cloned().unwrap_or_else(|| TargetHealthDescription {
                target: TargetDescription { id, port, availability_zone: wanted.availability_zone },
                health_check_port: None,
                target_health: TargetHealth::of(TargetState::Gone),
                anomaly_detection: None,
            })
        });
        Ok(DescribeTargetHealthOutput { target_health_descriptions: wanted.collect() })
    }
}
