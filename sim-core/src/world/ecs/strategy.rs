//! How a deployment goes from one revision to the next: deployment strategies, their stages, and hooks.

use std::time::Duration;

use super::{DeploymentAlarms, EarlySuccess, Ecs};

/// All of the traffic [per mille].
pub(crate) const ALL: u32 = 1000;

/// `strategy` of the deployment controller `ECS` [CP-165].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeploymentStrategy {
    /// Tasks are replaced within the bounds.
    #[default]
    Rolling,
    /// A second, whole set of tasks gets all of the traffic at once [CP-204].
    BlueGreen,
    /// It gets the traffic in equal steps [CP-205].
    Linear {
        /// More for it in each step [per mille].
        step: u32,
        /// Between two steps.
        bake: Duration,
    },
    /// It gets a small part, and then the rest [CP-206].
    Canary {
        /// The small part [per mille].
        first: u32,
        /// Before the rest.
        bake: Duration,
    },
}

impl DeploymentStrategy {
    /// What the new revision gets of the production traffic after each step [per mille], and how long it stays so before the
    /// next [CP-204][CP-205][CP-206].
    pub fn steps(self) -> Vec<(u32, Duration)> {
        match self {
            DeploymentStrategy::Rolling => Vec::new(),
            DeploymentStrategy::BlueGreen => vec![(ALL, Duration::ZERO)],
            DeploymentStrategy::Linear { step, bake } => {
                let count = ALL.div_ceil(step.max(1));
                (1..=count).map(|n| if n == count { (ALL, Duration::ZERO) } else { (n * step, bake) }).collect()
            }
            DeploymentStrategy::Canary { first, bake } if first < ALL => vec![(first, bake), (ALL, Duration::ZERO)],
            DeploymentStrategy::Canary { .. } => vec![(ALL, Duration::ZERO)],
        }
    }
}

/// `lifecycleStage`, in the order in which a deployment walks through them [CP-202].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::Display, strum::EnumIter,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// Revisions of a deployment that was overtaken go first.
    ReconcileService,
    /// Before anything starts.
    PreScaleUp,
    /// The new revision starts, as many tasks as desired, beside the old one [CP-203].
    ScaleUp,
    /// They are healthy.
    PostScaleUp,
    /// The test listener leads to it.
    TestTrafficShift,
    /// It does.
    PostTestTrafficShift,
    /// Before production traffic comes.
    PreProductionTrafficShift,
    /// Production traffic comes, in the strategy's steps.
    ProductionTrafficShift,
    /// All of it has come.
    PostProductionTrafficShift,
    /// Both revisions run, so that the way back is short.
    BakeTime,
    /// The old revision goes.
    CleanUp,
}

impl Stage {
    /// The next one.
    pub(super) fn next(self) -> Option<Stage> {
        use strum::IntoEnumIterator;
        Stage::iter().find(|&stage| stage > self)
    }

    /// Whether a deployment may wait for somebody in it [CP-213].
    pub fn takes_pauses(self) -> bool {
        self.takes_hooks() && !matches!(self, Stage::TestTrafficShift | Stage::ProductionTrafficShift)
    }

    /// Whether a function may be called in it [CP-211].
    pub fn takes_hooks(self) -> bool {
        !matches!(self, Stage::ScaleUp | Stage::BakeTime | Stage::CleanUp)
    }
}

/// `lifecycleHooks[]`: a function that is asked in some stages [CP-211], or a pause in them [CP-213].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// `hookTargetArn`.
    pub function: String,
    /// `roleArn`.
    pub role: String,
    /// When it is asked.
    pub stages: Vec<Stage>,
    /// Of a hook that pauses: how long it waits.
    pub pause: Option<Pause>,
}

/// `PAUSE`: a deployment waits until somebody lets it go on or back [CP-213].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// `timeoutInMinutes`.
    pub timeout: Duration,
    /// Whether it goes on then, and not back.
    pub goes_on: bool,
}

impl Hook {
    /// The name of the function: what stands last in its ARN.
    pub fn name(&self) -> &str {
        self.function.rsplit(':').next().unwrap_or(&self.function)
    }
}

/// How a service deploys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// `strategy`.
    pub strategy: DeploymentStrategy,
    /// `bakeTimeInMinutes`.
    pub bake: Duration,
    /// `lifecycleHooks`.
    pub hooks: Vec<Hook>,
    /// `alarms`: what fails a deployment.
    pub alarms: DeploymentAlarms,
    /// `earlySuccessCriteria`, when they are enabled.
    pub early: Option<EarlySuccess>,
}

/// `hookStatus` of an answer [CP-212].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum HookStatus {
    /// Go on.
    Succeeded,
    /// Go back.
    Failed,
    /// Ask again.
    InProgress,
    /// Nobody has said anything in time.
    TimedOut,
}

/// What a function answers, as `[[world.hook]]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookScript {
    /// From the call to the answer.
    pub takes: Duration,
    /// From an answer `IN_PROGRESS` to the next call; 30 s unless set [CP-212].
    pub call_back_delay: Duration,
    /// One after the other, for each deployment and stage anew; the last is given again and again.
    pub answers: Vec<HookStatus>,
}

impl Ecs {
    /// Says what a function answers.
    pub(crate) fn describe_hook(&mut self, name: String, script: HookScript) {
        self.hooks.insert(name, script);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-204] [CP-205] [CP-206] AWS's defaults: all at once; 10 % every six minutes; 5 %, ten minutes, and the rest.
    #[test]
    fn each_strategy_has_its_steps() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        assert_eq!(DeploymentStrategy::BlueGreen.steps(), [(1000, minutes(0))]);
        let linear = DeploymentStrategy::Linear { step: 100, bake: minutes(6) }.steps();
        assert_eq!(linear.len(), 10);
        assert_eq!((linear[0], linear[9]), ((100, minutes(6)), (1000, minutes(0))));
        let uneven = DeploymentStrategy::Linear { step: 300, bake: minutes(1) }.steps();
        assert_eq!(uneven.iter().map(|step| step.0).collect::<Vec<_>>(), [300, 600, 900, 1000]);
        let canary = DeploymentStrategy::Canary { first: 50, bake: minutes(10) }.steps();
        assert_eq!(canary, [(50, minutes(10)), (1000, minutes(0))]);
    }
}
