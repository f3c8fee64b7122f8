//! Fargate, and the agent that starts and stops a task's containers, there and on container instances.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::cache::{ImageCache, PullBehavior};
use super::probe::Probe;
use crate::engine::FactId;
use crate::world::app::AppEvent;
use crate::world::ecr::{self, Missing, error};
use crate::world::ecs::{
    Containers, EcsEvent, InstanceId, InstanceStatus, LogConfiguration, TaskDefinition, TaskId, TaskStatus, containers,
};
use crate::world::iam::{Denial, EC2, ECS_TASKS, unable_to_assume};
use crate::world::logs::{self, LogsEvent};
use crate::world::network::{NetworkEvent, Service};
use crate::world::{Assumptions, Ctx, Event, Fact, Name, Peers};

/// What Fargate reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FargateEvent {
    /// Prepare a host for a task.
    Provision(TaskId),
    /// The task has its ENI: start it.
    Start(TaskId),
    /// Pull the images of these containers, and start them then.
    Pull(TaskId, Containers),
    /// Their images are pulled.
    Pulled(TaskId, Containers),
    /// Start failed after its attempts.
    Failed(TaskId),
    /// The containers have started.
    Started(TaskId, Containers),
    /// Send them the stop signal.
    Stop(TaskId, Containers),
    /// The task's host is gone, with all that ran on it.
    HostLost(TaskId),
    /// Run the health check of a container that was started again so often.
    Check(TaskId, u16, u16),
    /// Such a check has passed, or failed.
    Checked(TaskId, u16, u16, bool),
    /// Something happens inside of a task: checks that would have passed may not.
    Wake(TaskId),
    /// Start a container again that has ended.
    Restart(TaskId, u16),
    /// What ran of a task is gone, and nobody tells ECS.
    Vanish(TaskId),
    /// The agent of an instance hears ECS again.
    Heard(InstanceId),
    /// A task on a container instance is STOPPED: its images are not in use any more.
    Stopped(TaskId),
}

impl FargateEvent {
    /// Whose life goes on.
    fn task(self) -> Option<TaskId> {
        match self {
            FargateEvent::Heard(_) | FargateEvent::Stopped(_) => None,
            FargateEvent::Provision(task)
            | FargateEvent::Start(task)
            | FargateEvent::Pull(task, _)
            | FargateEvent::Pulled(task, _)
            | FargateEvent::Failed(task)
            | FargateEvent::Started(task, _)
            | FargateEvent::Stop(task, _)
            | FargateEvent::HostLost(task)
            | FargateEvent::Check(task, ..)
            | FargateEvent::Checked(task, ..)
            | FargateEvent::Wake(task)
            | FargateEvent::Vanish(task)
            | FargateEvent::Restart(task, _) => Some(task),
        }
    }
}

/// Something that keeps a task from starting.
struct Obstacle {
    /// AWS's text.
    reason: String,
    /// How long the agent tries before it gives up.
    after: Duration,
    /// The fact that names the true cause.
    because: Option<FactId>,
}

/// The state of Fargate.
#[derive(Clone, Debug, Default)]
pub struct Fargate {
    /// Why a task could not start.
    failures: BTreeMap<TaskId, Name>,
    /// Tasks whose hosts are gone: nobody is there to take the next step of their lives.
    lost: BTreeSet<TaskId>,
    /// The images that container instances keep.
    caches: BTreeMap<InstanceId, ImageCache>,
    /// What ECS has told agents that do not hear it at present [CP-225].
    unheard: BTreeMap<InstanceId, Vec<FargateEvent>>,
    /// The health checks of containers that have one.
    pub(super) probes: BTreeMap<(TaskId, u16), Probe>,
}

impl Fargate {
    /// Whether what ran of a task is gone without a word to ECS.
    pub(crate) fn has_vanished(&self, task: TaskId) -> bool {
        self.lost.contains(&task)
    }

    /// Why a task could not start: its `stoppedReason`.
    pub fn failure(&self, task: TaskId) -> Option<Name> {
        self.failures.get(&task).cloned()
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: FargateEvent, peers: &Peers, ctx: &mut Ctx) {
        let assume = &peers.assume;
        if event.task().is_some_and(|task| self.lost.contains(&task)) {
            return;
        }
        if let Some(instance) = out_of_hearing(event, peers) {
            self.unheard.entry(instance).or_default().push(event);
            return;
        }
        match event {
            FargateEvent::HostLost(task) => {
                self.lost.insert(task);
                ctx.send(Duration::ZERO, Event::App(AppEvent::Vanish(task)));
                ctx.send(assume.host_loss_detection, Event::Ecs(EcsEvent::HostLost(task)));
            }
            FargateEvent::Vanish(task) => {
                self.lost.insert(task);
                ctx.send(Duration::ZERO, Event::App(AppEvent::Vanish(task)));
            }
            FargateEvent::Stopped(task) => {
                let Some(instance) = instance_of(task, peers) else { return };
                let clean_up = peers.ec2.hosts[peers.ecs.instances[instance].host].agent.clean_up;
                if let Some(cache) = self.caches.get_mut(&instance) {
                    cache.release(task, &clean_up, ctx.now());
                }
            }
            FargateEvent::Heard(instance) => {
                for event in self.unheard.remove(&instance).unwrap_or_default() {
                    ctx.send(Duration::ZERO, Event::Fargate(event));
                }
            }
            FargateEvent::Provision(task) if instance_of(task, peers).is_some() => {
                ctx.send(assume.eni_attachment, Event::Network(NetworkEvent::Attach(task)));
            }
            FargateEvent::Provision(task) => {
                let delay = draw("fargate-provisioning", assume.fargate_provisioning, task, peers, ctx);
                ctx.send(delay, Event::Network(NetworkEvent::Attach(task)));
            }
            FargateEvent::Start(task) => {
                let delay = match instance_of(task, peers) {
                    Some(_) => draw("agent-payload", assume.agent_payload, task, peers, ctx),
                    None => draw("fargate-pending", assume.fargate_pending, task, peers, ctx),
                };
                let first = containers::first(&definition(task, peers).containers);
                ctx.send(delay, Event::Fargate(FargateEvent::Pull(task, first)));
            }
            FargateEvent::Pull(task, which) if is_wanted(task, peers) => self.pull(task, which, peers, ctx),
            FargateEvent::Pulled(task, which) if is_wanted(task, peers) => self.pulled(task, which, peers, ctx),
            FargateEvent::Failed(task) if is_wanted(task, peers) => {
                let reason = self.failure(task).unwrap_or_default();
                let fact = ctx.record(Fact::StartFailed { task, reason });
                ctx.because(fact);
                ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::StartFailed(task)));
            }
            FargateEvent::Started(task, which) if is_wanted(task, peers) => {
                for (place, container) in which.among(&definition(task, peers).containers) {
                    let container = container.name.as_str().into();
                    let fact = ctx.record(Fact::ContainerStarted { task, container });
                    ctx.because(fact);
                    self.begin_checks(task, place as u16, peers, ctx);
                }
                ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::ContainersStarted(task, which)));
            }
            FargateEvent::Stop(task, which) => {
                for (place, _) in which.among(&definition(task, peers).containers) {
                    self.probes.remove(&(task, place as u16));
                }
                stop(task, which, peers, ctx);
            }
            FargateEvent::Check(task, container, run) => self.check(task, container, run, peers, ctx),
            FargateEvent::Checked(task, container, run, passed) => {
                self.checked((task, container, run), passed, peers, ctx);
            }
            FargateEvent::Wake(task) => self.wake(task, ctx),
            FargateEvent::Restart(task, container) if peers.ecs.tasks[task].stopping.is_none() => {
                let name = definition(task, peers).containers[usize::from(container)].name.as_str().into();
                let restarts = peers.ecs.tasks[task].containers[usize::from(container)].restarts;
                let fact = ctx.record(Fact::ContainerRestarted { task, container: name, restarts });
                ctx.because(fact);
                self.begin_checks(task, container, peers, ctx);
                ctx.send(Duration::ZERO, Event::App(AppEvent::Started(task, Containers::one(container))));
                ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::ContainerRestarted(task, container)));
            }
            // The task was told to stop meanwhile.
            FargateEvent::Pull(..)
            | FargateEvent::Pulled(..)
            | FargateEvent::Failed(_)
            | FargateEvent::Started(..)
            | FargateEvent::Restart(..) => {}
        }
    }

    /// The gates before and during a pull, in order; the first that is closed decides the error [IA-134][IM-066]. The
    /// manifests of all images are asked for before the first container starts, also of those that are pulled later
    /// [CP-059].
    fn pull(&mut self, task: TaskId, which: Containers, peers: &Peers, ctx: &mut Ctx) {
        let definition = definition(task, peers);
        for (_, container) in which.among(&definition.containers) {
            let image = container.image.as_str().into();
            let fact = ctx.record(Fact::PullStarted { task, image });
            ctx.because(fact);
        }
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::PullStarted(task)));
        let is_first = which == containers::first(&definition.containers);
        let host = instance_of(task, peers).map(|instance| {
            let host = &peers.ec2.hosts[peers.ecs.instances[instance].host];
            let registered = peers.ecs.instances[instance].registered_at;
            let cache = self.caches.entry(instance).or_default();
            cache.clean(&host.agent.clean_up, registered, ctx.now());
            (host, &*cache)
        });
        let (mut images, mut there) = (Vec::new(), Vec::new());
        for place in 0..definition.containers.len() {
            if !is_first && !which.has(place) {
                there.extend(
                    peers
                        .ecr
                        .resolve(&peers.ecs.image_of(task, place), &peers.account)
                        .ok()
                        .filter(|_| started(task, place, peers)),
                );
                continue;
            }
            let image = peers.ecs.image_of(task, place);
            let cached = host.as_ref().and_then(|(host, cache)| Some((host.agent.pull, cache.find(&image)?)));
            if matches!(cached, Some((PullBehavior::Once | PullBehavior::PreferCached, _))) {
                continue; // It is there, and nobody asks the registry [CP-234].
            }
            match find_image(task, &image, peers, ctx) {
                Ok(image) if which.has(place) => images.push(image),
                Ok(_) => {}
                Err(_) if matches!(cached, Some((PullBehavior::Default, _))) => {} // The one that is there will do [CP-234].
                Err(obstacle) => return self.give_up(task, obstacle, ctx),
            }
        }
        let plan = match &host {
            None => ecr::pull_plan_beside(&there, &images, definition.cpu, &peers.assume),
            Some((host, cache)) => {
                there.extend(cache.images());
                // All downloads together get what the instance's network has [CA-057].
                let layers = images.iter().map(|image| image.layers.len()).sum::<usize>() as u64;
                let at_once = layers.clamp(1, u64::from(peers.assume.parallel_downloads.max(1)));
                let each = u64::from(host.kind.megabits) * 125_000 / at_once;
                let stream_bandwidth = peers.assume.stream_bandwidth.min(each.max(1));
                let assume = Assumptions { stream_bandwidth, ..peers.assume };
                ecr::pull_plan_beside(&there, &images, host.kind.vcpus * 1024, &assume)
            }
        };
        ctx.send(plan.total, Event::Fargate(FargateEvent::Pulled(task, which)));
    }

    /// The images are there: the log driver is next, then the containers [IA-134].
    fn pulled(&mut self, task: TaskId, which: Containers, peers: &Peers, ctx: &mut Ctx) {
        let definition = definition(task, peers);
        for (place, container) in which.among(&definition.containers) {
            let bytes = peers.ecr.resolve(&peers.ecs.image_of(task, place), &peers.account).map_or(0, ecr::Image::size);
            let image = container.image.as_str().into();
            let fact = ctx.record(Fact::PullFinished { task, image, bytes });
            ctx.because(fact);
        }
        if let Some(instance) = instance_of(task, peers) {
            let cache = self.caches.entry(instance).or_default();
            for (place, _) in which.among(&definition.containers) {
                let reference = peers.ecs.image_of(task, place);
                let there = cache.find(&reference).cloned();
                let now = peers.ecr.resolve(&reference, &peers.account).ok().cloned();
                let kept = matches!(behavior(instance, peers), PullBehavior::Once | PullBehavior::PreferCached);
                let image = if kept { there.or(now) } else { now.or(there) };
                if let Some(image) = image {
                    let fresh = cache.find(&reference).is_none_or(|there| there.digest != image.digest);
                    cache.hold(task, &reference, &image, fresh, ctx.now());
                }
            }
        }
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::PullFinished(task)));
        for (_, container) in which.among(&definition.containers) {
            let Some(options) = &container.logs else { continue };
            if let Err(obstacle) = open_log(task, &container.name, options, peers, ctx) {
                return self.give_up(task, obstacle, ctx);
            }
        }
        ctx.send(Duration::ZERO, Event::Logs(LogsEvent::CreateGroups(task)));
        let (median, sigma) = (peers.assume.container_start, peers.assume.start_sigma);
        let name = &peers.ecs.tasks[task].name;
        let delay = match which.among(&definition.containers).next() {
            // Those that waited for others have a start of their own.
            Some((_, one)) if !one.depends_on.is_empty() => {
                ctx.stream("container-start", &format!("{name}/{}", one.name)).lognormal(median, sigma)
            }
            _ => draw("container-start", median, task, peers, ctx),
        };
        ctx.send(delay, Event::Fargate(FargateEvent::Started(task, which)));
    }

    fn give_up(&mut self, task: TaskId, obstacle: Obstacle, ctx: &mut Ctx) {
        self.failures.insert(task, obstacle.reason.chars().take(1024).collect::<String>().into());
        let cause = obstacle.because.or(ctx.cause());
        ctx.within(cause, |ctx| ctx.send(obstacle.after, Event::Fargate(FargateEvent::Failed(task))));
    }
}

/// Sends the stop signal; SIGKILL follows for each container after its own `stopTimeout` [CP-061].
fn stop(task: TaskId, which: Containers, peers: &Peers, ctx: &mut Ctx) {
    ctx.send(Duration::ZERO, Event::App(AppEvent::Terminate(task, which)));
    let containers = &definition(task, peers).containers;
    let patience: BTreeSet<Duration> = which.among(containers).map(|(_, container)| container.stop_timeout).collect();
    for after in patience {
        let due = |place: usize| which.has(place) && containers[place].stop_timeout == after;
        ctx.send(after, Event::App(AppEvent::Kill(task, Containers::of(containers.len(), due))));
    }
}

/// The image behind a reference, if role, routes and registry let the task have it.
fn find_image<'a>(task: TaskId, reference: &str, peers: &'a Peers, ctx: &mut Ctx) -> Result<&'a ecr::Image, Obstacle> {
    let account = &peers.account;
    let wanted = peers.ecr.reference(reference, account);
    let full = wanted.full(account);
    let obstacle = |reason: String, because| Obstacle { reason, after: peers.assume.pull_refusal, because };
    if wanted.private {
        path(task, Service::EcrApi, || error::no_route_auth(account), peers, ctx)?;
        may(task, "ecr:GetAuthorizationToken", "*", error::denied_auth, peers, ctx)?;
        let uri = format!("{}/{}", ecr::registry(account), wanted.repository);
        path(task, Service::EcrDkr, || error::no_route_image(&full, &uri), peers, ctx)?;
        let arn = wanted.repository_arn(account);
        may(task, "ecr:BatchGetImage", &arn, |denial| error::denied_image(&full, denial), peers, ctx)?;
    } else {
        path(task, Service::PublicRegistry, || error::no_route_public(&full), peers, ctx)?;
    }
    let image = peers.ecr.resolve(reference, account).map_err(|missing| match missing {
        Missing::Repository(_) => obstacle(error::repository_missing(&full), ctx.cause()),
        Missing::Image(_) => obstacle(error::not_found(&full), ctx.cause()),
    })?;
    if wanted.private {
        let arn = wanted.repository_arn(account);
        may(task, "ecr:GetDownloadUrlForLayer", &arn, |denial| error::denied_image(&full, denial), peers, ctx)?;
        let uri = format!("{}/{}", ecr::registry(account), wanted.repository);
        path(task, Service::S3, || error::no_route_image(&full, &uri), peers, ctx)?;
    }
    Ok(image)
}

/// Asks IAM whether the execution role may do something for a task [IM-017][IA-134].
fn may(
    task: TaskId,
    action: &str,
    resource: &str,
    text: impl Fn(&Denial) -> String,
    peers: &Peers,
    ctx: &mut Ctx,
) -> Result<(), Obstacle> {
    let after = peers.assume.pull_refusal;
    // On a container instance without execution role it is the instance's own that is asked [IA-035][IA-036].
    let of_host =
        instance_of(task, peers).and_then(|instance| peers.ec2.hosts[peers.ecs.instances[instance].host].role);
    let (role, by) = match definition(task, peers).execution_role {
        Some(role) => (Some(role), ECS_TASKS),
        None => (of_host, EC2),
    };
    let Some(role) = role else {
        let reason = "ResourceInitializationError: unable to pull secrets or registry auth: The task definition has \
                      no execution role."
            .to_owned();
        return Err(Obstacle { reason, after, because: ctx.cause() });
    };
    if let Err(denial) = peers.iam.may_assume(role, by) {
        let reason = unable_to_assume(&peers.iam.roles[role].arn);
        return Err(Obstacle { reason, after, because: Some(denial.because) });
    }
    let session = &peers.ecs.tasks[task].uuid;
    let Err(denial) = peers.iam.allows(role, session, action, resource, &peers.account) else { return Ok(()) };
    let because = ctx.within(Some(denial.because), |ctx| {
        ctx.record(Fact::AccessDenied { role, action: action.into(), resource: resource.into() })
    });
    Err(Obstacle { reason: text(&denial), after, because: Some(because) })
}

/// Asks the network whether a task reaches an AWS service [CA-014][IA-092].
fn path(task: TaskId, to: Service, text: impl Fn() -> String, peers: &Peers, ctx: &mut Ctx) -> Result<(), Obstacle> {
    let after = peers.assume.connect_failure;
    // On a container instance it is the instance that pulls and writes logs, whatever interface the task has.
    let of_host = instance_of(task, peers).map(|instance| peers.ec2.hosts[peers.ecs.instances[instance].host].eni);
    let Some(eni) = of_host.or(peers.network.eni_of(task)) else {
        return Err(Obstacle { reason: text(), after, because: ctx.cause() });
    };
    let Err(blocked) = peers.network.egress(eni, to) else { return Ok(()) };
    let because = ctx.within(blocked.because.or(ctx.cause()), |ctx| {
        let from = format!("task {}", peers.ecs.tasks[task].uuid).into();
        ctx.record(Fact::ConnectionBlocked { from, to: to.noun().into(), port: 443, by: blocked.by })
    });
    Err(Obstacle { reason: text(), after, because: Some(because) })
}

/// What the `awslogs` driver asks before the containers start [IA-036][IA-037][IM-080]; without an answer the task is not
/// initialised [CP-071].
fn open_log(
    task: TaskId,
    container: &str,
    options: &LogConfiguration,
    peers: &Peers,
    ctx: &mut Ctx,
) -> Result<(), Obstacle> {
    path(task, Service::Logs, logs::error::no_path, peers, ctx)?;
    let group = &options.group;
    if !peers.logs.groups.contains_key(group) {
        if !options.create_group {
            let after = peers.assume.pull_refusal;
            return Err(Obstacle { reason: logs::error::group_missing(), after, because: ctx.cause() });
        }
        let arn = logs::group_arn(group, &peers.account);
        may(task, "logs:CreateLogGroup", &arn, logs::error::denied, peers, ctx)?;
    }
    let stream = format!("{}/{container}/{}", options.stream_prefix, peers.ecs.tasks[task].uuid);
    let arn = logs::stream_arn(group, &stream, &peers.account);
    may(task, "logs:CreateLogStream", &arn, logs::error::denied, peers, ctx)
}

/// The container instance of a task; none on Fargate.
fn instance_of(task: TaskId, peers: &Peers) -> Option<InstanceId> {
    peers.ecs.tasks[task].instance
}

/// `ECS_IMAGE_PULL_BEHAVIOR` of an instance.
fn behavior(instance: InstanceId, peers: &Peers) -> PullBehavior {
    peers.ec2.hosts[peers.ecs.instances[instance].host].agent.pull
}

/// The instance whose agent does not hear this order of ECS, because it is cut off [CP-225].
fn out_of_hearing(event: FargateEvent, peers: &Peers) -> Option<InstanceId> {
    let (FargateEvent::Start(task) | FargateEvent::Stop(task, _)) = event else { return None };
    let instance = instance_of(task, peers)?;
    let it = &peers.ecs.instances[instance];
    (!it.connected && it.status != InstanceStatus::Inactive).then_some(instance)
}

pub(super) fn definition(task: TaskId, peers: &Peers) -> &TaskDefinition {
    &peers.ecs.definitions[peers.ecs.tasks[task].definition]
}

/// Whether the container at this place has started, so that its image is there.
fn started(task: TaskId, place: usize, peers: &Peers) -> bool {
    peers.ecs.tasks[task].containers[place].started.is_some()
}

/// Whether a task is still to be started.
fn is_wanted(task: TaskId, peers: &Peers) -> bool {
    let task = &peers.ecs.tasks[task];
    task.stopping.is_none() && task.status == TaskStatus::Pending
}

/// A log-normal draw around `median` from the task's own stream for `purpose` [CA-039].
fn draw(purpose: &str, median: Duration, task: TaskId, peers: &Peers, ctx: &Ctx) -> Duration {
    ctx.stream(purpose, &peers.ecs.tasks[task].name).lognormal(median, peers.assume.start_sigma)
}
