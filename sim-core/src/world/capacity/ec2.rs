//! EC2 instances: they are launched, boot, run an ECS agent, and end.

use std::time::Duration;

use super::cache::{CleanUp, PullBehavior};
use super::fargate::FargateEvent;
use super::group::{GroupEvent, GroupId};
use super::instance_type::InstanceType;
use super::launch::{HostRecipe, LaunchTemplate, LaunchTemplateId, TemplateVersion};
use crate::engine::{Arena, FactId, Id, Time};
use crate::world::ecs::{EcsEvent, InstanceStatus, Resources, Tags};
use crate::world::iam::{EC2, RoleId};
use crate::world::network::{EniId, SecurityGroupId, SubnetId, ZoneId};
use crate::world::{Account, Ctx, Event, Fact, Name, Peers};

/// Names a [`Host`].
pub type HostId = Id<Host>;

/// What EC2 reacts to. The number says which boot it is about: an instance that was stopped meanwhile does not care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ec2Event {
    /// The instance is `running`.
    Running(HostId, u32),
    /// Its agent has started and wants to register.
    AgentStarted(HostId, u32),
    /// It is `stopped` or `terminated`.
    Ended(HostId, u32),
    /// A zone is without power.
    PowerLost(ZoneId),
    /// A zone has its power again.
    PowerBack(ZoneId),
    /// Nobody hears its agent any more.
    CutOff(HostId),
    /// Its agent is heard again.
    Heard(HostId),
}

/// `State` of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum HostState {
    /// It is being prepared.
    Pending,
    /// It runs.
    Running,
    /// It is being terminated.
    ShuttingDown,
    /// It is no more.
    Terminated,
    /// It is being stopped.
    Stopping,
    /// It can be started again.
    Stopped,
}

impl HostState {
    /// `Code` of the state.
    pub fn code(self) -> u32 {
        match self {
            HostState::Pending => 0,
            HostState::Running => 16,
            HostState::ShuttingDown => 32,
            HostState::Terminated => 48,
            HostState::Stopping => 64,
            HostState::Stopped => 80,
        }
    }
}

/// What `/etc/ecs/ecs.config` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentConfig {
    /// `ECS_CLUSTER`; `default` unless set.
    pub cluster: String,
    /// `ECS_INSTANCE_ATTRIBUTES`: they count at the first registration [CA-116].
    pub attributes: Vec<(String, String)>,
    /// `ECS_RESERVED_MEMORY`: what is not for tasks [MiB]; 0 unless set [CP-232].
    pub reserved_memory: u32,
    /// `ECS_IMAGE_PULL_BEHAVIOR`.
    pub pull: PullBehavior,
    /// When images go.
    pub clean_up: CleanUp,
}

impl Default for AgentConfig {
    fn default() -> Self {
        AgentConfig {
            cluster: "default".into(),
            attributes: Vec::new(),
            reserved_memory: 0,
            pull: PullBehavior::Default,
            clean_up: CleanUp::default(),
        }
    }
}

impl AgentConfig {
    /// What an agent with these settings registers on an instance of a type [CP-232].
    pub(super) fn resources(&self, kind: &InstanceType) -> Resources {
        Resources { cpu: kind.vcpus * 1024, memory: kind.registered.saturating_sub(self.reserved_memory) }
    }
}

/// An EC2 instance.
#[derive(Clone, Debug)]
pub struct Host {
    /// `i-` and 17 hexadecimal digits.
    pub id: String,
    /// Unique and stable in all runs: `instance#3` for the third one. Random streams are keyed by it.
    pub name: Name,
    /// Its type.
    pub kind: &'static InstanceType,
    /// `ImageId`.
    pub image: String,
    /// Where it is.
    pub subnet: SubnetId,
    /// Its security groups.
    pub groups: Vec<SecurityGroupId>,
    /// Its primary interface.
    pub eni: EniId,
    /// The role of its instance profile: what its agent may do.
    pub role: Option<RoleId>,
    /// How its agent is configured.
    pub agent: AgentConfig,
    /// Labels.
    pub tags: Tags,
    /// The Auto Scaling group that launched it.
    pub group: Option<GroupId>,
    /// `State`.
    pub state: HostState,
    /// Whether its zone has power.
    pub lit: bool,
    /// How often it was started [count].
    pub boots: u32,
    /// `LaunchTime`.
    pub launched: Time,
    /// Since when it is charged for, while it runs.
    pub running_since: Option<Time>,
    /// For how long it was charged before.
    pub ran: Duration,
    /// The fact of its last change.
    pub because: FactId,
}

/// A new instance, and where it is to be.
#[derive(Clone, Debug)]
pub(crate) struct NewHost {
    pub recipe: HostRecipe,
    pub subnet: SubnetId,
    pub eni: EniId,
    pub group: Option<GroupId>,
}

impl Host {
    /// What it registers with [CP-232].
    pub fn resources(&self) -> Resources {
        self.agent.resources(self.kind)
    }

    /// How long it was charged for until `now`: by the second, a minute at least for each start.
    pub fn charged(&self, now: Time) -> Duration {
        let open = self.running_since.map(|since| now.since(since).max(Duration::from_secs(60)));
        self.ran + open.unwrap_or_default()
    }

    /// It does not run any more, or not yet again: the meter stands.
    fn charge(&mut self, now: Time) {
        self.ran = self.charged(now);
        self.running_since = None;
    }
}

/// The EC2 instances of the account.
#[derive(Clone, Debug, Default)]
pub struct Ec2 {
    /// All of them, terminated ones included.
    pub hosts: Arena<Host>,
    /// All launch templates.
    pub templates: Arena<LaunchTemplate>,
}

impl Ec2 {
    /// The instance with this id or name.
    pub fn host_named(&self, name: &str) -> Option<HostId> {
        let tagged = |host: &Host| host.tags.iter().any(|(key, value)| key == "Name" && value == name);
        let found = |host: &Host| host.id == name || &*host.name == name || tagged(host);
        self.hosts.iter().find(|(_, host)| found(host)).map(|(id, _)| id)
    }

    /// The launch template with this id or name.
    pub fn template_named(&self, name: &str) -> Option<LaunchTemplateId> {
        self.templates.iter().find(|(_, it)| it.id == name || it.name == name).map(|(id, _)| id)
    }

    /// What a version of a launch template says.
    pub fn recipe(&self, (template, version): (LaunchTemplateId, TemplateVersion)) -> Option<&HostRecipe> {
        let template = &self.templates[template];
        template.number(version).map(|number| &template.versions[number as usize - 1])
    }

    /// What the next instance will be called, and its id.
    pub(super) fn next_name(&self, account: &Account) -> (Name, String) {
        let name: Name = format!("instance#{}", self.hosts.len() + 1).into();
        let id = format!("i-0{}", account.hex("ec2-instance", &name, 16));
        (name, id)
    }

    /// Launches an instance.
    pub(crate) fn launch(&mut self, new: NewHost, peers: &Peers, ctx: &mut Ctx) -> HostId {
        let id = self.hosts.next_id();
        let (name, ec2_id) = self.next_name(&peers.account);
        let because = ctx.record(Fact::HostLaunched { host: id });
        let NewHost { recipe, subnet, eni, group } = new;
        self.hosts.push(Host {
            id: ec2_id,
            name,
            kind: recipe.kind,
            image: recipe.image,
            subnet,
            groups: recipe.groups,
            eni,
            role: recipe.role,
            agent: recipe.agent,
            tags: recipe.tags,
            group,
            state: HostState::Pending,
            lit: true,
            boots: 0,
            launched: ctx.now(),
            running_since: None,
            ran: Duration::ZERO,
            because,
        });
        ctx.within(Some(because), |ctx| self.start(id, peers, ctx));
        id
    }

    /// Starts an instance, for the first time or again.
    pub(crate) fn start(&mut self, id: HostId, peers: &Peers, ctx: &mut Ctx) {
        let host = &mut self.hosts[id];
        host.state = HostState::Pending;
        host.boots += 1;
        let key = format!("{}/{}", host.name, host.boots);
        let takes =
            ctx.stream("instance-pending", &key).lognormal(peers.assume.instance_pending, peers.assume.start_sigma);
        ctx.send(takes, Event::Ec2(Ec2Event::Running(id, host.boots)));
    }

    /// Stops or terminates an instance: what runs on it is gone at once; ECS learns of it after some time
    /// [CP-086][CP-227].
    pub(crate) fn end(&mut self, id: HostId, terminate: bool, peers: &Peers, ctx: &mut Ctx) {
        let host = &mut self.hosts[id];
        let over = matches!(host.state, HostState::ShuttingDown | HostState::Terminated);
        if over || !terminate && matches!(host.state, HostState::Stopping | HostState::Stopped) {
            return;
        }
        let ran = host.state == HostState::Running;
        host.state = if terminate { HostState::ShuttingDown } else { HostState::Stopping };
        host.boots += 1;
        host.charge(ctx.now());
        host.because = ctx.record(Fact::HostStopped { host: id, terminated: terminate });
        let (because, boots) = (host.because, host.boots);
        ctx.within(Some(because), |ctx| {
            // Of an instance that was stopped, or whose agent nobody heard, ECS learns nothing [CP-227].
            let heard = peers.ecs.instance_of(id).is_some_and(|instance| peers.ecs.instances[instance].connected);
            Ec2::vanish(id, peers, ctx);
            let takes = peers.assume.host_loss_detection;
            ctx.send(takes, Event::Ec2(Ec2Event::Ended(id, boots)));
            self.tell_group(id, Duration::ZERO, GroupEvent::Ended(id), ctx);
            if ran && heard {
                ctx.send(takes, Event::Ecs(EcsEvent::HostStopped(id, terminate)));
            }
        });
    }

    /// What runs on an instance is gone.
    fn vanish(id: HostId, peers: &Peers, ctx: &mut Ctx) {
        let Some(instance) = peers.ecs.instance_of(id) else { return };
        for &task in &peers.ecs.instances[instance].tasks {
            ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Vanish(task)));
        }
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: Ec2Event, peers: &Peers, ctx: &mut Ctx) {
        match event {
            Ec2Event::Running(id, boot) if self.is_now(id, boot) => {
                let host = &mut self.hosts[id];
                host.state = HostState::Running;
                host.running_since = Some(ctx.now());
                let key = format!("{}/{boot}", host.name);
                let assume = &peers.assume;
                let boots = ctx.stream("instance-boot", &key).lognormal(assume.instance_boot, assume.start_sigma);
                let agent = ctx.stream("agent-start", &key).lognormal(assume.agent_start, assume.start_sigma);
                ctx.send(boots + agent, Event::Ec2(Ec2Event::AgentStarted(id, boot)));
                self.tell_group(id, Duration::ZERO, GroupEvent::Running(id), ctx);
            }
            Ec2Event::AgentStarted(id, boot) if self.is_now(id, boot) && self.hosts[id].lit => {
                match self.may_register(id, peers) {
                    Ok(()) => ctx.send(peers.assume.internal_call, Event::Ecs(EcsEvent::AgentStarted(id))),
                    Err((reason, because)) => {
                        let fact = Fact::AgentRefused { host: id, reason: reason.into() };
                        let fact = ctx.within(because.or(ctx.cause()), |ctx| ctx.record(fact));
                        ctx.because(fact);
                        ctx.send(peers.assume.registration_retry, Event::Ec2(Ec2Event::AgentStarted(id, boot)))
                    }
                };
            }
            Ec2Event::Ended(id, boot) if self.is_now(id, boot) => {
                let host = &mut self.hosts[id];
                host.state = match host.state {
                    HostState::Stopping => HostState::Stopped,
                    _ => HostState::Terminated,
                };
                self.tell_group(id, Duration::ZERO, GroupEvent::Gone(id), ctx);
            }
            Ec2Event::PowerLost(zone) => {
                let here = |host: &Host| peers.network.zone_of(host.subnet) == zone && host.lit;
                let dark: Vec<HostId> = self.hosts.iter().filter(|(_, host)| here(host)).map(|(id, _)| id).collect();
                for id in dark {
                    self.hosts[id].lit = false;
                    self.tell_group(id, peers.assume.status_check, GroupEvent::Unhealthy(id), ctx);
                    if self.hosts[id].state == HostState::Running {
                        Ec2::vanish(id, peers, ctx);
                        if let Some(instance) = peers.ecs.instance_of(id) {
                            ctx.send(peers.assume.host_loss_detection, Event::Ecs(EcsEvent::AgentLost(instance)));
                        }
                    }
                }
            }
            Ec2Event::PowerBack(zone) => {
                let here = |host: &Host| peers.network.zone_of(host.subnet) == zone && !host.lit;
                let dark: Vec<HostId> = self.hosts.iter().filter(|(_, host)| here(host)).map(|(id, _)| id).collect();
                for id in dark {
                    self.hosts[id].lit = true;
                    if matches!(self.hosts[id].state, HostState::Running | HostState::Pending) {
                        self.hosts[id].charge(ctx.now());
                        self.start(id, peers, ctx);
                    }
                }
            }
            Ec2Event::CutOff(id) | Ec2Event::Heard(id) => {
                let Some(instance) = peers.ecs.instance_of(id) else { return };
                if self.hosts[id].state == HostState::Running && self.hosts[id].lit {
                    let heard = matches!(event, Ec2Event::Heard(_));
                    let event = if heard { EcsEvent::AgentBack(instance) } else { EcsEvent::AgentLost(instance) };
                    ctx.send(Duration::ZERO, Event::Ecs(event));
                }
            }
            // It was stopped, started or terminated meanwhile.
            Ec2Event::Running(..) | Ec2Event::AgentStarted(..) | Ec2Event::Ended(..) => {}
        }
    }

    /// The group of an instance, if it has one, hears of it.
    fn tell_group(&self, id: HostId, after: Duration, event: GroupEvent, ctx: &mut Ctx) {
        if self.hosts[id].group.is_some() {
            ctx.send(after, Event::Group(event));
        }
    }

    fn is_now(&self, id: HostId, boot: u32) -> bool {
        self.hosts[id].boots == boot
    }

    /// Whether an agent may register, and where it wants to there is a cluster [IA-044]; or why not, and the fact behind.
    fn may_register(&self, id: HostId, peers: &Peers) -> Result<(), (String, Option<FactId>)> {
        let host = &self.hosts[id];
        let known = peers.ecs.instance_of(id).filter(|&it| peers.ecs.instances[it].status != InstanceStatus::Inactive);
        if known.is_some() {
            return Ok(());
        }
        let Some(role) = host.role else {
            return Err(("NoCredentialProviders: the instance has no instance profile".into(), None));
        };
        if let Err(denial) = peers.iam.may_assume(role, EC2) {
            let arn = &peers.iam.roles[role].arn;
            return Err((format!("EC2 may not assume the role {arn} of its instance profile"), Some(denial.because)));
        }
        let cluster = &host.agent.cluster;
        let Some(found) = peers.ecs.cluster_named(Some(cluster)) else {
            return Err((format!("ClusterNotFoundException: Cluster not found: {cluster}"), None));
        };
        let action = "ecs:RegisterContainerInstance";
        let arn = &peers.ecs.clusters[found].arn;
        peers.iam.allows(role, &host.id, action, arn, &peers.account).map_err(|denial| {
            let reason = format!("AccessDeniedException: its role may not call {action} on {arn}");
            (reason, Some(denial.because))
        })
    }
}
