//! What a pass starts, why, and how long it waits after tasks that did not get to RUNNING.

use std::time::Duration;

use super::super::breaker::Failed;
use super::super::task::NewTask;
use super::super::{DeploymentId, Ecs, Launch, NO_VCPUS, Rollout, ServiceId, Stage, TaskId, Unplaced};
use super::{QUIET, upper_bound};
use crate::engine::FactId;
use crate::world::{Ctx, Fact, Peers};

/// The longest wait between launches after start failures [CP-133].
const LONGEST_BACK_OFF: Duration = Duration::from_secs(27 * 60);
/// From this many consecutive start failures on, an event says so after each launch [CP-135][CP-155].
const FAILURES_TO_ANNOUNCE: u32 = 3;

/// How events about tasks that do not start end [CP-153][CP-154][CP-155].
const MORE: &str = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/// Why there is no host on Fargate [CP-154].
pub const NO_CAPACITY: &str =
    "Capacity is unavailable at this time. Please try again later or in a different availability zone";

impl Ecs {
    /// Starts what is missing [CP-127], as far as the upper bound and the back-off allow: first what earlier deployments
    /// have lost and still need, each of its own revision [CP-174], then tasks of the PRIMARY one. Returns how many.
    pub(super) fn start_missing(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> usize {
        let now = ctx.now();
        let census = self.census(service, now, peers);
        let it = &self.services[service];
        let primary = it.primary();
        let mut room = upper_bound(it.desired_count, it.maximum_percent).saturating_sub(census.existing);
        if let Some(stage) = self.stage_of(service) {
            // Both revisions run whole, beside each other [CP-203]; the new one waits for its stage.
            room = if stage < Stage::ScaleUp { 0 } else { u32::MAX };
        }

        let mut launches: Vec<(DeploymentId, u32)> = Vec::new();
        for &deployment in &it.deployments[..it.deployments.len() - 1] {
            let of = &self.deployments[deployment];
            let have =
                census.old.iter().filter(|&&task| self.tasks[task].deployment == Some(deployment)).count() as u32;
            let count = of.kept.saturating_sub(have).min(room);
            if of.rollout != Rollout::Failed && now >= of.launch_after && count > 0 {
                launches.push((deployment, count));
                room -= count;
            }
        }
        let replacing = if it.is_daemon() { 0 } else { census.unhealthy_new.len() as u32 };
        let wanted = (it.desired_count + replacing).saturating_sub(census.new.len() as u32).min(room);
        let of = &self.deployments[primary];
        if of.rollout != Rollout::Failed && now >= of.launch_after && wanted > 0 {
            launches.push((primary, wanted));
        }

        let asked: u32 = launches.iter().map(|&(_, count)| count).sum();
        let fargate = self.services[service].launch == Launch::Fargate;
        let mut allowed = self.services[service].launches.available(now);
        if fargate {
            allowed = allowed.min(self.fargate_left(now, &peers.account, &peers.assume));
        }
        self.explain_throttle(service, asked > allowed, peers, ctx);

        let mut started = 0;
        for (deployment, count) in launches {
            let count = count.min(allowed);
            if count == 0 {
                break;
            }
            if now < self.services[service].place_after {
                continue;
            }
            let unhealthy = if deployment == primary { census.unhealthy_new.as_slice() } else { &[] };
            let launched = self.launch(service, deployment, count, unhealthy, peers, ctx);
            allowed -= launched;
            self.services[service].launches.take(launched, now);
            if fargate {
                self.fargate_took(launched, now, &peers.account, &peers.assume);
            }
            started += launched as usize;
        }
        started
    }

    /// Starts `count` tasks of a deployment, the first ones for tasks that are unhealthy, and says so [CP-145]; or as many as
    /// there are places for, as in the guide's examples [CP-172][CP-173], and why there are no more. Returns how many.
    fn launch(
        &mut self,
        service: ServiceId,
        deployment: DeploymentId,
        count: u32,
        unhealthy: &[TaskId],
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> u32 {
        let it = &self.services[service];
        let (cluster, launch, placement) = (it.cluster, it.launch, it.placement.clone());
        // A daemon has its own place for each task: where one does not fit, others still may.
        let places: Vec<_> = match it.is_daemon() {
            true => self.without_daemon(service, peers).into_iter().map(Some).collect(),
            false => vec![None; count as usize],
        };
        let mut started = Vec::new();
        let mut unplaced = None;
        let mut first_cause = None;
        for on in places {
            if started.len() == count as usize || unplaced.is_some() && on.is_none() {
                break;
            }
            let (cause, vacant) = match unhealthy.get(started.len()) {
                Some(&task) => (self.tasks[task].because, false),
                None => self.cause_of_launch(service, deployment, ctx),
            };
            let of = &self.deployments[deployment];
            let new = NewTask {
                cluster,
                deployment: Some(deployment),
                definition: of.recipe.definition,
                network: of.recipe.network.clone(),
                started_by: of.name.clone(),
                launch,
                placement: placement.clone(),
                on,
                group: String::new(),
                provider: if on.is_some() { None } else { self.next_provider(service) },
                waits: true,
            };
            match ctx.within(Some(cause), |ctx| self.create_task(new, peers, ctx)) {
                Ok(task) => {
                    if vacant {
                        self.services[service].vacancies.retain(|&vacancy| vacancy != cause);
                    }
                    first_cause = first_cause.or(Some(cause));
                    started.push(task);
                }
                Err(why) => unplaced = unplaced.or(Some(why)),
            }
        }
        if !started.is_empty() {
            self.services[service].unplaced_since = None;
        }
        match unplaced {
            Some(why) => {
                let missing = if started.is_empty() { 0 } else { count - started.len() as u32 };
                self.explain_placement(service, deployment, (&why, missing), peers, ctx);
            }
            None => {
                let it = &mut self.services[service];
                it.unplaced_said.clear();
                it.unplaced_since = None;
            }
        }
        if started.is_empty() {
            return 0;
        }
        let count = started.len() as u32;
        let mut text = format!("has started {count} tasks: {}.", self.task_list(&started));
        if !unhealthy.is_empty() {
            let replaced = (unhealthy.len() as u32).min(count);
            text += &format!(" Amazon ECS replaced {replaced} tasks due to an unhealthy status.");
        }
        ctx.within(first_cause, |ctx| self.announce(service, &text, &peers.account, ctx));
        count
    }

    /// Says, at most every six hours while that is so, that a service, or its account on Fargate, may launch no more tasks for now
    /// [CP-029][CP-030][CP-155]. What is
    /// left waits for the next looks.
    fn explain_throttle(&mut self, service: ServiceId, throttled: bool, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.services[service];
        if !throttled {
            it.throttled_said = None;
            return;
        }
        if it.throttled_said.is_some_and(|said| ctx.now() < said + QUIET) {
            return;
        }
        it.throttled_said = Some(ctx.now());
        let because = it.because;
        let text = "operations are being throttled. Will try again later.";
        ctx.within(Some(because), |ctx| self.announce(service, text, &peers.account, ctx));
    }

    /// Says that there is no host for a task in any of the service's zones, or no vCPU left [CP-154], or no container instance for it
    /// [CP-153]; and how many are `missing` when others have found their places. It is tried again at each pass; on container
    /// instances, after some time, less often [CP-136].
    fn explain_placement(
        &mut self,
        service: ServiceId,
        deployment: DeploymentId,
        (why, missing): (&Unplaced, u32),
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let now = ctx.now();
        let it = &mut self.services[service];
        if it.launch == Launch::Ec2 && !it.is_daemon() {
            let since = *it.unplaced_since.get_or_insert(now);
            if now >= since + peers.assume.placement_retries {
                it.unplaced_since = None;
                it.place_after = now + peers.assume.placement_pause;
            }
        }
        it.unplaced_reason = why.reason();
        let because = match why {
            Unplaced::NoCapacity => {
                let subnets = &self.deployments[deployment].recipe.network.subnets;
                let zones = subnets.iter().map(|&subnet| peers.network.zone_of(subnet));
                zones.filter_map(|zone| peers.network.lost_because(zone)).max()
            }
            Unplaced::NoInstances | Unplaced::NoVcpus | Unplaced::EmptyProvider | Unplaced::TooManyWaiting => {
                Some(self.services[service].because)
            }
            Unplaced::Refused(_) => why.closest().map(|(instance, _)| self.instances[instance].because),
        };
        let text = match (why, why.closest()) {
            (_, Some((instance, gate))) => format!(
                "was unable to place a task because no container instance met all of its requirements. The closest matching \
                 (container-instance {}) {}. {MORE}",
                self.instances[instance].uuid,
                gate.words()
            ),
            (Unplaced::NoCapacity, None) => format!("was unable to place a task. Reason: {NO_CAPACITY}. {MORE}"),
            (Unplaced::NoVcpus, None) => format!("was unable to place a task. Reason: {NO_VCPUS}. {MORE}"),
            // [CP-157]
            (Unplaced::EmptyProvider, None) => {
                "was unable to reach steady state. Reason: No Container Instances were found in your capacity provider."
                    .to_owned()
            }
            // [CP-158]
            (Unplaced::TooManyWaiting, None) => {
                "was unable to place tasks in your cluster because the tasks provisioning \
                                                 capacity limit was exceeded."
                    .to_owned()
            }
            (_, None) => format!(
                "was unable to place a task because no container instance met all of its requirements. Reason: No \
                 Container Instances were found in your cluster. {MORE}"
            ),
        };
        ctx.within(because, |ctx| {
            self.explain_shortage(service, text, peers, ctx);
            if missing > 0 {
                // [CP-158]
                let name = &self.deployments[deployment].name;
                let text = format!("could not launch {missing} tasks for deployment {name}.");
                self.explain_shortage(service, text, peers, ctx);
            }
        });
    }

    /// Says what keeps tasks from being placed: the same words once in six hours, while that is so.
    fn explain_shortage(&mut self, service: ServiceId, text: String, peers: &Peers, ctx: &mut Ctx) {
        let now = ctx.now();
        let said = &mut self.services[service].unplaced_said;
        said.retain(|(at, _)| now < *at + QUIET);
        if said.iter().any(|(_, words)| **words == *text) {
            return;
        }
        self.announce(service, &text, &peers.account, ctx);
        self.services[service].unplaced_said.push((now, text.into()));
    }

    /// Why a task is started: for one of its deployment that was lost, which is a vacancy, or because a user asked for it.
    fn cause_of_launch(&self, service: ServiceId, deployment: DeploymentId, ctx: &Ctx) -> (FactId, bool) {
        let lost = |&because: &FactId| match ctx.journal().get(because).fact {
            Fact::TaskStopped { task, .. } | Fact::TaskStopRequested { task, .. } => {
                self.tasks[task].deployment == Some(deployment)
            }
            _ => true,
        };
        let vacancies = &self.services[service].vacancies;
        match vacancies.iter().copied().find(lost) {
            Some(vacancy) => (vacancy, true),
            None => (self.services[service].because.max(self.deployments[deployment].because), false),
        }
    }

    /// Counts a task that never reached RUNNING, and waits longer before the next launch of its deployment
    /// [CP-133][CP-135][CP-185]. Others that stopped are no reason to wait [CP-134][CP-255].
    pub(in super::super) fn start_failed(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let (Some(service), Some(id)) = (self.tasks[task].service, self.tasks[task].deployment) else { return };
        self.count_failure(task, Failed::ToStart, ctx.cause().unwrap_or(self.tasks[task].because));
        let deployment = &mut self.deployments[id];
        deployment.start_failures += 1;
        deployment.launch_after = ctx.now() + back_off(peers.assume.start_back_off, deployment.start_failures);
        // Of tasks that were launched together, the first that fails is enough.
        let launched = self.tasks[task].at.created;
        let said = deployment.impaired_said.is_some_and(|said| said > launched);
        if deployment.start_failures >= FAILURES_TO_ANNOUNCE && !said && id == self.services[service].primary() {
            deployment.impaired_said = Some(ctx.now());
            let text = format!("is unable to consistently start tasks successfully. {MORE}");
            self.announce(service, &text, &peers.account, ctx);
        }
    }
}

/// The wait after the `failures`-th consecutive start failure, `first` after the first [CP-135].
fn back_off(first: Duration, failures: u32) -> Duration {
    let doubled = first.saturating_mul(1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(LONGEST_BACK_OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-133] [CP-135] One minute, doubling, never more than 27 minutes.
    #[test]
    fn the_wait_between_launches_doubles_up_to_27_minutes() {
        let minutes: Vec<u64> =
            [1, 2, 3, 4, 5, 6, 40].map(|k| back_off(Duration::from_secs(60), k).as_secs() / 60).to_vec();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 27, 27]);
    }
}
