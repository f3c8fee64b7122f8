//! A world with one load-balanced service, without a scenario: for laws of queues and for measuring.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use sim_core::api;
use sim_core::engine::{Budget, Kernel, Time};
use sim_core::world::app::{AppEvent, AppSpec};
use sim_core::world::cloudwatch::{Counts, Meter, Metric, Series, SeriesKey, Statuses, Subject, Tally};
use sim_core::world::ecs::{
    Containers, LoadBalancerLink, ServiceId, TargetState, Task, TaskId, TaskStatus, Timestamps,
};
use sim_core::world::elb::{ElbEvent, LoadBalancerId, TargetGroupId};
use sim_core::world::network::NetworkEvent;
use sim_core::world::traffic::{CallerId, Demand, NewCaller, Rate, Unreached};
use sim_core::world::{Account, Assumptions, Ctx, Event, Fact, World};

/// What the lab is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Of the run.
    pub seed: u64,
    /// Tasks of the service [count].
    pub tasks: u32,
    /// Of each task [units].
    pub cpu: u32,
    /// Of each task [MiB].
    pub memory: u32,
    /// How the container `app/web` behaves.
    pub app: AppSpec,
    /// Values where AWS is silent; registration and provisioning take no time unless set.
    pub assume: Assumptions,
    /// Settings of CreateTargetGroup beside name, protocol, port and type.
    pub target_group: Value,
    /// Attributes of the target group: (key, value).
    pub attributes: Vec<(&'static str, &'static str)>,
    /// Attributes of the load balancer: (key, value).
    pub balancer_attributes: Vec<(&'static str, &'static str)>,
    /// Zones of the load balancer. The tasks are in `us-east-1a`.
    pub zones: Vec<&'static str>,
    /// The listener's default action; no listener when it is null.
    pub action: Value,
}

/// What is counted of requests.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    counts: Counts,
    statuses: Statuses,
    latencies: Tally,
    unreached: [u64; Unreached::COUNT],
}

impl Seen {
    fn add(&mut self, meter: &Meter) {
        self.counts = self.counts.plus(meter.counts());
        self.statuses.merge(meter.statuses());
    }

    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Answers by status.
    pub fn by_status(&self) -> BTreeMap<u16, u64> {
        self.statuses.iter().collect()
    }

    /// How long they took.
    pub fn latencies(&self) -> &Tally {
        &self.latencies
    }

    /// Requests that did not reach the load balancer for this reason [count].
    pub fn unreached(&self, why: Unreached) -> u64 {
        self.unreached[why as usize]
    }
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            seed: 1,
            tasks: 1,
            cpu: 1024,
            memory: 2048,
            app: AppSpec::of("app/web"),
            assume: Assumptions {
                balancer_provisioning: Duration::ZERO,
                target_registration: Duration::ZERO,
                client_round_trip: Duration::ZERO,
                target_round_trip: Duration::ZERO,
                ..Assumptions::default()
            },
            target_group: json!({}),
            attributes: Vec::new(),
            balancer_attributes: Vec::new(),
            zones: vec!["us-east-1a", "us-east-1b", "us-east-1c"],
            action: json!({"Type": "forward", "TargetGroupArn": "tg"}),
        }
    }
}

/// A load balancer `alb` with a listener on port 80, a target group `tg`, a service `web` whose tasks have been
/// started and registered, and security groups `alb-sg` and `task-sg` that let everything needed through.
#[derive(Clone, Debug)]
pub struct Lab {
    pub world: World,
    pub ctx: Ctx,
    pub balancer: LoadBalancerId,
    pub group: TargetGroupId,
    pub service: ServiceId,
    pub tasks: Vec<TaskId>,
}

impl Lab {
    pub fn new(setup: Setup) -> Lab {
        let account = Account {
            id: "123456789012".into(),
            region: "us-east-1".into(),
            start: "2026-01-05T09:00:00Z".parse().expect("a moment"),
            seed: setup.seed,
        };
        let mut lab = Lab {
            world: World::new(account, setup.assume),
            ctx: Kernel::new(setup.seed, Budget { events: u64::MAX, ..Budget::default() }),
            balancer: LoadBalancerId::from_index(0),
            group: TargetGroupId::from_index(0),
            service: ServiceId::from_index(0),
            tasks: Vec::new(),
        };
        for (name, from) in [("alb-sg", json!({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})), ("task-sg", alb_sg())] {
            lab.call("ec2", "CreateSecurityGroup", json!({"GroupName": name, "Description": name}));
            lab.permit("AuthorizeSecurityGroupIngress", name, from);
        }
        let balancer = json!({"Name": "alb", "Subnets": setup.zones, "SecurityGroups": ["alb-sg"]});
        lab.call("elbv2", "CreateLoadBalancer", balancer);
        let attributes = attributes(&setup.balancer_attributes);
        let changed = json!({"LoadBalancerArn": "alb", "Attributes": attributes});
        lab.call("elbv2", "ModifyLoadBalancerAttributes", changed);
        let mut group = json!({"Name": "tg", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"});
        let more = setup.target_group.as_object().cloned().unwrap_or_default();
        group.as_object_mut().expect("an object").extend(more);
        lab.call("elbv2", "CreateTargetGroup", group);
        lab.set_attributes(&setup.attributes);
        if !setup.action.is_null() {
            lab.listen(80, setup.action);
        }
        lab.world.describe_app(setup.app, &mut lab.ctx);
        lab.make_service(setup.cpu, setup.memory);
        for _ in 0..setup.tasks {
            lab.start_task();
        }
        lab
    }

    /// Calls an AWS operation that succeeds.
    #[track_caller]
    pub fn call(&mut self, service: &str, operation: &str, input: Value) -> Value {
        let entry = api::find(service, operation).unwrap_or_else(|| panic!("{service} {operation} exists"));
        let answer = (entry.call)(input, &mut self.world, &mut self.ctx);
        answer.unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    }

    /// Calls an AWS operation that is refused: (code, message, place).
    #[track_caller]
    pub fn refused(&mut self, service: &str, operation: &str, input: Value) -> (&'static str, String, String) {
        let entry = api::find(service, operation).unwrap_or_else(|| panic!("{service} {operation} exists"));
        match (entry.call)(input, &mut self.world, &mut self.ctx) {
            Ok(output) => panic!("{operation} should have been refused: {output:#}"),
            Err(error) => (error.code, error.message, error.place),
        }
    }

    /// Sets attributes of the target group: (key, value).
    #[track_caller]
    pub fn set_attributes(&mut self, changed: &[(&str, &str)]) {
        let changed = json!({"TargetGroupArn": "tg", "Attributes": attributes(changed)});
        self.call("elbv2", "ModifyTargetGroupAttributes", changed);
    }

    /// Adds a listener with this default action.
    #[track_caller]
    pub fn listen(&mut self, port: u16, action: Value) {
        let listener = json!({"LoadBalancerArn": "alb", "Protocol": "HTTP", "Port": port, "DefaultActions": [action]});
        self.call("elbv2", "CreateListener", listener);
    }

    /// Authorises or revokes TCP port 80 in a security group.
    pub fn permit(&mut self, operation: &str, group: &str, from: Value) {
        let mut permission = json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80});
        permission.as_object_mut().expect("an object").extend(from.as_object().cloned().unwrap_or_default());
        self.call("ec2", operation, json!({"GroupId": group, "IpPermissions": [permission]}));
    }

    fn make_service(&mut self, cpu: u32, memory: u32) {
        self.call("ecs", "CreateCluster", json!({"clusterName": "demo"}));
        let container = json!({"name": "web", "image": "app:latest", "portMappings": [{"containerPort": 80}]});
        let definition = json!({
            "family": "app", "cpu": cpu.to_string(), "memory": memory.to_string(), "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [container],
        });
        self.call("ecs", "RegisterTaskDefinition", definition);
        let network = json!({"awsvpcConfiguration": {
            "subnets": ["us-east-1a"], "securityGroups": ["task-sg"], "assignPublicIp": "ENABLED",
        }});
        let service = json!({
            "cluster": "demo", "serviceName": "web", "taskDefinition": "app", "desiredCount": 0, "launchType": "FARGATE",
            "networkConfiguration": network,
        });
        self.call("ecs", "CreateService", service);
        let links = vec![LoadBalancerLink { group: self.group, container: "web".into(), port: 80, advanced: None }];
        let service = &mut self.world.ecs.services[self.service];
        let deployment = service.primary();
        // The scheduler never looks: its tasks are started by hand, and unhealthy ones can be looked at.
        service.next_look = None;
        service.load_balancers.clone_from(&links);
        self.world.ecs.deployments[deployment].links = links;
    }

    /// One more task: attached, started and registered by hand, as if Fargate and the scheduler took no time.
    pub fn start_task(&mut self) -> TaskId {
        self.start_task_in("us-east-1a")
    }

    /// The same in another zone.
    pub fn start_task_in(&mut self, zone: &str) -> TaskId {
        let subnet = self.world.network.subnet_named(zone).expect("a default subnet");
        let service = &self.world.ecs.services[self.service];
        let deployment = service.primary();
        let (cluster, number) = (service.cluster, service.tasks.len() + 1);
        let (definition, network) = (
            self.world.ecs.deployments[deployment].recipe.definition,
            self.world.ecs.deployments[deployment].recipe.network.clone(),
        );
        let because = self.ctx.record(Fact::TaskCreated { task: self.world.ecs.tasks.next_id() });
        let task = self.world.ecs.tasks.push(Task {
            uuid: format!("{number:032x}"),
            arn: format!("task/{number}"),
            name: format!("demo/web#{number}").into(),
            cluster,
            service: Some(self.service),
            deployment: Some(deployment),
            started_by: "the lab".into(),
            definition,
            status: TaskStatus::Running,
            because,
            stopping: None,
            containers: vec![Default::default()],
            instance: None,
            provider: None,
            bindings: Vec::new(),
            subnet,
            groups: network.groups,
            public_ip: network.public_ip,
            at: Timestamps { created: self.ctx.now(), started: Some(self.ctx.now()), ..Timestamps::default() },
            version: 1,
            target: TargetState::None,
            proved: false,
            protected_until: None,
            health: None,
            executes: false,
        });
        let service = &mut self.world.ecs.services[self.service];
        service.desired_count += 1;
        service.tasks.push(task);
        service.live.push(task);
        self.tasks.push(task);
        self.ctx.within(Some(because), |ctx| {
            ctx.send(Duration::ZERO, Event::Network(NetworkEvent::Attach(task)));
            ctx.send(Duration::ZERO, Event::App(AppEvent::Started(task, Containers::ALL)));
            ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Register(task)));
        });
        task
    }

    /// Lets requests come to the load balancer.
    pub fn traffic(&mut self, name: &str, rate: Rate) -> CallerId {
        self.caller(NewCaller::of(name, "alb", Demand::Open(rate.into())))
    }

    /// A zone loses its power for good.
    pub fn lose_zone(&mut self, name: &str) {
        let zone = self.world.network.zone_named(name).expect("a zone of the Region");
        self.world.lose_zone(zone, None, &mut self.ctx);
    }

    /// Lets somebody call.
    pub fn caller(&mut self, caller: NewCaller) -> CallerId {
        self.world.add_caller(caller, &mut self.ctx)
    }

    /// Lets requests come at one rate, from now until a moment.
    pub fn constant_traffic(&mut self, rate: f64, until: Time) {
        self.traffic("clients", Rate::constant(rate, self.ctx.now(), until));
    }

    /// Lets the world go on until this moment.
    pub fn run_until(&mut self, until: Time) {
        while let Some(next) = self.ctx.next(until) {
            self.world.handle(next, &mut self.ctx);
        }
        self.ctx.rest_until(until);
    }

    /// Lets an event happen now.
    pub fn now(&mut self, event: Event) {
        self.ctx.send(Duration::ZERO, event);
        self.run_until(self.ctx.now());
    }

    /// The points of a metric: (minute, statistics); none when it was never reported.
    pub fn series(&self, subject: Subject, metric: Metric) -> Series {
        self.world.cloudwatch.series.get(&SeriesKey { subject, metric }).cloned().unwrap_or_default()
    }

    /// `Sum` of each reported minute of one of the load balancer's metrics.
    pub fn sums(&self, metric: Metric) -> Vec<(u32, f64)> {
        let points = self.series(Subject::Balancer(self.balancer), metric);
        points.iter().map(|(minute, statistics)| (*minute, statistics.sum)).collect()
    }

    /// Answers by status code.
    pub fn statuses(&self) -> Vec<(u16, u64)> {
        self.meter().by_status().into_iter().collect()
    }

    /// What is counted at the load balancer, and what its callers waited.
    pub fn meter(&self) -> Seen {
        let mut seen = Seen::default();
        self.world.cloudwatch.meters_of(self.balancer).for_each(|(.., meter)| seen.add(meter));
        self.world.traffic.ledgers_of(self.balancer).for_each(|ledger| seen.latencies.merge(&ledger.latencies));
        for (_, caller) in self.world.traffic.callers.iter() {
            seen.unreached.iter_mut().zip(caller.unreached).for_each(|(sum, more)| *sum += more);
        }
        seen
    }

    /// What is counted of the target group, and how long its targets took.
    pub fn group_meter(&self) -> Seen {
        let mut seen = Seen::default();
        self.world.cloudwatch.meters_of_group(self.group).for_each(|(_, meter)| seen.add(meter));
        seen.latencies = self.world.cloudwatch.times_of_group(self.group);
        seen
    }

    /// `(state, reason)` of each registered target, as DescribeTargetHealth shows them.
    pub fn health(&mut self) -> Vec<(String, String)> {
        let answer = self.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "tg"}));
        let all = answer["TargetHealthDescriptions"].as_array().cloned().unwrap_or_default();
        let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
        all.iter().map(|one| (word(&one["TargetHealth"]["State"]), word(&one["TargetHealth"]["Reason"]))).collect()
    }

    /// All facts with their moments.
    pub fn facts(&self) -> Vec<(Time, Fact)> {
        self.ctx.journal().iter().map(|(_, entry)| (entry.at, entry.fact.clone())).collect()
    }
}

fn attributes(all: &[(&str, &str)]) -> Value {
    all.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

fn alb_sg() -> Value {
    json!({"UserIdGroupPairs": [{"GroupId": "alb-sg"}]})
}
