//! `cloudwatch:DescribeAlarms`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ComparisonOperator, Dimension, StateValue, checked_names, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::cloudwatch::Alarm;
use crate::world::{Ctx, World};

/// `cloudwatch:DescribeAlarms` — describes some alarms, or all, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeAlarms {
    /// By name, at most 100; those that are not there are passed over.
    #[serde(default)]
    pub alarm_names: Vec<String>,
    /// Only those whose name begins so. Not together with names.
    pub alarm_name_prefix: Option<String>,
    /// `MetricAlarm`; there are no composite alarms.
    #[serde(default)]
    pub alarm_types: Vec<AlarmType>,
    /// Only those in this state.
    pub state_value: Option<StateValue>,
    /// Only those with actions that begin so; not modelled: there are no actions.
    #[serde(default)]
    pub action_prefix: NotModelled,
    /// Of a composite alarm; not modelled.
    #[serde(default)]
    pub children_of_alarm_name: NotModelled,
    /// Of an alarm in a composite one; not modelled.
    #[serde(default)]
    pub parents_of_alarm_name: NotModelled,
    /// All are on one page.
    #[serde(default)]
    pub max_records: NotModelled,
    /// All are on one page.
    #[serde(default)]
    pub next_token: NotModelled,
}

/// `AlarmTypes[]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AlarmType {
    /// Of other alarms; there is none.
    CompositeAlarm,
    /// Of a metric.
    MetricAlarm,
}

/// What DescribeAlarms answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAlarmsOutput {
    /// There are none.
    pub composite_alarms: Vec<()>,
    /// Alarms on metrics.
    pub metric_alarms: Vec<MetricAlarm>,
}

/// `MetricAlarm`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetricAlarm {
    /// Its name.
    pub alarm_name: String,
    /// `alarm:{name}`.
    pub alarm_arn: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm_description: Option<String>,
    /// When it was made as it is.
    pub alarm_configuration_updated_timestamp: String,
    /// Stored.
    pub actions_enabled: bool,
    /// None.
    #[serde(rename = "OKActions")]
    pub ok_actions: Vec<()>,
    /// None.
    pub alarm_actions: Vec<()>,
    /// None.
    pub insufficient_data_actions: Vec<()>,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state_value: &'static str,
    /// Why.
    pub state_reason: String,
    /// When state or reason last changed.
    pub state_updated_timestamp: String,
    /// The metric.
    pub metric_name: &'static str,
    /// Where it is published.
    pub namespace: String,
    /// Which number of a period's samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<&'static str>,
    /// Which percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_statistic: Option<String>,
    /// Of what.
    pub dimensions: Vec<Dimension>,
    /// Of a datapoint [s].
    pub period: u64,
    /// The unit that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many datapoints count [count].
    pub evaluation_periods: u32,
    /// How many must breach [count].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datapoints_to_alarm: Option<u32>,
    /// With what they are compared.
    pub threshold: f64,
    /// How.
    pub comparison_operator: ComparisonOperator,
    /// What missing ones count as.
    pub treat_missing_data: &'static str,
    /// When the state last changed.
    pub state_transitioned_timestamp: String,
}

impl MetricAlarm {
    fn of(world: &World, alarm: &Alarm) -> MetricAlarm {
        let (rule, watched) = (&alarm.rule, &alarm.rule.watched);
        let wall = |at| world.account.wall(at);
        let percentile = watched.number.is_percentile();
        let dimension = |(name, value): &(String, String)| Dimension { name: name.clone(), value: value.clone() };
        MetricAlarm {
            alarm_name: alarm.name.clone(),
            alarm_arn: alarm.arn.clone(),
            alarm_description: alarm.description.clone(),
            alarm_configuration_updated_timestamp: wall(alarm.configured),
            actions_enabled: alarm.actions_enabled,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            insufficient_data_actions: Vec::new(),
            state_value: alarm.state.into(),
            state_reason: alarm.reason.clone(),
            state_updated_timestamp: wall(alarm.updated),
            metric_name: watched.metric.into(),
            namespace: watched.namespace.clone(),
            statistic: (!percentile).then(|| watched.number.into()),
            extended_statistic: percentile.then(|| watched.number.to_string()),
            dimensions: watched.dimensions.iter().map(dimension).collect(),
            period: watched.period().as_secs(),
            unit: watched.unit.clone(),
            evaluation_periods: rule.evaluation_periods,
            datapoints_to_alarm: rule.datapoints_to_alarm,
            threshold: rule.threshold,
            comparison_operator: ComparisonOperator::described(rule.comparison),
            treat_missing_data: rule.missing.into(),
            state_transitioned_timestamp: wall(alarm.transitioned),
        }
    }
}

impl Operation for DescribeAlarms {
    const SERVICE: &'static str = "cloudwatch";
    const NAME: &'static str = "DescribeAlarms";
    type Output = DescribeAlarmsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_names(&self.alarm_names)?;
        if self.alarm_name_prefix.is_some() && !self.alarm_names.is_empty() {
            return Err(invalid("AlarmNamePrefix and AlarmNames cannot be specified together.").at("AlarmNamePrefix"));
        }
        let prefix = self.alarm_name_prefix.unwrap_or_default();
        let state = self.state_value.map(StateValue::kept);
        let of_metrics = self.alarm_types.is_empty() || self.alarm_types.contains(&AlarmType::MetricAlarm);
        let wanted = |alarm: &&Alarm| {
            let named = self.alarm_names.is_empty() || self.alarm_names.contains(&alarm.name);
            of_metrics && named && alarm.name.starts_with(&prefix) && state.is_none_or(|state| alarm.state == state)
        };
        let alarms = &world.cloudwatch.alarms;
        let found = alarms.live.values().map(|&id| &alarms.all[id]).filter(wanted);
        let metric_alarms = found.map(|alarm| MetricAlarm::of(world, alarm)).collect();
        Ok(DescribeAlarmsOutput { composite_alarms: Vec::new(), metric_alarms })
    }
}
