//! Container instances: EC2 instances on which an ECS agent runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{ClusterId, Ecs, EcsEvent, Launch, StopCode, Tags, Task, TaskDefinition, TaskId, TaskStatus, Transport};
use crate::engine::{FactId, Id, Time};
use crate::world::capacity::{FargateEvent, GroupEvent, HostId};
use crate::world::network::SubnetId;
use crate::world::{Ctx, Event, Fact, Name, Peers};

/// Names a [`ContainerInstance`].
pub type InstanceId = Id<ContainerInstance>;

/// `status` of a container instance [CP-224]. The others that AWS has come only with ENI trunking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum InstanceStatus {
    /// It takes tasks, while its agent is connected.
    Active,
    /// It takes none, and those of services leave it [CP-229]; it stays so when none is left [CP-230].
    Draining,
    /// Deregistered.
    Inactive,
}

/// What a task takes of an instance, or what an instance has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// [units, 1024 = 1 vCPU].
    pub cpu: u32,
    /// [MiB].
    pub memory: u32,
}

impl Resources {
    /// Both together.
    pub fn with(self, other: Resources) -> Resources {
        Resources { cpu: self.cpu.saturating_add(other.cpu), memory: self.memory.saturating_add(other.memory) }
    }

    /// What is left.
    pub fn without(self, other: Resources) -> Resources {
        Resources { cpu: self.cpu.saturating_sub(other.cpu), memory: self.memory.saturating_sub(other.memory) }
    }
}

/// A port of a host.
pub type HostPort = (Transport, u16);

/// A host port that leads to a container's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The container, by its place in the task definition.
    pub container: u16,
    /// Its port.
    pub container_port: u16,
    /// The port of the instance.
    pub host_port: u16,
    /// TCP or UDP.
    pub transport: Transport,
}

/// An EC2 instance that has registered in a cluster.
#[derive(Clone, Debug)]
pub struct ContainerInstance {
    /// 32 hexadecimal digits.
    pub uuid: String,
    /// `container-instance/{cluster}/{id}`.
    pub arn: String,
    /// Where.
    pub cluster: ClusterId,
    /// The EC2 instance.
    pub host: HostId,
    /// `ec2InstanceId`.
    pub ec2_id: String,
    /// Unique and stable in all runs: `instance#3`.
    pub name: Name,
    /// Its subnet, which says its zone.
    pub subnet: SubnetId,
    /// `status`.
    pub status: InstanceStatus,
    /// `agentConnected` [CP-225].
    pub connected: bool,
    /// What it has: 1,024 units for each vCPU, and the memory that its operating system sees [CP-232].
    pub registered: Resources,
    /// What its tasks have taken; given back when they are STOPPED [CP-232].
    pub taken: Resources,
    /// Host ports that nobody may have [CP-053].
    pub reserved: BTreeSet<HostPort>,
    /// Host ports of tasks, until they are STOPPED [CP-052]: whose, and whether the task definition names them.
    pub ports: BTreeMap<HostPort, (TaskId, bool)>,
    /// Network interfaces of `awsvpc` tasks [count].
    pub interfaces: u32,
    /// How many of them it can have beside its own [count] [CA-053].
    pub interfaces_max: u32,
    /// Built-in and custom ones; those without a value have an empty one [CA-115].
    pub attributes: BTreeMap<String, String>,
    /// Tasks that are not STOPPED, in the order in which they came.
    pub tasks: Vec<TaskId>,
    /// When.
    pub registered_at: Time,
    /// Rises by 1 with every change that raises an event.
    pub version: u32,
    /// It drains because its group wants to terminate it, and waits for that [CA-067].
    pub leaving: bool,
    /// Labels.
    pub tags: Tags,
    /// The fact of its last change.
    pub because: FactId,
}

/// Host ports that are reserved from the beginning, on Linux [CP-053].
const RESERVED: [u16; 5] = [22, 2375, 2376, 51678, 51679];
/// Reserved host ports at a time, those included [count] [CP-052].
const RESERVED_MAX: usize = 100;
/// Dynamic host ports [CP-051]: the range of the images that AWS makes for ECS [IA-086].
const DYNAMIC: std::ops::RangeInclusive<u16> = 32768..=60999;

impl ContainerInstance {
    /// What `agentVersion` says: the agent whose rules these are.
    pub const AGENT_VERSION: &'static str = "1.99.0";

    /// What is not taken.
    pub fn room(&self) -> Resources {
        self.registered.without(self.taken)
    }

    /// Whether a host port is somebody's.
    pub fn is_taken(&self, port: HostPort) -> bool {
        self.reserved.contains(&port) || self.ports.contains_key(&port)
    }

    /// Fixed host ports that are in use, those reserved from the beginning included [CP-052].
    pub fn reserved_ports(&self) -> impl Iterator<Item = HostPort> {
        let fixed = self.ports.iter().filter(|(_, (_, fixed))| *fixed).map(|(&port, _)| port);
        self.reserved.iter().copied().chain(fixed)
    }

    /// Whether it can give the definition's tasks their dynamic ports, and reserve their fixed ones [CP-052].
    pub(super) fn has_dynamic_ports(&self, definition: &TaskDefinition) -> bool {
        let fixed = definition.fixed_ports().count();
        let room = DYNAMIC.len().saturating_sub(self.ports.len()) >= definition.dynamic_ports();
        room && (fixed == 0 || self.reserved_ports().count() + fixed <= RESERVED_MAX)
    }
}

impl Ecs {
    /// The container instance with this id, ARN, EC2 id or name in a cluster; a deregistered one as well.
    pub fn instance_named(&self, cluster: ClusterId, name: &str) -> Option<InstanceId> {
        let found =
            |it: &ContainerInstance| it.arn == name || it.uuid == name || it.ec2_id == name || &*it.name == name;
        let all = self.clusters[cluster].instances.iter().copied();
        all.rev().find(|&id| found(&self.instances[id]))
    }

    /// The container instance that an EC2 instance is at present.
    pub fn instance_of(&self, host: HostId) -> Option<InstanceId> {
        self.instances.iter().rev().find(|(_, it)| it.host == host).map(|(id, _)| id)
    }

    /// How many tasks of an instance are to run: `runningTasksCount` [CP-120] [count].
    pub fn tasks_wanted_on(&self, id: InstanceId) -> usize {
        self.instances[id].tasks.iter().filter(|&&task| self.tasks[task].stopping.is_none()).count()
    }

    /// Something has happened to an instance or to its agent.
    pub(super) fn host_changed(&mut self, event: EcsEvent, peers: &Peers, ctx: &mut Ctx) {
        let in_use = |it: &ContainerInstance| it.status != InstanceStatus::Inactive;
        match event {
            EcsEvent::AgentStarted(host) => match self.instance_of(host).filter(|&id| in_use(&self.instances[id])) {
                Some(id) => {
                    self.agent_connection(id, true, ctx);
                    self.unheard.remove(&id);
                    self.agent_is_back(id, peers, ctx);
                    ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Heard(id)));
                }
                None => self.register_instance(host, peers, ctx),
            },
            EcsEvent::AgentLost(id) => self.agent_connection(id, false, ctx),
            EcsEvent::AgentBack(id) => {
                self.agent_connection(id, true, ctx);
                for report in self.unheard.remove(&id).unwrap_or_default() {
                    ctx.send(Duration::ZERO, Event::Ecs(report));
                }
                ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Heard(id)));
            }
            EcsEvent::HostStopped(host, terminated) => {
                let Some(id) = self.instance_of(host).filter(|&id| in_use(&self.instances[id])) else { return };
                let ended = if terminated { "terminated" } else { "stopped" };
                let reason = format!("Host EC2 (instance {}) {ended}.", self.instances[id].ec2_id);
                self.unheard.remove(&id);
                if terminated {
                    self.deregister_instance(id, &reason, peers, ctx);
                } else {
                    self.agent_connection(id, false, ctx);
                    self.lose_tasks_of(id, StopCode::TerminationNotice, &reason, peers, ctx);
                }
            }
            EcsEvent::DrainToEnd(host) => match self.instance_of(host).filter(|&id| in_use(&self.instances[id])) {
                Some(id) => {
                    self.instances[id].leaving = true;
                    self.set_instance_status(id, InstanceStatus::Draining, ctx);
                    self.let_go(id, peers, ctx);
                }
                // It never came so far.
                None => {
                    ctx.send(peers.assume.internal_call, Event::Group(GroupEvent::Proceed(host)));
                }
            },
            _ => {}
        }
    }

    /// An instance whose group waits for it may be terminated when its last task has gone; those of daemons do not
    /// count [CA-068].
    pub(super) fn let_go(&self, id: InstanceId, peers: &Peers, ctx: &mut Ctx) {
        if self.instances[id].leaving && !self.has_tasks_but_daemons(id) {
            ctx.send(peers.assume.internal_call, Event::Group(GroupEvent::Proceed(self.instances[id].host)));
        }
    }

    /// The instance whose agent would report this, if it is cut off: nobody hears of it yet, and what was last reported stays
    /// [CP-096][CP-225].
    pub(super) fn out_of_hearing(&self, event: EcsEvent) -> Option<InstanceId> {
        let task = match event {
            EcsEvent::PullStarted(task)
            | EcsEvent::PullFinished(task)
            | EcsEvent::StartFailed(task)
            | EcsEvent::ContainersStarted(task, _)
            | EcsEvent::ContainerExited { task, .. }
            | EcsEvent::ContainerHealth(task, ..)
            | EcsEvent::ContainerRestarted(task, _) => task,
            _ => return None,
        };
        let id = self.tasks[task].instance?;
        let it = &self.instances[id];
        (!it.connected && it.status != InstanceStatus::Inactive).then_some(id)
    }

    /// The agent of an EC2 instance says that it is there.
    fn register_instance(&mut self, host_id: HostId, peers: &Peers, ctx: &mut Ctx) {
        let host = &peers.ec2.hosts[host_id];
        // It may have been deleted since the agent asked.
        let Some(cluster_id) = self.cluster_named(Some(&host.agent.cluster)) else { return };
        let cluster = &self.clusters[cluster_id].name;
        // One that was deregistered and comes again is another one.
        let before = self.instances.iter().filter(|(_, it)| it.host == host_id).count();
        let key =
            if before == 0 { format!("{cluster}/{}", host.name) } else { format!("{cluster}/{}~{before}", host.name) };
        let uuid = peers.account.hex("container-instance", &key, 32);
        let subnet = peers.network.subnet(host.subnet);
        let mut attributes: BTreeMap<String, String> = [
            ("ecs.ami-id", host.image.as_str()),
            ("ecs.availability-zone", subnet.zone.as_str()),
            ("ecs.cpu-architecture", "x86_64"),
            ("ecs.instance-type", host.kind.name),
            ("ecs.os-family", "LINUX"),
            ("ecs.os-type", "linux"),
            ("ecs.subnet-id", subnet.id.as_str()),
            ("ecs.vpc-id", peers.network.vpc.as_str()),
            ("ecs.capability.task-eni", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        attributes.extend(host.agent.attributes.iter().cloned());
        let id = self.instances.next_id();
        let because = ctx.record(Fact::InstanceRegistered { instance: id });
        self.instances.push(ContainerInstance {
            arn: peers.account.arn("ecs", &format!("container-instance/{cluster}/{uuid}")),
            uuid,
            cluster: cluster_id,
            host: host_id,
            ec2_id: host.id.clone(),
            name: host.name.clone(),
            subnet: host.subnet,
            status: InstanceStatus::Active,
            connected: true,
            registered: host.resources(),
            taken: Resources::default(),
            reserved: RESERVED.iter().map(|&port| (Transport::Tcp, port)).collect(),
            ports: BTreeMap::new(),
            interfaces: 0,
            interfaces_max: host.kind.interfaces.saturating_sub(1),
            attributes,
            tasks: Vec::new(),
            registered_at: ctx.now(),
            version: 1,
            leaving: false,
            tags: Tags::new(),
            because,
        });
        self.clusters[cluster_id].instances.push(id);
        ctx.because(because);
        self.wake_for_instances(cluster_id, ctx);
    }

    /// ACTIVE to DRAINING, or back [CP-224].
    pub(crate) fn set_instance_status(&mut self, id: InstanceId, status: InstanceStatus, ctx: &mut Ctx) {
        let it = &mut self.instances[id];
        if it.status == status {
            return;
        }
        it.status = status;
        it.version += 1;
        it.because = ctx.record(Fact::InstanceStatusChanged { instance: id, status });
        let (cluster, because) = (it.cluster, it.because);
        ctx.within(Some(because), |ctx| self.wake_for_instances(cluster, ctx));
    }

    /// Gives an instance an attribute, or takes one from it [CA-116].
    pub(crate) fn set_attribute(&mut self, id: InstanceId, name: String, value: Option<String>, ctx: &mut Ctx) {
        let it = &mut self.instances[id];
        match value {
            Some(value) => it.attributes.insert(name, value),
            None => it.attributes.remove(&name),
        };
        it.version += 1;
        let cluster = it.cluster;
        self.wake_for_instances(cluster, ctx);
    }

    /// The connection to an agent is lost, or there again [CP-225].
    fn agent_connection(&mut self, id: InstanceId, connected: bool, ctx: &mut Ctx) {
        let it = &mut self.instances[id];
        if it.connected == connected || it.status == InstanceStatus::Inactive {
            return;
        }
        it.connected = connected;
        it.version += 1;
        it.because = ctx.record(match connected {
            true => Fact::AgentConnected { instance: id },
            false => Fact::AgentDisconnected { instance: id },
        });
        let (cluster, because) = (it.cluster, it.because);
        ctx.because(because);
        ctx.within(Some(because), |ctx| self.wake_for_instances(cluster, ctx));
    }

    /// Takes an instance out of its cluster: its tasks are STOPPED for ECS, whatever becomes of their containers
    /// [CP-228].
    pub(crate) fn deregister_instance(&mut self, id: InstanceId, reason: &str, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.instances[id];
        if it.status == InstanceStatus::Inactive {
            return;
        }
        it.status = InstanceStatus::Inactive;
        it.connected = false;
        it.version += 1;
        it.because = ctx.record(Fact::InstanceDeregistered { instance: id });
        let (cluster, because) = (it.cluster, it.because);
        ctx.within(Some(because), |ctx| {
            self.lose_tasks_of(id, StopCode::TerminationNotice, reason, peers, ctx);
            self.wake_for_instances(cluster, ctx);
        });
    }

    /// Every task of an instance is over.
    fn lose_tasks_of(&mut self, id: InstanceId, code: StopCode, reason: &str, peers: &Peers, ctx: &mut Ctx) {
        for task in self.instances[id].tasks.clone() {
            self.host_lost(task, code, reason, peers, ctx);
        }
    }

    /// A task takes its part of an instance [CP-043]: CPU, memory, host ports, a network interface.
    pub(super) fn take_place(&mut self, task: TaskId) {
        let it = &self.tasks[task];
        let Some(id) = it.instance else { return };
        let definition = &self.definitions[it.definition];
        let needs = definition.needs();
        let wants = definition.port_mappings();
        let instance = &mut self.instances[id];
        instance.taken = instance.taken.with(needs);
        instance.interfaces += u32::from(definition.has_own_interface());
        instance.tasks.push(task);
        instance.version += 1;
        let mut bindings = Vec::with_capacity(wants.len());
        for (container, port) in wants {
            // Of the dynamic ports, the first that is free; AWS does not say which.
            let free = || DYNAMIC.clone().find(|&host| !instance.is_taken((port.transport, host)));
            let host_port = if port.host_port == 0 { free().unwrap_or(0) } else { port.host_port };
            instance.ports.insert((port.transport, host_port), (task, port.host_port != 0));
            let (container_port, transport) = (port.container_port, port.transport);
            bindings.push(Binding { container, container_port, host_port, transport });
        }
        self.tasks[task].bindings = bindings;
    }

    /// A task that is STOPPED gives back what it took [CP-232].
    pub(super) fn leave_place(&mut self, task: TaskId) {
        let Some(id) = self.tasks[task].instance else { return };
        let definition = &self.definitions[self.tasks[task].definition];
        let instance = &mut self.instances[id];
        if !instance.tasks.contains(&task) {
            return;
        }
        instance.taken = instance.taken.without(definition.needs());
        instance.interfaces = instance.interfaces.saturating_sub(u32::from(definition.has_own_interface()));
        instance.tasks.retain(|&other| other != task);
        instance.ports.retain(|_, (owner, _)| *owner != task);
        instance.version += 1;
    }

    /// Whether a task is to leave its instance: it drains, or it is not one for this daemon any more [CP-119][CP-229].
    pub(super) fn is_misplaced(&self, task: &Task, peers: &Peers) -> bool {
        let Some(id) = task.instance else { return false };
        match self.instances[id].status {
            InstanceStatus::Active => match task.service.filter(|&service| self.services[service].is_daemon()) {
                Some(daemon) => !self.wants_daemon_on(daemon, id, peers),
                None => false,
            },
            InstanceStatus::Draining | InstanceStatus::Inactive => true,
        }
    }

    /// Something about a cluster's instances has changed: its services that are on them look again.
    fn wake_for_instances(&mut self, cluster: ClusterId, ctx: &mut Ctx) {
        for service in self.clusters[cluster].services.clone() {
            if self.services[service].launch == Launch::Ec2 {
                self.wake(service, ctx);
            }
        }
    }

    /// The agent of an instance that was without power is back: what ran there is no more.
    fn agent_is_back(&mut self, id: InstanceId, peers: &Peers, ctx: &mut Ctx) {
        let alive = |task: &TaskId| {
            !matches!(self.tasks[*task].status, TaskStatus::Provisioning | TaskStatus::Stopped)
                && peers.fargate.has_vanished(*task)
        };
        let gone: Vec<TaskId> = self.instances[id].tasks.iter().copied().filter(alive).collect();
        for task in gone {
            self.host_lost(task, StopCode::TerminationNotice, AFTER_REBOOT, peers, ctx);
        }
    }
}

/// `stoppedReason` of a task that a reboot of its instance has ended. AWS publishes none: the words are ours.
const AFTER_REBOOT: &str = "The container instance was restarted.";
