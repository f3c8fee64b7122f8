//! Targets come and go.

use std::time::Duration;

use super::choice::{FULL, NOWHERE};
use super::{BalancerKind, Elb, ElbEvent, Target, TargetGroupId, TargetId, TargetState};
use crate::world::ecs::{EcsEvent, TaskId};
use crate::world::network::EniId;
use crate::world::traffic::RequestEvent;
use crate::world::{Ctx, Event, Fact, Name, Peers};

/// Where a port of a container is found: address, port, and the interface of its instance unless the task has its own. Without
/// one a task is ports of its instance.
fn place_of((task, container, port): (TaskId, u16, u16), peers: &Peers) -> (Name, u16, Option<EniId>) {
    let it = &peers.ecs.tasks[task];
    let bound = it.bindings.iter().find(|at| at.container == container && at.container_port == port);
    let outside = bound.map_or(port, |bound| bound.host_port);
    match (peers.network.eni_of(task), it.instance) {
        (Some(eni), _) => (peers.network.eni(eni).private_ip.to_string().into(), outside, None),
        (None, Some(instance)) => {
            let instance = &peers.ecs.instances[instance];
            (instance.ec2_id.as_str().into(), outside, Some(peers.ec2.hosts[instance.host].eni))
        }
        (None, None) => ("".into(), outside, None),
    }
}

impl Elb {
    /// RegisterTargets for a task: one target for each of its service's target groups [TR-028]. They stay
    /// `Elb.RegistrationInProgress` for `assume.target_registration` [TR-144].
    pub(super) fn register(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        if peers.ecs.links_of(task).is_empty() || self.by_task.contains_key(&task) {
            return;
        }
        let definition = &peers.ecs.definitions[peers.ecs.tasks[task].definition];
        let mut registered = Vec::new();
        for link in peers.ecs.links_of(task) {
            let container = definition.containers.iter().position(|c| c.name == link.container).unwrap_or(0);
            registered.push(self.add(link.group, (task, container as u16, link.port), false, peers, ctx));
        }
        self.by_task.insert(task, registered);
        ctx.send(peers.assume.internal_call, Event::Ecs(EcsEvent::TargetRegistered(task)));
    }

    /// Adds a target: a port of a container. Its identity is (address, port) [TR-029].
    fn add(
        &mut self,
        group: TargetGroupId,
        (task, container, port): (TaskId, u16, u16),
        by_hand: bool,
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> TargetId {
        let (address, outside, host) = place_of((task, container, port), peers);
        let it = &peers.ecs.tasks[task];
        let subnet = it.subnet;
        let id = self.targets.push(Target {
            group,
            task,
            container,
            port: outside,
            inside: port,
            host,
            address,
            zone: peers.network.zone(subnet).into(),
            node: peers.network.zone_of(subnet),
            by_hand,
            state: TargetState::Registering,
            since: ctx.now(),
            outstanding: 0,
            sent: 0,
            spent: 0,
            spent_above: 0,
            place: NOWHERE,
            grows_since: None,
            at_once: false,
            bad: 0,
            looked_at: (0, 0),
            anomalous: false,
            weight: FULL,
            next_check: None,
            asleep: None,
            passed: 0,
            failed: 0,
            registered: None,
            blocked: None,
            reach: None,
        });
        self.groups[group].targets.push(id);
        self.count_in(id, group, self.targets[id].node, TargetState::Registering);
        // A Network Load Balancer takes its time [TR-060].
        let takes = match self.groups[group].protocol.kind() {
            BalancerKind::Application => peers.assume.target_registration,
            BalancerKind::Network => peers.assume.nlb_registration,
        };
        ctx.send(takes, Event::Elb(ElbEvent::Registered(id)));
        id
    }

    /// RegisterTargets: ports of tasks that somebody names by their addresses or instances. When nobody else is registered they do
    /// not start slowly [TR-078].
    pub fn register_by_hand(
        &mut self,
        group: TargetGroupId,
        targets: &[(TaskId, u16, u16)],
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let alone = self.groups[group].choice.census.registered == 0;
        for &target in targets {
            self.register_one(group, target, alone, peers, ctx);
        }
    }

    /// Who is registered there already stays; who drains is registered anew.
    fn register_one(
        &mut self,
        group: TargetGroupId,
        (task, container, port): (TaskId, u16, u16),
        alone: bool,
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let (address, outside, _) = place_of((task, container, port), peers);
        let same = |id: &TargetId| (&self.targets[*id].address, self.targets[*id].port) == (&address, outside);
        match self.groups[group].targets.iter().copied().find(same) {
            Some(id) if self.targets[id].state == TargetState::Draining => self.drained(id, peers, ctx),
            Some(_) => return,
            None => {}
        }
        let id = self.add(group, (task, container, port), true, peers, ctx);
        self.targets[id].at_once = alone;
    }

    /// Registration is complete: the first check follows at once [TR-145], if the group is in use and the load
    /// balancer is in the target's zone [TR-057][TR-004].
    pub(super) fn registered(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) {
        let target = &mut self.targets[id];
        if target.state != TargetState::Registering {
            return;
        }
        let (task, group) = (target.task, target.group);
        let fact = ctx.record(Fact::TargetRegistered { group, task });
        target.registered = Some(fact);
        ctx.because(fact);
        self.change(id, TargetState::NotInUse, ctx);
        self.begin_checks(id, peers, ctx);
    }

    /// A listener begins to use the group: the checks of its targets begin [TR-057].
    pub(super) fn put_to_use(&mut self, group: TargetGroupId, peers: &Peers, ctx: &mut Ctx) {
        self.rebuild(group);
        for id in self.groups[group].targets.clone() {
            if self.targets[id].state == TargetState::NotInUse {
                self.begin_checks(id, peers, ctx);
            }
        }
    }

    pub(super) fn begin_checks(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) {
        let target = &self.targets[id];
        let Some(balancer) = self.groups[target.group].balancer else { return };
        if self.balancers[balancer].zones.contains(target.node) {
            self.change(id, TargetState::Initial, ctx);
            self.check(id, peers, ctx);
        }
    }

    /// DeregisterTargets for a task: its targets drain [TR-068]. A target that no listener uses has nothing to
    /// drain and leaves at once.
    pub(super) fn deregister(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let targets = self.targets_of(task).to_vec();
        if targets.is_empty() {
            ctx.send(peers.assume.internal_call, Event::Ecs(EcsEvent::TargetUnused(task)));
        }
        for id in targets {
            self.let_go(id, peers, ctx);
        }
    }

    /// DeregisterTargets for one target, whoever registered it. It goes on with what it has; a process that ends meanwhile
    /// leaves its clients with 502 [TR-072].
    pub fn let_go(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) {
        let Target { group, task, state, .. } = self.targets[id];
        match state {
            TargetState::Draining | TargetState::Gone => {}
            TargetState::NotInUse | TargetState::InvalidState => self.drained(id, peers, ctx),
            _ => {
                let fact = ctx.record(Fact::TargetDraining { group, task });
                self.change(id, TargetState::Draining, ctx);
                let delay = self.groups[group].attributes.deregistration_delay;
                ctx.within(Some(fact), |ctx| ctx.send(delay, Event::Elb(ElbEvent::Drained(id))));
            }
        }
    }

    /// The deregistration delay is over [TR-069]: the target leaves, whether it was idle [TR-070] or not; requests
    /// that still run there are cut [TR-071]. A Network Load Balancer lets connections be, unless it is told otherwise
    /// [TR-124].
    pub(super) fn drained(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) {
        let Target { group, task, outstanding, state, .. } = self.targets[id];
        if state == TargetState::Gone {
            return;
        }
        let cuts = match self.groups[group].protocol.kind() {
            BalancerKind::Application => true,
            BalancerKind::Network => self.groups[group].attributes.connection_termination,
        };
        let fact = ctx.record(Fact::TargetUnused { group, task });
        ctx.because(fact);
        self.groups[group].targets.retain(|&other| other != id);
        self.change(id, TargetState::Gone, ctx);
        if outstanding > 0 && cuts {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::Cut(id)));
        }
        if let Some(left) = self.by_task.get_mut(&task) {
            left.retain(|&other| other != id);
            if left.is_empty() {
                self.by_task.remove(&task);
                ctx.send(peers.assume.internal_call, Event::Ecs(EcsEvent::TargetUnused(task)));
            }
        }
    }

    /// Puts a target into a state; its group chooses among others from now on.
    pub(super) fn change(&mut self, id: TargetId, state: TargetState, ctx: &mut Ctx) {
        self.set_state(id, state);
        let target = &mut self.targets[id];
        target.since = ctx.now();
        target.passed = 0;
        target.failed = 0;
        target.asleep = None;
        if !state.is_checked()
            && let Some(check) = target.next_check.take()
        {
            ctx.cancel(check);
        }
        // Slow start ends when a target turns unhealthy or leaves [TR-077], and begins when it becomes healthy.
        target.grows_since = None;
        if state == TargetState::Healthy {
            self.begin_growing(id, ctx);
        }
    }
}
