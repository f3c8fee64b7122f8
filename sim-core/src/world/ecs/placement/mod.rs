//! Where a new task goes: a zone of Fargate, or a container instance that fits and pleases.

mod query;

pub use query::{Expression, Misread};

use std::collections::BTreeMap;

use super::task::NewTask;
use super::{AwsVpc, ContainerInstance, Ecs, InstanceId, InstanceStatus, NetworkMode, Resources, ServiceId};
use crate::engine::Stream;
use crate::world::network::SubnetId;
use crate::world::{Ctx, Peers};

/// `launchType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Launch {
    /// Fargate.
    #[default]
    Fargate,
    /// The cluster's container instances.
    Ec2,
}

/// `placementConstraints` and `placementStrategy`: constraints bind, strategies are best effort [CA-088].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// All must hold.
    pub constraints: Vec<Constraint>,
    /// Each narrows what the one before has left [CA-099].
    pub strategy: Vec<Step>,
}

impl Placement {
    /// How tasks of a service are placed, and given up: without a strategy over zones, then over instances [CP-138][CA-092].
    pub(super) fn steps_of_service(&self) -> Vec<Step> {
        match self.strategy.as_slice() {
            [] => vec![Step::Spread(Field::Attribute(ZONE.into())), Step::Spread(Field::Instance)],
            steps => steps.to_vec(),
        }
    }

    /// Whether tasks are spread over zones before all else, and not kept to some: only then a service rebalances
    /// [CP-140].
    pub fn goes_by_zone(&self) -> bool {
        let first = self.strategy.first();
        let over_zones = first.is_none_or(|step| *step == Step::Spread(Field::Attribute(ZONE.into())));
        let kept = |one: &Constraint| matches!(one, Constraint::MemberOf(it) if it.text.contains(ZONE));
        over_zones && !self.constraints.iter().any(kept)
    }
}

/// One of `placementConstraints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// No two tasks of a group on one instance [CA-102].
    DistinctInstance,
    /// Only instances for which the expression is true [CA-103].
    MemberOf(Expression),
}

/// One of `placementStrategy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Any of them [CA-095].
    Random,
    /// Evenly over the values of an attribute [CA-096].
    Spread(Field),
    /// Where least is left [CA-098].
    Binpack(Scarce),
}

/// `field` of `spread`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// `instanceId`, or `host`.
    Instance,
    /// `attribute:<name>`.
    Attribute(String),
}

/// `field` of `binpack`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scarce {
    /// CPU units.
    Cpu,
    /// Memory.
    Memory,
}

impl Scarce {
    /// How much of it there is.
    pub(super) fn of(self, resources: Resources) -> u32 {
        match self {
            Scarce::Cpu => resources.cpu,
            Scarce::Memory => resources.memory,
        }
    }
}

/// Where a task was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The container instance; none on Fargate.
    pub instance: Option<InstanceId>,
    /// The subnet of its ENI, or the instance's when it has none of its own.
    pub subnet: SubnetId,
}

/// Why an instance does not take a task [CP-161], in the order in which it is found out: the later, the closer it was to
/// taking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Its agent is not connected.
    Agent,
    /// It is not in the zone of any of the subnets.
    Location,
    /// It is not what a `memberOf` constraint wants.
    MemberOf,
    /// A task of the group is there already.
    Distinct,
    /// Too few CPU units are left.
    Cpu,
    /// Too little memory is left.
    Memory,
    /// A host port is taken.
    Ports,
    /// It has no network interface left.
    Eni,
}

impl Gate {
    /// `reason` of a failure.
    pub fn reason(self) -> &'static str {
        match self {
            Gate::Agent => "AGENT",
            Gate::Location => "LOCATION",
            Gate::MemberOf => "MemberOf placement constraint unsatisfied",
            Gate::Distinct => "DistinctInstance placement constraint unsatisfied",
            Gate::Cpu => "RESOURCE:CPU",
            Gate::Memory => "RESOURCE:MEMORY",
            Gate::Ports => "RESOURCE:PORTS",
            Gate::Eni => "RESOURCE:ENI",
        }
    }

    /// What a service event says of the instance that was closest [CP-153]; where AWS shows no sentence, in its manner.
    pub fn words(self) -> &'static str {
        match self {
            Gate::Agent => "encountered error \"AGENT\"",
            Gate::Location => "encountered error \"LOCATION\"",
            Gate::MemberOf => "encountered error \"MemberOf placement constraint unsatisfied.\"",
            Gate::Distinct => "encountered error \"DistinctInstance placement constraint unsatisfied.\"",
            Gate::Cpu => "has insufficient CPU units available",
            Gate::Memory => "has insufficient memory available",
            Gate::Ports => "is already using a port required by your task",
            Gate::Eni => "has insufficient network interfaces available",
        }
    }
}

/// Why there is no place for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// Fargate has no capacity in any of the subnets' zones.
    NoCapacity,
    /// The account has no vCPUs left on Fargate.
    NoVcpus,
    /// The cluster, or the capacity provider, has no ACTIVE container instance.
    NoInstances,
    /// The capacity provider has no container instance.
    EmptyProvider,
    /// Too many tasks of the cluster wait for an instance already.
    TooManyWaiting,
    /// What keeps each instance from taking it.
    Refused(Vec<(InstanceId, Gate)>),
}

impl Unplaced {
    /// Why there is no place, as a word: that of the instance that was closest.
    pub fn reason(&self) -> &'static str {
        match self {
            Unplaced::NoCapacity | Unplaced::NoVcpus => "RESOURCE:FARGATE",
            Unplaced::NoInstances => "NO ACTIVE INSTANCES",
            Unplaced::EmptyProvider => "EMPTY CAPACITY PROVIDER",
            Unplaced::TooManyWaiting => "PROVISIONING",
            Unplaced::Refused(_) => self.closest().map_or("RESOURCE:CPU", |(_, gate)| gate.reason()),
        }
    }

    /// The instance that was closest to taking the task, and what is in the way there; the oldest of equals.
    pub fn closest(&self) -> Option<(InstanceId, Gate)> {
        let Unplaced::Refused(all) = self else { return None };
        all.iter().copied().rev().max_by_key(|&(_, gate)| gate)
    }
}

/// The attribute that zones are spread over.
pub(super) const ZONE: &str = "ecs.availability-zone";

impl Ecs {
    /// The place for a task that is about to be made.
    pub(super) fn place(&self, new: &NewTask, name: &str, peers: &Peers, ctx: &Ctx) -> Result<Place, Unplaced> {
        match new.launch {
            Launch::Fargate if !Ecs::has_capacity(&new.network, peers) => Err(Unplaced::NoCapacity),
            Launch::Fargate if self.exceeds_vcpus(new.definition, 1, &peers.assume) => Err(Unplaced::NoVcpus),
            Launch::Fargate => Ok(Place { instance: None, subnet: self.spread(new, name, peers, ctx) }),
            Launch::Ec2 => self.choose(new, name, peers, ctx),
        }
    }

    /// Whether a task can be placed in one of these subnets: not while all of their zones are without power [CA-169].
    pub(crate) fn has_capacity(network: &AwsVpc, peers: &Peers) -> bool {
        network.subnets.iter().any(|&subnet| !peers.network.is_dark(subnet))
    }

    /// The subnet for a new task: of those with power and a free address, in the zone with the fewest live tasks of its
    /// service or family; a draw decides between equals [CA-017][CA-018][CP-138]. The caller has seen that there is one.
    fn spread(&self, new: &NewTask, name: &str, peers: &Peers, ctx: &Ctx) -> SubnetId {
        let crowd = match new.deployment {
            Some(deployment) => &self.services[self.deployments[deployment].service].crowd,
            None => &self.clusters[new.cluster].crowd,
        };
        let load = |subnet: SubnetId| crowd.get(&peers.network.zone_of(subnet)).copied().unwrap_or(0);
        let free: Vec<SubnetId> = {
            let all = new.network.subnets.iter().copied().filter(|&subnet| !peers.network.is_dark(subnet));
            let free: Vec<_> = all.clone().filter(|&subnet| peers.network.free_addresses(subnet) > 0).collect();
            if free.is_empty() { all.collect() } else { free }
        };
        let least = free.iter().map(|&subnet| load(subnet)).min().unwrap_or(0);
        let best: Vec<SubnetId> = free.into_iter().filter(|&subnet| load(subnet) == least).collect();
        let draw = ctx.stream("fargate-zone", name).below(best.len() as u64);
        best[draw as usize]
    }

    /// The container instance for a new task: of those that fit and satisfy the constraints, what the strategy leaves; a
    /// draw decides between equals [CA-088][CA-099]. StartTask and daemons name theirs [CP-163].
    fn choose(&self, new: &NewTask, name: &str, peers: &Peers, ctx: &Ctx) -> Result<Place, Unplaced> {
        let named = new.on.is_some();
        let there = |&id: &InstanceId| {
            let it = &self.instances[id];
            match new.on {
                Some(on) => on == id && it.status != InstanceStatus::Inactive,
                None => it.status == InstanceStatus::Active,
            }
        };
        let all: Vec<InstanceId> = self.clusters[new.cluster].instances.iter().copied().filter(there).collect();
        // A provider's tasks go to its own instances, and to no others [CA-117].
        let all: Vec<InstanceId> = match new.provider {
            None => all,
            Some(provider) => {
                let own = self.instances_of(provider, new.cluster, peers);
                if own.is_empty() {
                    return Err(Unplaced::EmptyProvider);
                }
                all.into_iter().filter(|id| own.contains(id)).collect()
            }
        };
        if all.is_empty() {
            return Err(Unplaced::NoInstances);
        }
        let (mut left, mut refused) = (Vec::new(), Vec::new());
        for &id in &all {
            match self.gate(id, new, peers) {
                None => left.push(id),
                Some(gate) => refused.push((id, gate)),
            }
        }
        if left.is_empty() {
            return Err(Unplaced::Refused(refused));
        }
        let mut stream = ctx.stream("placement", name);
        // Of standalone tasks without a strategy AWS says nothing: any instance [CA-093].
        let steps = match new.deployment {
            _ if named => Vec::new(),
            Some(_) => new.placement.steps_of_service(),
            None => new.placement.strategy.clone(),
        };
        for step in &steps {
            left = self.narrowed(step, left, &all, new, &mut stream);
        }
        let instance = left[stream.below(left.len() as u64) as usize];
        let subnet = self.subnet_on(instance, new, peers).unwrap_or(self.instances[instance].subnet);
        Ok(Place { instance: Some(instance), subnet })
    }

    /// What one step of a strategy leaves of the instances that could take the task.
    fn narrowed(
        &self,
        step: &Step,
        left: Vec<InstanceId>,
        all: &[InstanceId],
        new: &NewTask,
        stream: &mut Stream,
    ) -> Vec<InstanceId> {
        match step {
            Step::Random => vec![left[stream.below(left.len() as u64) as usize]],
            Step::Spread(field) => {
                let value = |id: InstanceId| self.value_of(id, field);
                let mut counts: BTreeMap<Option<String>, usize> = BTreeMap::new();
                for &id in all {
                    *counts.entry(value(id)).or_default() += self.kin_on(id, new);
                }
                let load = |&id: &InstanceId| counts.get(&value(id)).copied().unwrap_or(0);
                let least = left.iter().map(load).min().unwrap_or(0);
                left.into_iter().filter(|id| load(id) == least).collect()
            }
            Step::Binpack(scarce) => {
                let room = |&id: &InstanceId| scarce.of(self.instances[id].room());
                let least = left.iter().map(room).min().unwrap_or(0);
                left.into_iter().filter(|id| room(id) == least).collect()
            }
        }
    }

    /// What tasks are spread over.
    pub(super) fn value_of(&self, id: InstanceId, field: &Field) -> Option<String> {
        match field {
            Field::Instance => Some(self.instances[id].uuid.clone()),
            Field::Attribute(name) => self.instances[id].attributes.get(name).cloned(),
        }
    }

    /// Tasks on an instance that are to run and belong to the same service, or to the same group [CA-096][CA-097]
    /// [count].
    fn kin_on(&self, instance: InstanceId, new: &NewTask) -> usize {
        let service = new.deployment.map(|deployment| self.deployments[deployment].service);
        let kin = self.instances[instance].tasks.iter().filter(|&&task| {
            let it = &self.tasks[task];
            it.stopping.is_none() && it.service == service && (service.is_some() || self.group_of(task) == new.group)
        });
        kin.count()
    }

    /// What keeps an instance from taking a task; none when it can. StartTask and daemons look at no constraint here
    /// [CP-163].
    fn gate(&self, id: InstanceId, new: &NewTask, peers: &Peers) -> Option<Gate> {
        let it = &self.instances[id];
        let definition = &self.definitions[new.definition];
        if !it.connected {
            return Some(Gate::Agent);
        }
        if self.subnet_on(id, new, peers).is_none() {
            return Some(Gate::Location);
        }
        if new.on.is_none() {
            for constraint in new.placement.constraints.iter().chain(&definition.constraints) {
                match constraint {
                    Constraint::DistinctInstance if self.kin_on(id, new) > 0 => return Some(Gate::Distinct),
                    Constraint::MemberOf(expression) if !self.is_member(id, expression, peers) => {
                        return Some(Gate::MemberOf);
                    }
                    _ => {}
                }
            }
        }
        let service = new.deployment.map(|deployment| self.deployments[deployment].service);
        let room = it.room().without(self.claimed(id, service, peers));
        let needs = definition.needs();
        if needs.cpu > room.cpu {
            return Some(Gate::Cpu);
        }
        if needs.memory > room.memory {
            return Some(Gate::Memory);
        }
        if definition.fixed_ports().any(|port| it.is_taken(port)) || !it.has_dynamic_ports(definition) {
            return Some(Gate::Ports);
        }
        let awsvpc = definition.mode == NetworkMode::Awsvpc;
        (awsvpc && it.interfaces >= it.interfaces_max).then_some(Gate::Eni)
    }

    /// The subnet of a task on this instance: with `awsvpc` the one of its network configuration that is in the instance's
    /// zone [CA-106]; otherwise the instance's.
    fn subnet_on(&self, id: InstanceId, new: &NewTask, peers: &Peers) -> Option<SubnetId> {
        let own = self.instances[id].subnet;
        if self.definitions[new.definition].mode != NetworkMode::Awsvpc {
            return Some(own);
        }
        let zone = peers.network.zone_of(own);
        let here = new.network.subnets.iter().copied().filter(|&subnet| peers.network.zone_of(subnet) == zone);
        // The first with a free address, or else the first.
        here.clone().find(|&subnet| peers.network.free_addresses(subnet) > 0).or(here.clone().next())
    }

    /// Whether an instance is what an expression means [CA-109].
    pub(crate) fn is_member(&self, id: InstanceId, expression: &Expression, peers: &Peers) -> bool {
        let it = &self.instances[id];
        expression.holds(&|subject| match subject {
            "agentConnected" => vec![it.connected.to_string()],
            "agentVersion" => vec![ContainerInstance::AGENT_VERSION.to_owned()],
            "ec2InstanceId" => vec![it.ec2_id.clone()],
            "registeredAt" => vec![peers.account.wall(it.registered_at)],
            "runningTasksCount" => vec![self.tasks_wanted_on(id).to_string()],
            "task:group" => it.tasks.iter().map(|&task| self.group_of(task)).collect(),
            other => {
                let name = other.strip_prefix("attribute:").unwrap_or(other);
                it.attributes.get(name).cloned().into_iter().collect()
            }
        })
    }

    /// What daemons that have no task on an instance yet will take of it: kept for them, so that they start first
    /// [CP-119].
    fn claimed(&self, id: InstanceId, by: Option<ServiceId>, peers: &Peers) -> Resources {
        let mut claimed = Resources::default();
        for &daemon in &self.clusters[self.instances[id].cluster].daemons {
            if Some(daemon) != by && self.wants_daemon_on(daemon, id, peers) && !self.has_daemon_on(daemon, id) {
                let definition = self.deployments[self.services[daemon].primary()].recipe.definition;
                claimed = claimed.with(self.definitions[definition].needs());
            }
        }
        claimed
    }
}
