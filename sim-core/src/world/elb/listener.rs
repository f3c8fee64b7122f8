//! Listeners and their rules.

use std::time::Duration;

use super::{
    Action, BalancerKind, Condition, Elb, LoadBalancerId, Protocol, RequestLine, TargetGroupId, TargetState, Tls,
};
use crate::engine::{FactId, Id, Time};
use crate::world::{Ctx, Fact, Peers};

/// Names a [`Listener`].
pub type ListenerId = Id<Listener>;

/// How long a flow may be silent unless its listener says otherwise [s] [TR-121].
const FLOW_IDLE_TIMEOUT: Duration = Duration::from_secs(350);

/// A port on which a load balancer takes requests.
#[derive(Clone, Debug)]
pub struct Listener {
    /// `arn:…:listener/app/{load balancer}/{its id}/{16 hexadecimal digits}`.
    pub arn: String,
    /// Whose.
    pub balancer: LoadBalancerId,
    /// `HTTP`, or `TCP` of a Network Load Balancer.
    pub protocol: Protocol,
    /// What makes HTTP to HTTPS [TR-166].
    pub tls: Option<Tls>,
    /// 1–65535.
    pub port: u16,
    /// Tried in this order, which is that of their priorities; the default rule is the last and always matches
    /// [TR-011].
    pub rules: Vec<Rule>,
    /// How long a flow of a Network Load Balancer may be silent before it is forgotten [s].
    ///
    /// AWS: `tcp.idle_timeout.seconds`; 350 unless set, 60–6000 [TR-121].
    pub idle_timeout: Duration,
    /// When it was deleted.
    pub deleted: Option<Time>,
    /// The fact of its creation.
    pub because: FactId,
}

/// A rule: which requests, and what to do with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `arn:…:listener-rule/app/…`.
    pub arn: String,
    /// 1–50000 and unique in its listener [TR-012]; the default rule has none.
    pub priority: Option<u32>,
    /// All must hold [TR-014].
    pub conditions: Vec<Condition>,
    /// What is done.
    pub action: Action,
}

/// What a listener does with a request.
#[derive(Clone, Copy, Debug)]
pub struct Routed<'a> {
    /// The rule's place among those of its listener.
    pub rule: usize,
    /// What is done.
    pub action: &'a Action,
    /// How many rules were evaluated, the default rule not counted [count].
    pub evaluated: u32,
}

impl Listener {
    /// `Protocol` as AWS says it.
    pub fn protocol(&self) -> &'static str {
        if self.tls.is_some() { "HTTPS" } else { self.protocol.into() }
    }

    /// The default rule's action.
    pub fn default_action(&self) -> &Action {
        &self.rules.last().expect("a listener is created with its default rule").action
    }

    /// The place of the rule with this ARN.
    pub fn rule_named(&self, arn: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.arn == arn)
    }

    /// Every group that any rule forwards to.
    pub fn groups(&self) -> impl Iterator<Item = TargetGroupId> {
        self.rules.iter().flat_map(|rule| rule.action.shares()).map(|share| share.group)
    }

    /// Puts the rules into the order of their priorities, the default rule last.
    fn sort(&mut self) {
        self.rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
    }
}

impl Elb {
    /// What a listener does with requests like this one: the first rule decides whose conditions all hold [TR-011].
    pub fn route(&self, listener: ListenerId, line: &RequestLine) -> Routed<'_> {
        let rules = &self.listeners[listener].rules;
        let holds = |rule: &Rule| rule.conditions.iter().all(|condition| condition.holds(line));
        let last = rules.len() - 1;
        let rule = rules[..last].iter().position(holds).unwrap_or(last);
        Routed { rule, action: &rules[rule].action, evaluated: last.min(rule + 1) as u32 }
    }

    /// Creates a listener. Its target groups are in use from now on, so their health checks begin [TR-057].
    pub fn create_listener(
        &mut self,
        balancer: LoadBalancerId,
        (protocol, port, tls): (Protocol, u16, Option<Tls>),
        action: Action,
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> ListenerId {
        let id = self.listeners.next_id();
        let because = ctx.record(Fact::ListenerCreated { listener: id });
        let nth = self.listeners.iter().filter(|(_, old)| old.balancer == balancer && old.port == port).count();
        let owner = &mut self.balancers[balancer];
        owner.listeners.push(id);
        // A second listener on a port, after the first was deleted, is another one.
        let again = if nth == 0 { String::new() } else { format!("~{nth}") };
        let hex = peers.account.hex("listener", &format!("{}:{port}{again}", owner.name), 16);
        let arn = format!("{}/{hex}", owner.arn.replace(":loadbalancer/", ":listener/"));
        let default = rule_arn(&arn, &peers.account.hex("listener-rule", &format!("{arn}/default"), 16));
        let rules = vec![Rule { arn: default, priority: None, conditions: Vec::new(), action }];
        let idle_timeout = FLOW_IDLE_TIMEOUT;
        let deleted = None;
        self.listeners.push(Listener { arn, balancer, protocol, tls, port, rules, idle_timeout, deleted, because });
        ctx.within(Some(because), |ctx| self.routes_changed(balancer, peers, ctx));
        id
    }

    /// Adds a rule; priority and conditions are checked already. Answers its place.
    pub fn create_rule(
        &mut self,
        listener: ListenerId,
        (priority, conditions, action): (u32, Vec<Condition>, Action),
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> usize {
        self.rules_made += 1;
        let it = &mut self.listeners[listener];
        let name = format!("{}/{}", it.arn, self.rules_made);
        let arn = rule_arn(&it.arn, &peers.account.hex("listener-rule", &name, 16));
        it.rules.push(Rule { arn: arn.clone(), priority: Some(priority), conditions, action });
        it.sort();
        let balancer = it.balancer;
        let fact = ctx.record(Fact::RuleCreated { listener, priority });
        ctx.within(Some(fact), |ctx| self.routes_changed(balancer, peers, ctx));
        self.listeners[listener].rule_named(&arn).expect("it was added")
    }

    /// Replaces conditions or action of a rule, the default rule's action included.
    pub fn modify_rule(
        &mut self,
        listener: ListenerId,
        place: usize,
        (conditions, action): (Option<Vec<Condition>>, Option<Action>),
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let it = &mut self.listeners[listener];
        let rule = &mut it.rules[place];
        if let Some(conditions) = conditions {
            rule.conditions = conditions;
        }
        if let Some(action) = action {
            rule.action = action;
        }
        let (balancer, priority) = (it.balancer, rule.priority.unwrap_or(0));
        let fact = ctx.record(Fact::RuleModified { listener, priority });
        ctx.within(Some(fact), |ctx| self.routes_changed(balancer, peers, ctx));
    }

    /// Takes a rule away.
    pub fn delete_rule(&mut self, listener: ListenerId, place: usize, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.listeners[listener];
        let gone = it.rules.remove(place);
        let (balancer, priority) = (it.balancer, gone.priority.unwrap_or(0));
        let fact = ctx.record(Fact::RuleDeleted { listener, priority });
        ctx.within(Some(fact), |ctx| self.routes_changed(balancer, peers, ctx));
    }

    /// Gives rules other priorities: (place, priority).
    pub fn set_priorities(&mut self, listener: ListenerId, new: &[(usize, u32)], peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.listeners[listener];
        for &(place, priority) in new {
            it.rules[place].priority = Some(priority);
        }
        it.sort();
        let balancer = it.balancer;
        let fact = ctx.record(Fact::RulePrioritiesSet { listener });
        ctx.within(Some(fact), |ctx| self.routes_changed(balancer, peers, ctx));
    }

    /// Moves a listener to another port.
    pub fn move_listener(&mut self, listener: ListenerId, port: u16, ctx: &mut Ctx) {
        self.listeners[listener].port = port;
        ctx.record(Fact::ListenerModified { listener });
        self.version += 1;
    }

    /// Gives a listener another certificate or policy, or lets it speak HTTP instead of HTTPS and the other way round.
    pub fn secure_listener(&mut self, listener: ListenerId, tls: Option<Tls>, ctx: &mut Ctx) {
        self.listeners[listener].tls = tls;
        ctx.record(Fact::ListenerModified { listener });
        self.version += 1;
    }

    /// Takes a listener and its rules away.
    pub fn delete_listener(&mut self, listener: ListenerId, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.listeners[listener];
        it.deleted = Some(ctx.now());
        let balancer = it.balancer;
        self.balancers[balancer].listeners.retain(|&other| other != listener);
        let fact = ctx.record(Fact::ListenerDeleted { listener });
        ctx.within(Some(fact), |ctx| self.routes_changed(balancer, peers, ctx));
    }

    /// A load balancer's rules are others now: groups that they name are in use, the others are not [TR-036][TR-057].
    pub(super) fn routes_changed(&mut self, balancer: LoadBalancerId, peers: &Peers, ctx: &mut Ctx) {
        self.version += 1;
        let listeners = &self.balancers[balancer].listeners;
        let mut used: Vec<TargetGroupId> = listeners.iter().flat_map(|&id| self.listeners[id].groups()).collect();
        used.sort();
        used.dedup();
        let before: Vec<TargetGroupId> =
            self.groups.iter().filter(|(_, group)| group.balancer == Some(balancer)).map(|(id, _)| id).collect();
        for &group in before.iter().filter(|group| used.binary_search(group).is_err()) {
            self.take_from_use(group, ctx);
        }
        for group in used.into_iter().filter(|group| !before.contains(group)) {
            self.groups[group].balancer = Some(balancer);
            self.put_to_use(group, peers, ctx);
        }
        self.publish(balancer);
    }

    /// No listener uses the group any more: its targets are `unused` and nobody checks them.
    fn take_from_use(&mut self, group: TargetGroupId, ctx: &mut Ctx) {
        self.groups[group].balancer = None;
        for id in self.groups[group].targets.clone() {
            if self.targets[id].state.is_checked() {
                self.change(id, TargetState::NotInUse, ctx);
            }
        }
        self.rebuild(group);
    }

    /// The listener with this ARN.
    pub fn listener_named(&self, arn: &str) -> Option<ListenerId> {
        self.listeners.iter().find(|(_, l)| l.arn == arn && l.deleted.is_none()).map(|(id, _)| id)
    }

    /// The rule with this ARN: its listener and its place.
    pub fn rule_named(&self, arn: &str) -> Option<(ListenerId, usize)> {
        let listeners = self.listeners.iter().filter(|(_, listener)| listener.deleted.is_none());
        listeners.filter_map(|(id, listener)| Some((id, listener.rule_named(arn)?))).next()
    }

    /// How long the connections of clients that call this port, or that of the first listener, may be silent: the setting of the
    /// load balancer [TR-084], or of the listener when it is a Network Load Balancer [TR-121].
    #[inline]
    pub fn idle_timeout(&self, balancer: LoadBalancerId, port: Option<u16>) -> Duration {
        let it = &self.balancers[balancer];
        let listener = match (it.kind, port) {
            (BalancerKind::Application, _) => return it.attributes.idle_timeout,
            (BalancerKind::Network, Some(port)) => self.listener_on(balancer, port),
            (BalancerKind::Network, None) => it.listeners.first().copied(),
        };
        listener.map_or(FLOW_IDLE_TIMEOUT, |listener| self.listeners[listener].idle_timeout)
    }

    /// The listener of a load balancer on this port.
    pub fn listener_on(&self, balancer: LoadBalancerId, port: u16) -> Option<ListenerId> {
        self.balancers[balancer].listeners.iter().copied().find(|&id| self.listeners[id].port == port)
    }
}

/// `…:listener-rule/app/{load balancer}/{its id}/{listener's id}/{rule's id}`.
fn rule_arn(listener: &str, hex: &str) -> String {
    format!("{}/{hex}", listener.replace(":listener/", ":listener-rule/"))
}
