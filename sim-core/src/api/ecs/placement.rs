//! `placementConstraints` and `placementStrategy`, as AWS spells them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs::{Constraint, Expression, Field, Launch, Placement, Scarce, Step};

/// Constraints of a task, those of its definition included [count] [CP-025].
const CONSTRAINTS_MAX: usize = 10;
/// Entries of a strategy [count] [CP-025].
const STRATEGY_MAX: usize = 5;
/// An expression [characters] [CA-103].
const EXPRESSION_MAX: usize = 2000;

/// `placementConstraints`: which container instances will do [CA-102][CA-103].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlacementConstraint {
    /// What is constrained.
    pub r#type: ConstraintType,
    /// Of `memberOf`: in the cluster query language, such as `attribute:ecs.instance-type == t3.small`; at most 2,000
    /// characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

/// `type` of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConstraintType {
    /// No two tasks of a group on one instance; not in a task definition.
    DistinctInstance,
    /// Only instances that the expression means.
    MemberOf,
}

/// `placementStrategy`: which of them are best [CA-095][CA-096][CA-098].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlacementStrategy {
    /// How it is chosen.
    pub r#type: StrategyType,
    /// Of `spread`: `instanceId`, `host` or `attribute:<name>`, such as `attribute:ecs.availability-zone`. Of `binpack`: `cpu`
    /// or `memory`. Not of `random`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// `type` of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StrategyType {
    /// Any instance.
    Random,
    /// Evenly.
    Spread,
    /// Where least is left.
    Binpack,
}

/// The constraints of a request; `beside` are those of the task definition, which count too [CP-025].
pub(crate) fn constraints(given: &[PlacementConstraint], beside: usize) -> Result<Vec<Constraint>, ApiError> {
    let error = |place: String, message: String| Err(ApiError::invalid_parameter(message).at(place));
    if given.len() + beside > CONSTRAINTS_MAX {
        let message = format!("placement constraints can have at most {CONSTRAINTS_MAX} items.");
        return error("placementConstraints".into(), message);
    }
    let mut read = Vec::new();
    for (index, one) in given.iter().enumerate() {
        let place = format!("placementConstraints[{index}].expression");
        read.push(match (one.r#type, one.expression.as_deref().filter(|text| !text.is_empty())) {
            (ConstraintType::DistinctInstance, None) => Constraint::DistinctInstance,
            (ConstraintType::DistinctInstance, Some(_)) => {
                return error(place, "distinctInstance takes no expression.".into());
            }
            (ConstraintType::MemberOf, None) => return error(place, "memberOf needs an expression.".into()),
            (ConstraintType::MemberOf, Some(text)) if text.chars().count() > EXPRESSION_MAX => {
                return error(place, format!("expression can have at most {EXPRESSION_MAX} characters."));
            }
            (ConstraintType::MemberOf, Some(text)) => match Expression::parse(text) {
                Ok(expression) => Constraint::MemberOf(expression),
                Err(misread) => {
                    let message = format!("Invalid expression: {} (character {}).", misread.message, misread.at + 1);
                    return error(place, message);
                }
            },
        });
    }
    Ok(read)
}

/// The strategy of a request.
pub(crate) fn strategy(given: &[PlacementStrategy]) -> Result<Vec<Step>, ApiError> {
    let error = |place: String, message: String| Err(ApiError::invalid_parameter(message).at(place));
    if given.len() > STRATEGY_MAX {
        let message = format!("placement strategies can have at most {STRATEGY_MAX} items.");
        return error("placementStrategy".into(), message);
    }
    let mut read = Vec::new();
    for (index, one) in given.iter().enumerate() {
        let place = format!("placementStrategy[{index}].field");
        let attribute =
            |field: &str| field.strip_prefix("attribute:").map(str::to_owned).filter(|name| !name.is_empty());
        read.push(match (one.r#type, one.field.as_deref().filter(|field| !field.is_empty())) {
            (StrategyType::Random, None) => Step::Random,
            (StrategyType::Random, Some(_)) => return error(place, "random takes no field.".into()),
            (StrategyType::Spread, Some("instanceId" | "host")) => Step::Spread(Field::Instance),
            (StrategyType::Spread, field) => match field.and_then(attribute) {
                Some(name) => Step::Spread(Field::Attribute(name)),
                None => return error(place, "spread takes instanceId, host or attribute:<name>.".into()),
            },
            // In whatever case: AWS's own examples write both.
            (StrategyType::Binpack, Some(field)) if field.eq_ignore_ascii_case("cpu") => Step::Binpack(Scarce::Cpu),
            (StrategyType::Binpack, Some(field)) if field.eq_ignore_ascii_case("memory") => {
                Step::Binpack(Scarce::Memory)
            }
            (StrategyType::Binpack, _) => return error(place, "binpack takes cpu or memory.".into()),
        });
    }
    Ok(read)
}

/// Both, for tasks that are launched there: Fargate knows neither [CA-017].
pub(crate) fn placement(
    constraint: &[PlacementConstraint],
    strategies: &[PlacementStrategy],
    launch: Launch,
    beside: usize,
) -> Result<Placement, ApiError> {
    let error = |place: &str, message: &str| Err(ApiError::invalid_parameter(message).at(place));
    if launch == Launch::Fargate && !constraint.is_empty() {
        return error("placementConstraints", "Placement constraints are not supported with FARGATE launch type.");
    }
    if launch == Launch::Fargate && !strategies.is_empty() {
        return error("placementStrategy", "Placement strategies are not supported with FARGATE launch type.");
    }
    Ok(Placement { constraints: constraints(constraint, beside)?, strategy: strategy(strategies)? })
}

/// The constraints as AWS describes them.
pub(crate) fn described_constraints(constraints: &[Constraint]) -> Vec<PlacementConstraint> {
    let one = |constraint: &Constraint| match constraint {
        Constraint::DistinctInstance => {
            PlacementConstraint { r#type: ConstraintType::DistinctInstance, expression: None }
        }
        Constraint::MemberOf(expression) => {
            PlacementConstraint { r#type: ConstraintType::MemberOf, expression: Some(expression.text.clone()) }
        }
    };
    constraints.iter().map(one).collect()
}

/// The strategy as AWS describes it.
pub(crate) fn described_strategy(steps: &[Step]) -> Vec<PlacementStrategy> {
    let one = |step: &Step| match step {
        Step::Random => PlacementStrategy { r#type: StrategyType::Random, field: None },
        Step::Spread(Field::Instance) => {
            PlacementStrategy { r#type: StrategyType::Spread, field: Some("instanceId".into()) }
        }
        Step::Spread(Field::Attribute(name)) => {
            PlacementStrategy { r#type: StrategyType::Spread, field: Some(format!("attribute:{name}")) }
        }
        Step::Binpack(scarce) => {
            let field = match scarce {
                Scarce::Cpu => "CPU",
                Scarce::Memory => "MEMORY",
            };
            PlacementStrategy { r#type: StrategyType::Binpack, field: Some(field.into()) }
        }
    };
    steps.iter().map(one).collect()
}
