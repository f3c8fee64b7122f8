//! `autoscaling:DescribeScalingActivities`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{find_group, invalid};
use crate::api::{ApiError, Operation};
use crate::world::capacity::{Activity, Group};
use crate::world::{Ctx, World};

/// Activities of one answer [count].
const ACTIVITIES_MAX: u32 = 100;

/// `autoscaling:DescribeScalingActivities` — what groups did, newest first.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeScalingActivities {
    /// Of this group; of all unless set.
    pub auto_scaling_group_name: Option<String>,
    /// These; all unless set.
    #[serde(default)]
    pub activity_ids: Vec<String>,
    /// At most so many [count]; 100 unless set.
    #[schemars(range(min = 1, max = 100))]
    pub max_records: Option<u32>,
}

/// What DescribeScalingActivities answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeScalingActivitiesOutput {
    /// Newest first.
    pub activities: Vec<ActivityDescription>,
}

/// `Activity`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActivityDescription {
    /// A UUID.
    pub activity_id: String,
    /// Whose.
    pub auto_scaling_group_name: String,
    /// What.
    pub description: String,
    /// Why.
    pub cause: String,
    /// From when.
    pub start_time: String,
    /// To when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// How far it is.
    pub status_code: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// [%].
    pub progress: u32,
    /// Whose, once more.
    #[serde(rename = "AutoScalingGroupARN")]
    pub auto_scaling_group_arn: String,
}

impl ActivityDescription {
    /// Describes an activity as it is now.
    pub(super) fn of(group: &Group, activity: &Activity, world: &World) -> ActivityDescription {
        ActivityDescription {
            activity_id: activity.id.clone(),
            auto_scaling_group_name: group.name.clone(),
            description: activity.description.clone(),
            cause: activity.cause.clone(),
            start_time: world.account.wall(activity.began),
            end_time: activity.ended.map(|ended| world.account.wall(ended)),
            status_code: activity.status.into(),
            status_message: activity.message.clone(),
            progress: activity.status.progress(),
            auto_scaling_group_arn: group.arn.clone(),
        }
    }
}

impl Operation for DescribeScalingActivities {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "DescribeScalingActivities";
    type Output = DescribeScalingActivitiesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let most = self.max_records.unwrap_or(ACTIVITIES_MAX);
        if !(1..=ACTIVITIES_MAX).contains(&most) {
            return Err(invalid("MaxRecords must be from 1 to 100.").at("MaxRecords"));
        }
        let groups = match &self.auto_scaling_group_name {
            Some(name) => vec![find_group(world, name)?],
            None => world.groups.live.values().copied().collect(),
        };
        let wanted = |one: &Activity| self.activity_ids.is_empty() || self.activity_ids.contains(&one.id);
        let groups = groups.into_iter().map(|id| &world.groups.all[id]);
        let mut all: Vec<(&Group, &Activity)> =
            groups.flat_map(|group| group.activities.iter().rev().map(move |one| (group, one))).collect();
        all.retain(|(_, one)| wanted(one));
        all.sort_by_key(|(_, one)| std::cmp::Reverse(one.began));
        all.truncate(most as usize);
        let activities = all.into_iter().map(|(group, one)| ActivityDescription::of(group, one, world)).collect();
        Ok(DescribeScalingActivitiesOutput { activities })
    }
}
