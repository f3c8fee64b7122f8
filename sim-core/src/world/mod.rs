//! What exists, and how it reacts.
//!
//! Each subsystem owns its state and reacts to its own events. It reads the others through [`Peers`], and speaks
//! to them by sending events through [`Ctx`] with the delay that the real call has. It never edits another's state.

mod account;
pub mod app;
mod assume;
pub mod billing;
pub mod capacity;
pub mod cloudwatch;
pub mod discovery;
pub mod ecr;
pub mod ecs;
pub mod elb;
mod event;
pub mod eventbridge;
mod fact;
pub mod iam;
mod limits;
pub mod logs;
pub mod network;
mod outside;
pub mod traffic;
pub mod wildcard;

pub use account::Account;
pub use assume::Assumptions;
pub use event::Event;
pub use fact::{Fact, Name};
pub use limits::{Limits, fargate_launches, service_launches};

pub use crate::engine::Distribution;
use crate::engine::{Kernel, Next};

/// `stoppedReason` as it is kept: at most 1,024 characters [IM-082].
pub fn stopped_reason(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(1024) {
        text.truncate(end);
    }
    text
}

/// What a subsystem acts through.
pub type Ctx = Kernel<Event, Fact>;

/// Everything that exists.
#[derive(Clone, Debug)]
pub struct World {
    /// Whose account it is, in which Region, and when the scenario starts on the wall clock.
    pub account: Account,
    /// Values where AWS is silent.
    pub assume: Assumptions,
    /// How often the account may do something.
    pub limits: Limits,
    /// Clusters, task definitions, services, deployments, tasks.
    pub ecs: ecs::Ecs,
    /// Fargate and the agent that starts a task's containers.
    pub fargate: capacity::Fargate,
    /// EC2 instances.
    pub ec2: capacity::Ec2,
    /// Auto Scaling groups of EC2 instances.
    pub groups: capacity::Groups,
    /// Repositories, images, layers.
    pub ecr: ecr::Ecr,
    /// Load balancers, listeners, target groups.
    pub elb: elb::Elb,
    /// The inside of the containers.
    pub app: app::Apps,
    /// Who calls.
    pub traffic: traffic::Traffic,
    /// Roles and policies.
    pub iam: iam::Iam,
    /// VPC, subnets, routes, security groups, ENIs.
    pub network: network::Network,
    /// Log groups.
    pub logs: logs::Logs,
    /// Metric series.
    pub cloudwatch: cloudwatch::CloudWatch,
    /// Schedules, and rules about events.
    pub eventbridge: eventbridge::EventBridge,
    /// Namespaces, and the services that are found in them.
    pub discovery: discovery::Discovery,
}

/// What a subsystem sees of the world beside itself.
///
/// The subsystem that is being called is taken out of the world while it works, so its own field is empty here.
pub type Peers = World;

impl World {
    /// A fresh AWS account: a default VPC with a subnet in each of three zones, and nothing else.
    pub fn new(account: Account, assume: Assumptions) -> World {
        World {
            network: network::Network::new(&account),
            iam: iam::Iam::new(&account),
            account,
            assume,
            limits: Default::default(),
            ecs: Default::default(),
            fargate: Default::default(),
            ec2: Default::default(),
            groups: Default::default(),
            ecr: Default::default(),
            elb: Default::default(),
            app: Default::default(),
            traffic: Default::default(),
            logs: Default::default(),
            cloudwatch: Default::default(),
            eventbridge: Default::default(),
            discovery: Default::default(),
        }
    }

    /// Reacts to one thing that happens. Inlined, as [`Kernel::next`](crate::engine::Kernel::next) is: what happens is handed
    /// over in registers then, not in memory.
    #[inline(always)]
    pub fn handle(&mut self, next: Next<Event>, ctx: &mut Ctx) {
        match next {
            Next::Event(Event::Request(event)) => self.handle_request(event, ctx),
            Next::Timer(slot) => self.head_finished(slot, ctx),
            Next::Event(event) => self.dispatch(event, ctx),
        }
    }

    pub(crate) fn dispatch(&mut self, event: Event, ctx: &mut Ctx) {
        match event {
            Event::Request(event) => self.handle_request(event, ctx),
            Event::Ecs(event) => self.lend(|w| &mut w.ecs, |ecs, peers| ecs.handle(event, peers, ctx)),
            Event::Fargate(event) => self.lend(|w| &mut w.fargate, |it, peers| it.handle(event, peers, ctx)),
            Event::Ec2(event) => self.lend(|w| &mut w.ec2, |it, peers| it.handle(event, peers, ctx)),
            Event::Network(event) => self.lend(|w| &mut w.network, |it, peers| it.handle(event, peers, ctx)),
            Event::Ecr(event) => self.lend(|w| &mut w.ecr, |it, peers| it.handle(event, peers, ctx)),
            Event::Logs(event) => self.lend(|w| &mut w.logs, |it, peers| it.handle(event, peers, ctx)),
            Event::Elb(event) => self.lend(|w| &mut w.elb, |it, peers| it.handle(event, peers, ctx)),
            Event::App(event) => self.lend(|w| &mut w.app, |it, peers| it.handle(event, peers, ctx)),
            Event::CloudWatch(event) => self.lend(|w| &mut w.cloudwatch, |it, peers| it.handle(event, peers, ctx)),
            Event::EventBridge(event) => self.handle_eventbridge(event, ctx),
            Event::Discovery(event) => self.lend(|w| &mut w.discovery, |it, peers| it.handle(event, peers, ctx)),
            Event::Group(event) => self.handle_group(event, ctx),
        }
        self.tell_the_bus(ctx);
    }

    /// Takes one subsystem out of the world, lets it work with the others as its peers, and puts it back.
    pub(crate) fn lend<S: Default, T>(
        &mut self,
        field: impl Fn(&mut World) -> &mut S,
        work: impl FnOnce(&mut S, &Peers) -> T,
    ) -> T {
        let mut subsystem = std::mem::take(field(self));
        let result = work(&mut subsystem, self);
        *field(self) = subsystem;
        result
    }
}
