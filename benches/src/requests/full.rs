//! The simulator: a scenario as users write them, from `create-service` to the last answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sim_core::Simulation;
use sim_core::engine::{Budget, Time};
use sim_core::scenario::Scenario;
use sim_core::world::elb::TargetState;

use super::{WORK, per_second};
use crate::Contestant;

/// When the clients begin to call [s]: ten thousand tasks take their time to start.
const CALL: u64 = 7200;

struct Service {
    run: Simulation,
    per_second: f64,
}

/// A service of so many tasks, all of them healthy, whose clients have begun to call.
pub fn service(tasks: usize, algorithm: &str) -> Box<dyn Contestant> {
    let text = scenario(tasks, algorithm);
    let read = Scenario::read("requests.toml", text.as_bytes(), &BTreeMap::new());
    let scenario = Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")));
    let mut run = Simulation::start(scenario, None);
    run.limit_to(Budget { events: u64::MAX, ..Budget::default() });
    run.run_until(Time::from_secs(CALL));
    let healthy = run.world().elb.targets.iter().filter(|(_, target)| target.state == TargetState::Healthy).count();
    assert_eq!(healthy, tasks, "all tasks are healthy before the clients call");
    Box::new(Service { run, per_second: per_second(tasks) })
}

impl Contestant for Service {
    fn run(&mut self, count: usize) {
        self.run.run_until(self.run.now() + Duration::from_secs_f64(count as f64 / self.per_second));
        assert!(self.run.exceeded().is_none() && self.run.now() < self.run.end(), "the scenario goes on");
    }
}

fn scenario(tasks: usize, algorithm: &str) -> String {
    let rate = per_second(tasks);
    let work = WORK / 1e6;
    let head = format!(
        r#"
        [scenario]
        title = "Requests to {tasks} tasks"
        seed = 42
        duration = "1000h"
        start = "2026-01-05T09:00:00Z"
        region = "us-east-1"

        [budget]
        events = 1000000000000

        [assume]
        fargate_burst = 20000

        [[world.app]]
        container = "app/web"
        request = {{ cpu = {{ exponential = "{work}ms" }} }}

        [[world.traffic]]
        to = "alb"
        rate = {{ ramp = [["{CALL}s", {rate}], ["1000h", {rate}]] }}
        "#
    );
    // Two subnets of a default VPC have 8,182 addresses, and a service has 5,000 tasks at most.
    let subnets = if tasks > 8000 { "us-east-1a,us-east-1b,us-east-1c" } else { "us-east-1a,us-east-1b" };
    let zones = subnets.replace(',', " ");
    let services = tasks.div_ceil(5000);
    let service = |number: usize| {
        let desired = (tasks + number) / services;
        format!(
            "aws ecs create-service --service-name web-{number} --task-definition app --desired-count {desired} \
             --launch-type FARGATE --network-configuration \
             'awsvpcConfiguration={{subnets=[{subnets}],securityGroups=[task],assignPublicIp=ENABLED}}' \
             --load-balancers targetGroupArn=tg,containerName=web,containerPort=80"
        )
    };
    let algorithm = format!(
        "aws elbv2 modify-target-group-attributes --target-group-arn tg \
         --attributes Key=load_balancing.algorithm.type,Value={algorithm}"
    );
    let lines = [
        "aws ec2 create-security-group --group-name alb --description 'The load balancer'",
        "aws ec2 authorize-security-group-ingress --group-name alb --protocol tcp --port 80 --cidr 0.0.0.0/0",
        "aws ec2 create-security-group --group-name task --description 'The tasks'",
        "aws ec2 authorize-security-group-ingress --group-name task --protocol tcp --port 80 --source-group alb",
        "aws ecs create-cluster",
        "aws ecr create-repository --repository-name app",
        "docker push app:latest",
        "aws ecs register-task-definition --family app --requires-compatibilities FARGATE --network-mode awsvpc \
         --cpu 1024 --memory 2048 --execution-role-arn ecsTaskExecutionRole \
         --container-definitions name=web,image=app:latest,portMappings=[{containerPort=80}]",
        &format!("aws elbv2 create-load-balancer --name alb --subnets {zones} --security-groups alb"),
        "aws elbv2 create-target-group --name tg --protocol HTTP --port 80 --target-type ip --vpc-id default",
        &algorithm,
        "aws elbv2 create-listener --load-balancer-arn alb --protocol HTTP --port 80 \
         --default-actions Type=forward,TargetGroupArn=tg",
    ];
    let typed = lines.map(str::to_owned).into_iter().chain((0..services).map(service)).enumerate();
    let typed = typed.map(|(at, line)| format!("[[timeline]]\nat = \"{at}s\"\nrun = \"\"\"{line}\"\"\"\n"));
    [head, ROLE.to_owned()].into_iter().chain(typed).collect()
}

/// What the account holds already: an image, and the role that pulls it.
const ROLE: &str = r#"
[[world.image]]
repository = "app"
tag = "latest"
layers = ["31 MB"]

[[iam.role]]
RoleName = "ecsTaskExecutionRole"
[iam.role.AssumeRolePolicyDocument]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]

[[iam.rolePolicyAttachment]]
RoleName = "ecsTaskExecutionRole"
PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
"#;
