//! Scaling activities: what a group did, when, and why, in AWS's words.

use super::{Group, GroupId, Groups};
use crate::engine::{FactId, Time};
use crate::world::capacity::HostId;
use crate::world::{Account, Ctx, Fact};

/// `StatusCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
pub enum ActivityStatus {
    /// It is under way.
    InProgress,
    /// It waits for somebody who wants to do something before the instance is terminated.
    MidTerminatingLifecycleAction,
    /// It is done.
    Successful,
    /// It could not be done.
    Failed,
}

impl ActivityStatus {
    /// `Progress` [%].
    pub fn progress(self) -> u32 {
        match self {
            ActivityStatus::InProgress => 50,
            ActivityStatus::MidTerminatingLifecycleAction => 60,
            ActivityStatus::Successful | ActivityStatus::Failed => 100,
        }
    }
}

/// Something that a group did.
#[derive(Clone, Debug)]
pub struct Activity {
    /// `ActivityId`: a UUID.
    pub id: String,
    /// `StatusCode`.
    pub status: ActivityStatus,
    /// `Description`.
    pub description: String,
    /// `Cause`.
    pub cause: String,
    /// `StatusMessage`.
    pub message: Option<String>,
    /// `StartTime`.
    pub began: Time,
    /// `EndTime`.
    pub ended: Option<Time>,
}

impl Groups {
    /// Begins an activity, because of the present cause, and says which fact and which place it has.
    pub(super) fn begin(
        &mut self,
        id: GroupId,
        description: String,
        cause: String,
        account: &Account,
        ctx: &mut Ctx,
    ) -> (FactId, usize) {
        let fact = ctx.record(Fact::GroupActivity { group: id, text: description.as_str().into() });
        let group = &mut self.all[id];
        let place = group.activities.len();
        let key = format!("{}/{place}", group.arn);
        group.activities.push(Activity {
            id: account.uuid("scaling-activity", &key),
            status: ActivityStatus::InProgress,
            description,
            cause,
            message: None,
            began: ctx.now(),
            ended: None,
        });
        (fact, place)
    }
}

impl Group {
    /// An activity is done.
    pub(super) fn finish(&mut self, place: usize, now: Time) {
        let activity = &mut self.activities[place];
        (activity.status, activity.ended) = (ActivityStatus::Successful, Some(now));
    }

    /// An activity could not be done.
    pub(super) fn fail(&mut self, place: usize, message: String, now: Time) {
        let activity = &mut self.activities[place];
        (activity.status, activity.ended, activity.message) = (ActivityStatus::Failed, Some(now), Some(message));
    }

    /// The activity of an instance: its launch, or its termination once that has begun.
    pub fn activity_of(&self, host: HostId) -> Option<&Activity> {
        self.member(host).map(|member| &self.activities[member.activity])
    }
}
