//! What keeps a task from starting: each closed gate with the text a user sees, and the change that closed it.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::engine::FactId;
use sim_core::world::ecr::{EcrEvent, Image};
use sim_core::world::{Event, Fact};

use crate::door::Door;

impl Door {
    fn does(&mut self, service: &str, operation: &str, input: Value) -> Value {
        self.call(service, operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    }

    /// Starts a task on Fargate, and waits until it runs or has failed. Its description.
    fn start(&mut self, public_ip: &str) -> Value {
        let network = json!({ "awsvpcConfiguration": {
            "subnets": ["us-east-1a"], "securityGroups": ["task"], "assignPublicIp": public_ip,
        }});
        let input = json!({ "taskDefinition": "app", "launchType": "FARGATE", "networkConfiguration": network });
        let tasks = self.does("ecs", "run-task", input);
        let arn = tasks["tasks"][0]["taskArn"].clone();
        self.wait(Duration::from_secs(300));
        self.does("ecs", "describe-tasks", json!({ "tasks": [arn] }))["tasks"][0].clone()
    }

    /// The latest fact that fits.
    fn last(&self, fits: impl Fn(&Fact) -> bool) -> FactId {
        let found = self.ctx.journal().iter().filter(|(_, entry)| fits(&entry.fact)).last();
        found.expect("a fact like that").0
    }

    /// The names of the facts that led to the latest one that fits, the effect first.
    fn why(&self, fits: impl Fn(&Fact) -> bool) -> Vec<&'static str> {
        self.ctx.journal().chain(self.last(fits)).map(|(_, entry)| <&'static str>::from(&entry.fact)).collect()
    }
}

/// An account in which one task would start: cluster, image, role, group, log group.
fn ready() -> Door {
    let mut door = Door::new();
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "ecs-tasks.amazonaws.com" }, "Action": "sts:AssumeRole",
    }]});
    door.does("iam", "create-role", json!({ "RoleName": "execution", "AssumeRolePolicyDocument": trust }));
    let policy = json!({ "RoleName": "execution", "PolicyArn": "AmazonECSTaskExecutionRolePolicy" });
    door.does("iam", "attach-role-policy", policy);
    door.does("ec2", "create-security-group", json!({ "GroupName": "task", "Description": "tasks" }));
    door.does("logs", "create-log-group", json!({ "logGroupName": "/ecs/app" }));
    door.does("ecr", "create-repository", json!({ "repositoryName": "app" }));
    let image = Image::new(&door.world.account, "app", "latest", &[30_000_000]);
    let index = door.world.ecr.declare(image);
    door.ctx.send(Duration::ZERO, Event::Ecr(EcrEvent::Push(index)));
    door.wait(Duration::from_secs(1));
    door.does("ecs", "create-cluster", json!({}));
    define(&mut door, "app:latest", json!({}));
    door
}

/// Registers the task definition `app`, with options of its log driver.
fn define(door: &mut Door, image: &str, options: Value) {
    let mut all = json!({ "awslogs-group": "/ecs/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" });
    all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let container = json!({
        "name": "app", "image": image, "logConfiguration": { "logDriver": "awslogs", "options": all },
    });
    door.does("ecs", "register-task-definition", json!({
        "family": "app", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "executionRoleArn": "execution", "containerDefinitions": [container],
    }));
}

/// [IA-092] [CA-016]
#[test]
fn a_task_runs_when_every_gate_is_open_and_gives_its_address_back() {
    let mut door = ready();
    let subnet = door.world.network.subnet_named("us-east-1a").unwrap();
    let task = door.start("ENABLED");
    assert_eq!(task["lastStatus"], "RUNNING", "{task:#}");
    let id = door.world.ecs.tasks.next_id().index() as u32 - 1;
    let id = sim_core::world::ecs::TaskId::from_index(id);
    let eni = door.world.network.eni(door.world.network.eni_of(id).expect("an interface")).clone();
    assert_eq!(&*eni.description, &*door.world.ecs.tasks[id].name);
    assert!(eni.public_ip.is_some() && door.world.network.subnet(subnet).cidr.contains(eni.private_ip));
    let address = eni.private_ip.to_string();
    assert!(matches!(
        &door.ctx.journal().get(door.last(|fact| matches!(fact, Fact::EniAttached { .. }))).fact,
        Fact::EniAttached { task, subnet: home, address: shown } if (*task, *home) == (id, subnet) && **shown == *address
    ));
    assert_eq!(door.world.network.free_addresses(subnet), 4090);
    door.does("ecs", "stop-task", json!({ "task": task["taskArn"] }));
    door.wait(Duration::from_secs(300));
    assert_eq!(door.world.network.eni_of(id), None);
    assert_eq!(door.world.network.free_addresses(subnet), 4091);
    door.last(|fact| matches!(fact, Fact::EniDetached { task } if *task == id));
}

/// What is changed in an account that is ready: service, operation, input.
type Change = (&'static str, &'static str, Value);

/// A closed gate.
struct Closed {
    changes: Vec<Change>,
    public_ip: &'static str,
    /// How the text begins.
    start: &'static str,
    /// What else it says.
    inside: &'static str,
    /// The change that closed the gate, at the end of the chain of causes.
    root: &'static str,
    /// From the attempt to its failure [s].
    after: u64,
}

const AUTH: &str = "ResourceInitializationError: unable to pull secrets or registry auth:";
const PULL: &str = "CannotPullContainerError: The task can’t pull the image. Check that the role has the permissions";
const ARGS: &str = "ResourceInitializationError: failed to validate logger args:";

/// The role has only a policy with these actions.
fn only(actions: Value) -> Vec<Change> {
    let detach = json!({ "RoleName": "execution", "PolicyArn": "AmazonECSTaskExecutionRolePolicy" });
    let put = json!({ "RoleName": "execution", "PolicyName": "own", "PolicyDocument": {
        "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" },
    }});
    vec![("iam", "detach-role-policy", detach), ("iam", "put-role-policy", put)]
}

/// The gates, the first that can be closed first.
fn gates() -> Vec<Closed> {
    let no_egress = json!({ "GroupId": "task", "Protocol": "all", "Cidr": "0.0.0.0/0" });
    let no_way = json!({ "RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0" });
    vec![
        Closed {
            changes: vec![],
            public_ip: "DISABLED",
            start: AUTH,
            inside: "There is a connection issue between the task and Amazon ECR",
            root: "TaskCreated",
            after: 15,
        },
        Closed {
            changes: vec![("ec2", "delete-route", no_way)],
            public_ip: "ENABLED",
            start: AUTH,
            inside: "i/o timeout",
            root: "RouteDeleted",
            after: 15,
        },
        Closed {
            changes: vec![("ec2", "revoke-security-group-egress", no_egress)],
            public_ip: "ENABLED",
            start: AUTH,
            inside: "i/o timeout",
            root: "EgressRevoked",
            after: 15,
        },
        Closed {
            changes: only(json!("ecr:Describe*")),
            public_ip: "ENABLED",
            start: AUTH,
            inside: "perform: ecr:GetAuthorizationToken on resource: *",
            root: "RolePolicyPut",
            after: 5,
        },
        Closed {
            changes: only(json!("ecr:GetAuthorizationToken")),
            public_ip: "ENABLED",
            start: PULL,
            inside: "perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:123456789012:repository/app",
            root: "RolePolicyPut",
            after: 5,
        },
        Closed {
            changes: only(json!(["ecr:GetAuthorizationToken", "ecr:BatchGetImage"])),
            public_ip: "ENABLED",
            start: PULL,
            inside: "perform: ecr:GetDownloadUrlForLayer on resource: arn:aws:ecr:us-east-1:123456789012:repository/app",
            root: "RolePolicyPut",
            after: 5,
        },
        Closed {
            changes: only(json!("ecr:*")),
            public_ip: "ENABLED",
            start: ARGS,
            inside: "perform: logs:CreateLogStream on resource: \
                     arn:aws:logs:us-east-1:123456789012:log-group:/ecs/app:log-stream:web/app/",
            root: "RolePolicyPut",
            after: 5,
        },
    ]
}

/// [CP-071] [IA-034] [IA-036] [IA-054] [IA-062] [IA-069] [IA-070] [IA-092] [IA-094] [IA-134] [IA-135] [IM-017] [IM-066] [IM-071]
/// [IM-083]
#[test]
fn the_first_closed_gate_stops_the_task_and_is_named_as_the_cause() {
    for gate in gates() {
        let mut door = ready();
        for (service, operation, input) in gate.changes.clone() {
            door.does(service, operation, input);
        }
        let task = door.start(gate.public_ip);
        let reason = task["stoppedReason"].as_str().unwrap_or_default();
        assert!(reason.starts_with(gate.start) && reason.contains(gate.inside), "{:?}: {reason}", gate.changes);
        assert_eq!((&task["lastStatus"], &task["stopCode"]), (&json!("STOPPED"), &json!("TaskFailedToStart")));
        let why = door.why(|fact| matches!(fact, Fact::TaskStopped { .. }));
        assert_eq!(why.last(), Some(&gate.root), "{:?}: {why:?}", gate.changes);
        let log_driver = gate.start == ARGS;
        let began = door.last(|fact| match fact {
            Fact::PullFinished { .. } => log_driver,
            Fact::PullStarted { .. } => !log_driver,
            _ => false,
        });
        let failed = door.last(|fact| matches!(fact, Fact::StartFailed { .. }));
        let (began, failed) = (door.ctx.journal().get(began).at, door.ctx.journal().get(failed).at);
        assert_eq!(failed - began, Duration::from_secs(gate.after), "{:?}", gate.changes);
    }
}

/// [IM-072] [IM-073] [IA-064]
#[test]
fn an_image_that_is_not_there_stops_the_task() {
    for (image, inside) in [
        ("app:v9", "failed to resolve ref 123456789012.dkr.ecr.us-east-1.amazonaws.com/app:v9:"),
        ("nothing:v1", "requested access to the resource is denied"),
    ] {
        let mut door = ready();
        define(&mut door, image, json!({}));
        let task = door.start("ENABLED");
        let reason = task["stoppedReason"].as_str().unwrap_or_default();
        assert!(reason.starts_with("CannotPullContainerError: ") && reason.contains(inside), "{reason}");
    }
}

/// [IA-037] [IA-070]
#[test]
fn a_missing_log_group_is_made_only_when_asked_for_and_allowed() {
    let mut door = ready();
    define(&mut door, "app:latest", json!({ "awslogs-group": "/ecs/other" }));
    let task = door.start("ENABLED");
    assert!(task["stoppedReason"].as_str().is_some_and(|text| text.contains("The specified log group does not exist")));

    define(&mut door, "app:latest", json!({ "awslogs-group": "/ecs/other", "awslogs-create-group": "true" }));
    let task = door.start("ENABLED");
    let reason = task["stoppedReason"].as_str().unwrap_or_default();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/other:log-stream:";
    assert!(reason.contains(&format!("perform: logs:CreateLogGroup on resource: {arn} because")), "{reason}");

    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "arn:aws:logs:*:*:log-group:/ecs/other:*",
    }});
    let policy = json!({ "RoleName": "execution", "PolicyName": "logs", "PolicyDocument": policy });
    door.does("iam", "put-role-policy", policy);
    assert_eq!(door.start("ENABLED")["lastStatus"], "RUNNING");
    assert!(door.world.logs.groups.contains_key("/ecs/other"));
}

/// [CA-016]
#[test]
fn a_task_in_a_full_subnet_gets_no_interface() {
    let mut door = ready();
    let subnet = door.world.network.subnet_named("us-east-1a").unwrap();
    while door.world.network.free_addresses(subnet) > 0 {
        door.world.network.attach(subnet, &[], false, "somebody").expect("a free address");
    }
    let task = door.start("ENABLED");
    assert_eq!(task["lastStatus"], "STOPPED");
    door.last(|fact| matches!(fact, Fact::EniFailed { subnet: full, .. } if *full == subnet));
}
