//! Scenarios in a few lines: a common account, and what an operator would look at afterwards.

use std::collections::BTreeMap;

use serde_json::Value;
use sim_core::Simulation;
use sim_core::scenario::{Diagnostics, Scenario};
use sim_core::world::Fact;
use sim_core::world::ecs::{TaskId, TaskStatus};

/// An account with the cluster `demo`, the public image `httpd`, and two revisions of the family `web`, whose tasks
/// start in the same time each: 12 s to the interface, 8 s to the pull, 2.4 s of pull, 5 s to the containers.
const ACCOUNT: &str = r#"
[[world.image]]
repository = "docker.io/library/httpd"
layers = ["35 MB"]
[[ecs.cluster]]
clusterName = "demo"
[[ecs.taskDefinition]]
family = "web"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "1024"
memory = "2048"
containerDefinitions = [{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }] }]
[[ecs.taskDefinition]]
family = "web"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "1024"
memory = "2048"
containerDefinitions = [{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }] }]
"#;

/// A load balancer `alb` in two zones whose target group `tg` checks every 10 s, twice, and drains for 30 s.
pub const BALANCER: &str = r#"
[[ec2.securityGroup]]
GroupName = "alb-sg"
Description = "the load balancer"
[[ec2.securityGroupIngress]]
GroupName = "alb-sg"
IpPermissions = [{ IpProtocol = "tcp", FromPort = 80, ToPort = 80, IpRanges = [{ CidrIp = "0.0.0.0/0" }] }]
[[ec2.securityGroup]]
GroupName = "task-sg"
Description = "the tasks"
[[ec2.securityGroupIngress]]
GroupName = "task-sg"
IpPermissions = [{ IpProtocol = "tcp", FromPort = 80, ToPort = 80, UserIdGroupPairs = [{ GroupId = "alb-sg" }] }]
[[elbv2.loadBalancer]]
Name = "alb"
Subnets = ["us-east-1a", "us-east-1b"]
SecurityGroups = ["alb-sg"]
[[elbv2.targetGroup]]
Name = "tg"
Protocol = "HTTP"
Port = 80
TargetType = "ip"
HealthCheckIntervalSeconds = 10
HealthyThresholdCount = 2
UnhealthyThresholdCount = 2
[[elbv2.targetGroupAttributes]]
TargetGroupArn = "tg"
Attributes = [{ Key = "deregistration_delay.timeout_seconds", Value = "30" }]
[[elbv2.listener]]
LoadBalancerArn = "alb"
Protocol = "HTTP"
Port = 80
DefaultActions = [{ Type = "forward", TargetGroupArn = "tg" }]
"#;

/// The table of a service `web` on Fargate in two zones; `more` are further lines of the table.
pub fn service(desired: u32, more: &str) -> String {
    format!(
        "[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"web\"\ntaskDefinition = \"web:1\"\n\
         desiredCount = {desired}\nlaunchType = \"FARGATE\"\n{more}\n\
         [ecs.service.networkConfiguration.awsvpcConfiguration]\nsubnets = [\"us-east-1a\", \"us-east-1b\"]\n\
         assignPublicIp = \"ENABLED\"\n"
    )
}

/// The lines of [`service`] that put it behind [`BALANCER`].
pub const BEHIND: &str = r#"loadBalancers = [{ targetGroupArn = "tg", containerName = "web", containerPort = 80 }]"#;

/// The same, for the network: the tasks' security group.
pub fn service_behind(desired: u32, more: &str) -> String {
    format!("{}securityGroups = [\"task-sg\"]\n", service(desired, &format!("{BEHIND}\n{more}")))
}

/// A line that somebody types.
pub fn typed(at: &str, line: &str) -> String {
    format!("[[timeline]]\nat = \"{at}\"\nrun = '''{line}'''\n")
}

/// A scenario in [`ACCOUNT`] of this duration, ready to run.
pub fn ready(duration: &str, parts: &[&str]) -> Simulation {
    ready_assuming("", duration, parts)
}

/// The same with more lines in `[assume]`.
pub fn ready_assuming(assume: &str, duration: &str, parts: &[&str]) -> Simulation {
    crate::start("story.toml", &text(assume, duration, parts), &BTreeMap::new(), None)
}

/// A scenario in [`ACCOUNT`], or all that is wrong with it.
pub fn read(duration: &str, parts: &[&str]) -> Result<Scenario, Diagnostics> {
    Scenario::read("story.toml", text("", duration, parts).as_bytes(), &BTreeMap::<String, Vec<u8>>::new())
}

fn text(assume: &str, duration: &str, parts: &[&str]) -> String {
    let head = format!("[scenario]\ntitle = \"a story\"\nseed = 42\nduration = \"{duration}\"\n");
    format!("{head}[assume]\nstart_sigma = 0\n{assume}\n{ACCOUNT}{}", parts.join("\n"))
}

/// Plays to the end with more lines in `[assume]`.
pub fn play_assuming(assume: &str, duration: &str, parts: &[&str]) -> Simulation {
    let mut simulation = ready_assuming(assume, duration, parts);
    simulation.run();
    simulation
}

/// The same, played to its end.
pub fn play(duration: &str, parts: &[&str]) -> Simulation {
    let mut simulation = ready(duration, parts);
    simulation.run();
    simulation
}

/// Ids of tasks replaced by their numbers, ARNs of target groups by their names, deployments by their numbers.
fn readable(simulation: &Simulation, text: &str) -> String {
    let world = simulation.world();
    let mut text = text.to_owned();
    for (_, task) in world.ecs.tasks.iter() {
        let number = task.name.rsplit('/').next().unwrap_or(&task.name);
        text = text.replace(&task.uuid, number);
    }
    for (_, instance) in world.ecs.instances.iter() {
        text = text.replace(&instance.uuid, &instance.name).replace(&instance.ec2_id, &instance.name);
    }
    for (_, group) in world.elb.groups.iter() {
        text = text.replace(&group.arn, &group.name);
    }
    for (number, (_, deployment)) in world.ecs.deployments.iter().enumerate() {
        text = text.replace(&deployment.name, &format!("#{}", number + 1));
    }
    text
}

/// The service events of all services with their times, oldest first, in a reader's form: `00:00:00 has started 2
/// tasks: (task web#1) (task web#2).`
pub fn told(simulation: &Simulation) -> String {
    let events = simulation.ctx().journal().iter().filter_map(|(_, entry)| match &entry.fact {
        Fact::ServiceEvent { text, .. } => Some((entry.at, text)),
        _ => None,
    });
    let line = |(at, text): (_, &sim_core::world::Name)| {
        let text = text.strip_prefix("(service web) ").unwrap_or(text);
        format!("{at} {}", readable(simulation, text))
    };
    events.map(line).collect::<Vec<_>>().join("\n")
}

/// The life of a task, by its name within the cluster: `00:00:00 PROVISIONING, 00:00:12 PENDING …`, then its
/// `stopCode` and `stoppedReason`.
pub fn life(simulation: &Simulation, name: &str) -> String {
    let task = task(simulation, name);
    let ecs = &simulation.world().ecs;
    let made_of = &ecs.definitions[ecs.tasks[task].definition];
    let mut facts = simulation.ctx().journal().iter().map(|(_, entry)| &entry.fact);
    let waited = facts.any(|fact| matches!(fact, Fact::TaskWaits { task: of, .. } if *of == task));
    let provisions = waited || made_of.has_own_interface();
    let first = if provisions { TaskStatus::Provisioning } else { TaskStatus::Pending };
    let mut life = vec![format!("{} {first}", ecs.tasks[task].at.created)];
    for (_, entry) in simulation.ctx().journal().iter() {
        match &entry.fact {
            Fact::TaskStatusChanged { task: of, status } if *of == task => life.push(format!("{} {status}", entry.at)),
            Fact::TaskStopped { task: of, code, reason } if *of == task => {
                life.push(format!("{code}: {}", readable(simulation, reason)));
            }
            _ => {}
        }
    }
    life.join("\n")
}

/// The task with this name within its cluster, such as `web#1`.
pub fn task(simulation: &Simulation, name: &str) -> TaskId {
    let ecs = &simulation.world().ecs;
    let wanted = |task: &str| task == name || task.rsplit('/').next() == Some(name);
    let found = ecs.tasks.iter().find(|(_, task)| wanted(&task.name));
    found.unwrap_or_else(|| panic!("there is no task {name}")).0
}

/// How many tasks of revision 1 and 2 have each status that counts, after each change: `2+0 running`.
pub fn running(simulation: &Simulation) -> (usize, usize) {
    let ecs = &simulation.world().ecs;
    let of = |revision: u32| {
        let mine = |task: &sim_core::world::ecs::Task| {
            task.status == TaskStatus::Running && ecs.definitions[task.definition].revision == revision
        };
        ecs.tasks.iter().filter(|(_, task)| mine(task)).count()
    };
    (of(1), of(2))
}

/// What lets EC2 instances join the cluster `demo`: the role of their agents.
pub const AGENTS: &str = r#"
[[iam.role]]
RoleName = "ecsInstanceRole"
AssumeRolePolicyDocument = { Version = "2012-10-17", Statement = [
  { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
] }
[[iam.rolePolicyAttachment]]
RoleName = "ecsInstanceRole"
PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
"#;

/// The table of an EC2 instance that joins the cluster `demo` 39.1 s after its launch; `more` are further lines of its
/// user data.
pub fn instance(kind: &str, zone: &str, more: &str) -> String {
    format!(
        "[[ec2.instance]]\nInstanceType = \"{kind}\"\nSubnetId = \"{zone}\"\n\
         IamInstanceProfile = {{ Name = \"ecsInstanceRole\" }}\nUserData = \"\"\"ECS_CLUSTER=demo\n{more}\"\"\"\n"
    )
}

/// The table of a task definition for EC2 with one container `main` of the image `httpd`; `of` are lines of the container,
/// `more` of the task definition.
pub fn on_instances(family: &str, of: &str, more: &str) -> String {
    format!(
        "[[ecs.taskDefinition]]\nfamily = \"{family}\"\n{more}\n\
         containerDefinitions = [{{ name = \"main\", image = \"httpd\", {of} }}]\n"
    )
}

/// The table of a service on container instances.
pub fn service_on_instances(name: &str, family: &str, desired: u32, more: &str) -> String {
    format!(
        "[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"{name}\"\ntaskDefinition = \"{family}\"\n\
         desiredCount = {desired}\nlaunchType = \"EC2\"\n{more}\n"
    )
}

/// On which instances the tasks are that are not STOPPED: `web#1 on instance#2`, by their names.
pub fn places(simulation: &Simulation) -> Vec<String> {
    let ecs = &simulation.world().ecs;
    let live = ecs.tasks.iter().filter(|(_, task)| task.status != TaskStatus::Stopped);
    let place = |task: &sim_core::world::ecs::Task| {
        let on = task.instance.map_or("Fargate".into(), |id| ecs.instances[id].name.to_string());
        format!("{} on {on}", task.name.rsplit('/').next().unwrap_or(&task.name))
    };
    live.map(|(_, task)| place(task)).collect()
}

/// What a call of ECS answers at this moment, without changing anything; or its error and place.
pub fn ask(run: &Simulation, operation: &str, input: Value) -> Result<Value, String> {
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("ecs", operation).expect("it exists");
    (entry.call)(input, &mut world, &mut ctx).map_err(|error| format!("{error} at {}", error.place))
}

/// The table of a launch template `t` of instances that join the cluster `demo`; `more` are further lines of its data.
pub fn launch_template(kind: &str, more: &str) -> String {
    format!(
        "[[ec2.launchTemplate]]\nLaunchTemplateName = \"tpl\"\n[ec2.launchTemplate.LaunchTemplateData]\n\
         InstanceType = \"{kind}\"\nIamInstanceProfile = {{ Name = \"ecsInstanceRole\" }}\n\
         UserData = \"ECS_CLUSTER=demo\"\n{more}\n"
    )
}

/// The table of an Auto Scaling group `fleet` of that template; `zones` are like `us-east-1a,us-east-1b`, `more` further
/// lines.
pub fn scaling_group(zones: &str, (min, max, desired): (u32, u32, u32), more: &str) -> String {
    format!(
        "[[autoscaling.autoScalingGroup]]\nAutoScalingGroupName = \"fleet\"\n\
         LaunchTemplate = {{ LaunchTemplateName = \"tpl\", Version = \"$Latest\" }}\nMinSize = {min}\nMaxSize = {max}\n\
         DesiredCapacity = {desired}\nVPCZoneIdentifier = \"{zones}\"\n{more}\n"
    )
}

/// The tables of a capacity provider `cp` of that group, of a cluster `prod` that has it as its default, and of a template and
/// group for it; `scaling` are lines of `managedScaling`, `more` of the provider.
pub fn provider(scaling: &str, more: &str) -> String {
    format!(
        "[[ecs.capacityProvider]]\nname = \"cp\"\n[ecs.capacityProvider.autoScalingGroupProvider]\n\
         autoScalingGroupArn = \"fleet\"\n{more}\n\
         [ecs.capacityProvider.autoScalingGroupProvider.managedScaling]\nstatus = \"ENABLED\"\n{scaling}\n\
         [[ecs.cluster]]\nclusterName = \"prod\"\ncapacityProviders = [\"cp\"]\n\
         defaultCapacityProviderStrategy = [{{ capacityProvider = \"cp\", weight = 1 }}]\n"
    )
}
