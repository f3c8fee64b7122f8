//! What Fargate gives an account, whoever asks for it, RunTask or the scheduler: launches per second, and vCPUs at a time.

use super::{Ecs, Launch, Task, TaskDefinitionId, TaskStatus};
use crate::engine::{Time, TokenBucket};
use crate::world::{Account, Assumptions, fargate_launches};

/// Why a task does not start whose vCPUs are more than are left [CP-031][CP-154].
pub const NO_VCPUS: &str = "You've reached the limit on the number of vCPUs you can run concurrently";

impl Ecs {
    /// Whether so many tasks of a definition are more than the account may run beside those that are not STOPPED [CP-031].
    pub(crate) fn exceeds_vcpus(&self, definition: TaskDefinitionId, count: u32, assume: &Assumptions) -> bool {
        let Some(vcpus) = assume.fargate_vcpus else { return false };
        let on_fargate = |task: &&Task| task.launch() == Launch::Fargate && task.status != TaskStatus::Stopped;
        let live = self.tasks.iter().map(|(_, task)| task).filter(on_fargate);
        let used: u64 = live.map(|task| u64::from(self.definitions[task.definition].cpu)).sum();
        used + u64::from(count) * u64::from(self.definitions[definition].cpu) > u64::from(vcpus) * 1024
    }

    /// How many tasks Fargate launches for the account at this moment [CP-030] [count].
    pub(crate) fn fargate_left(&self, now: Time, account: &Account, assume: &Assumptions) -> u32 {
        let full = fargate_launches(account, assume).capacity;
        self.fargate.as_ref().map_or(full, |bucket| bucket.available(now))
    }

    /// It launches so many, which it has left.
    pub(crate) fn fargate_took(&mut self, count: u32, now: Time, account: &Account, assume: &Assumptions) {
        let full = || TokenBucket::full(fargate_launches(account, assume), now);
        self.fargate.get_or_insert_with(full).take(count, now);
    }
}
