//! `cloudwatch:PutMetricAlarm`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ComparisonOperator, Dimension, TreatMissingData, checked_length, dimension, invalid};
use crate::api::{ApiError, NoOutput, NotModelled, Operation};
use crate::world::cloudwatch::alarm::{AlarmRule, Number, Watched};
use crate::world::{Ctx, World};

const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// `cloudwatch:PutMetricAlarm` — makes an alarm that watches a metric, or makes it anew.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutMetricAlarm {
    /// Its name, 1–255 characters. One of this name is made anew and keeps its state until it is evaluated.
    pub alarm_name: String,
    /// What it is for, at most 1,024 characters.
    pub alarm_description: Option<String>,
    /// Stored: there are no actions; true unless set.
    pub actions_enabled: Option<bool>,
    /// What is done in OK; not modelled.
    #[serde(default, rename = "OKActions")]
    pub ok_actions: NotModelled,
    /// What is done in ALARM; not modelled. A deployment of ECS reads the state itself.
    #[serde(default)]
    pub alarm_actions: NotModelled,
    /// What is done in INSUFFICIENT_DATA; not modelled.
    #[serde(default)]
    pub insufficient_data_actions: NotModelled,
    /// `HTTPCode_Target_5XX_Count`, `CPUUtilization`, …
    pub metric_name: Option<String>,
    /// `AWS/ApplicationELB`, `AWS/NetworkELB` or `AWS/ECS`.
    pub namespace: Option<String>,
    /// Which number of each period's samples; this or `ExtendedStatistic`.
    pub statistic: Option<Statistic>,
    /// `p50`, `p90` or `p99`, with a period of 60 s.
    pub extended_statistic: Option<String>,
    /// The exact set of dimensions [SC-001].
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// Of each datapoint [s]: a multiple of 60; shorter ones need metrics that are not modelled [SC-002].
    pub period: Option<u32>,
    /// The metric's unit; a metric has no datapoints in another one.
    pub unit: Option<String>,
    /// How many of the latest datapoints count [count], at least 1 [SC-021].
    #[schemars(range(min = 1))]
    pub evaluation_periods: u32,
    /// How many of them must breach [count]; all unless set [SC-021].
    #[schemars(range(min = 1))]
    pub datapoints_to_alarm: Option<u32>,
    /// With what a datapoint is compared [in the metric's unit].
    pub threshold: Option<f64>,
    /// How it is compared.
    pub comparison_operator: ComparisonOperator,
    /// What datapoints count as that are missing; `missing` unless set [SC-024].
    pub treat_missing_data: Option<TreatMissingData>,
    /// Percentiles of few samples; not modelled: they are evaluated.
    #[serde(default)]
    pub evaluate_low_sample_count_percentile: NotModelled,
    /// Metric math; not modelled.
    #[serde(default)]
    pub metrics: NotModelled,
    /// Anomaly detection; not modelled.
    #[serde(default)]
    pub threshold_metric_id: NotModelled,
    /// PromQL; not modelled.
    #[serde(default)]
    pub evaluation_criteria: NotModelled,
    /// PromQL; not modelled.
    #[serde(default)]
    pub evaluation_interval: NotModelled,
    /// Labels; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

/// `Statistic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Statistic {
    /// How many samples there were.
    SampleCount,
    /// Sum over SampleCount.
    Average,
    /// All samples together.
    Sum,
    /// The smallest sample.
    Minimum,
    /// The largest sample.
    Maximum,
}

impl PutMetricAlarm {
    fn number(&self) -> Result<Number, ApiError> {
        match (self.statistic, self.extended_statistic.as_deref()) {
            (Some(_), Some(_)) | (None, None) => {
                Err(invalid("Exactly one of Statistic and ExtendedStatistic must be specified.").at("Statistic"))
            }
            (Some(statistic), None) => Ok(match statistic {
                Statistic::SampleCount => Number::SampleCount,
                Statistic::Average => Number::Average,
                Statistic::Sum => Number::Sum,
                Statistic::Minimum => Number::Minimum,
                Statistic::Maximum => Number::Maximum,
            }),
            (None, Some("p50" | "p50.0" | "p50.00")) => Ok(Number::P50),
            (None, Some("p90" | "p90.0" | "p90.00")) => Ok(Number::P90),
            (None, Some("p99" | "p99.0" | "p99.00")) => Ok(Number::P99),
            (None, Some(other)) => {
                let message = format!("The extended statistic {other} is not modelled by this simulator.");
                Err(invalid(message).at("ExtendedStatistic").help("It keeps p50, p90 and p99 of each minute."))
            }
        }
    }

    /// The period, as long as all datapoints together do not go back too far [SC-002].
    fn checked_period(&self) -> Result<u32, ApiError> {
        let refuse = |message: &str| Err(invalid(message).at("Period"));
        let Some(period) = self.period else { return refuse("Period is required for an alarm on a metric.") };
        if !(matches!(period, 10 | 20 | 30) || (period >= 60 && period.is_multiple_of(60))) {
            return refuse("Period must be 10, 20, 30 or a multiple of 60.");
        }
        let stretch = u64::from(period) * u64::from(self.evaluation_periods);
        if period < 3600 && stretch > DAY {
            return refuse(
                "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for \
                 alarms using period < 3600",
            );
        }
        if stretch > WEEK {
            return refuse(
                "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for \
                 alarms using period >= 3600",
            );
        }
        if period < 60 {
            let error = invalid("Periods of less than a minute are not modelled by this simulator.").at("Period");
            return Err(error.help("Metrics are published once a minute: use 60."));
        }
        Ok(period)
    }

    fn rule(&self, world: &World) -> Result<AlarmRule, ApiError> {
        let of = |field: &Option<String>, place: &str| match field {
            Some(text) => checked_length(place, text, 255).map(str::to_owned),
            None => Err(invalid(format!("{place} is required for an alarm on a metric.")).at(place)),
        };
        let (metric, namespace) = (of(&self.metric_name, "MetricName")?, of(&self.namespace, "Namespace")?);
        let (metric, dimensions) = dimension::resolve(&namespace, &metric, &self.dimensions, world)?;
        let number = self.number()?;
        if self.evaluation_periods == 0 {
            let message = "1 validation error detected: Value '0' at 'evaluationPeriods' failed to satisfy constraint: \
                           Member must have value greater than or equal to 1";
            return Err(invalid(message).at("EvaluationPeriods"));
        }
        let period = self.checked_period()?;
        if number.is_percentile() && period != 60 {
            let error = invalid("Percentiles of more than a minute are not modelled by this simulator.").at("Period");
            return Err(error.help("It keeps p50, p90 and p99 of each minute: use 60."));
        }
        match self.datapoints_to_alarm {
            Some(0) => {
                let message = "1 validation error detected: Value '0' at 'datapointsToAlarm' failed to satisfy \
                               constraint: Member must have value greater than or equal to 1";
                return Err(invalid(message).at("DatapointsToAlarm"));
            }
            Some(datapoints) if datapoints > self.evaluation_periods => {
                let message = "DatapointsToAlarm must be less than or equal to EvaluationPeriods.";
                return Err(invalid(message).at("DatapointsToAlarm"));
            }
            _ => {}
        }
        let Some(threshold) = self.threshold.filter(|threshold| threshold.is_finite()) else {
            return Err(invalid("Threshold is required for an alarm on a metric.").at("Threshold"));
        };
        let watched = Watched { namespace, metric, dimensions, number, unit: self.unit.clone(), minutes: period / 60 };
        Ok(AlarmRule {
            watched,
            evaluation_periods: self.evaluation_periods,
            datapoints_to_alarm: self.datapoints_to_alarm,
            threshold,
            comparison: self.comparison_operator.kept(),
            missing: self.treat_missing_data.map(TreatMissingData::kept).unwrap_or_default(),
        })
    }
}

impl Operation for PutMetricAlarm {
    const SERVICE: &'static str = "cloudwatch";
    const NAME: &'static str = "PutMetricAlarm";
    const TABLE: Option<&'static str> = Some("cloudwatch.metricAlarm");
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_length("AlarmName", &self.alarm_name, 255)?;
        if self.alarm_description.as_ref().is_some_and(|text| text.chars().count() > 1024) {
            let message = "1 validation error detected: Value at 'alarmDescription' failed to satisfy constraint: \
                           Member must have length less than or equal to 1024";
            return Err(invalid(message).at("AlarmDescription"));
        }
        let rule = self.rule(world)?;
        let alarms = &world.cloudwatch.alarms;
        if alarms.are_too_many() && alarms.named(&self.alarm_name).is_none() {
            let message = "The quota for alarms for this customer has already been reached.";
            return Err(ApiError::new("LimitExceeded", message));
        }
        let enabled = self.actions_enabled.unwrap_or(true);
        let (name, description) = (&self.alarm_name, self.alarm_description);
        world.cloudwatch.put_alarm(name, description, enabled, rule, &world.account, ctx);
        Ok(NoOutput {})
    }
}
