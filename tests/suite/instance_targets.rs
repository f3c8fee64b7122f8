//! Ports of instances that somebody registers by hand.

use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use tests::story::{AGENTS, BALANCER, instance, on_instances, ready_assuming, service_on_instances, typed};

/// One instance with a service whose only task has port 8080 of it; it is registered by hand at 3 minutes, and called from the
/// fourth to the fifteenth.
fn story(more: &[&str]) -> Simulation {
    let group = BALANCER.replace("TargetType = \"ip\"", "TargetType = \"instance\"");
    let open = "[[ec2.securityGroupIngress]]\nGroupName = \"task-sg\"\nIpPermissions = [{ IpProtocol = \"tcp\", \
                FromPort = 8080, ToPort = 8080, UserIdGroupPairs = [{ GroupId = \"alb-sg\" }] }]\n";
    let there =
        instance("t3.small", "us-east-1a", "").replace("UserData", "SecurityGroupIds = [\"task-sg\"]\nUserData");
    let ports = "cpu = 256, memory = 256, portMappings = [{ containerPort = 80, hostPort = 8080 }]";
    let web = [on_instances("main", ports, ""), on_instances("main", ports, "")].concat();
    let one_by_one = "deploymentConfiguration = { minimumHealthyPercent = 0, maximumPercent = 100 }";
    let service = service_on_instances("web", "main:1", 1, one_by_one);
    let register = typed("3m", "aws elbv2 register-targets --target-group-arn tg --targets Id=instance#1,Port=8080");
    let traffic = "[[world.traffic]]\nto = \"alb\"\nrate = \"20/s\"\nfrom = \"4m\"\nuntil = \"15m\"\n";
    let parts = [&[AGENTS, &group, open, &there, &web, &service, &register, traffic], more].concat();
    ready_assuming("placement_pause = \"10s\"", "20m", &parts)
}

/// What an operation of the load balancers answers at this moment, without changing anything; or its error and place.
fn ask(run: &Simulation, operation: &str, input: Value) -> Result<Value, (String, String)> {
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("elbv2", operation).expect("it exists");
    (entry.call)(input, &mut world, &mut ctx).map_err(|error| (error.code.to_owned(), error.message.clone()))
}

/// The targets of the group: id, port, state, reason.
fn health(run: &Simulation) -> Vec<String> {
    let told = ask(run, "DescribeTargetHealth", json!({"TargetGroupArn": "tg"})).expect("it answers");
    let words = |it: &Value| {
        let (target, health) = (&it["Target"], &it["TargetHealth"]);
        let reason = health["Reason"].as_str().unwrap_or("-");
        format!("{} {} {reason}", target["Port"], health["State"].as_str().unwrap_or_default())
    };
    told["TargetHealthDescriptions"].as_array().expect("a list").iter().map(words).collect()
}

fn by_status(run: &Simulation) -> (u64, u64) {
    let traffic = &run.report().traffic[0];
    let of = |status: &str| traffic.by_status.get(status).copied().unwrap_or(0);
    (of("200"), of("502"))
}

fn until(run: &mut Simulation, minutes: u64, seconds: u64) {
    run.run_until(Time::from_secs(60 * minutes + seconds));
}

/// [TR-165] [TR-029] The target is the port: another task takes it over in a deployment, and the target stays. While nobody
/// listens connections are refused, which clients see as 502.
#[test]
fn another_task_behind_the_port_is_the_same_target() {
    let deploy = typed("6m", "aws ecs update-service --cluster demo --service web --task-definition main:2");
    let mut run = story(&[&deploy]);
    until(&mut run, 5, 59);
    assert_eq!(health(&run), ["8080 healthy -"]);
    let (answered, failed) = by_status(&run);
    assert!(answered > 2000 && failed == 0, "{answered} answered, {failed} failed");
    let before = run.world().elb.targets.iter().next().unwrap().1.task;
    until(&mut run, 9, 0);
    let (_, failed) = by_status(&run);
    assert!(failed > 0, "nobody listened for a while");
    assert_eq!(health(&run), ["8080 healthy -"]);
    let after = run.world().elb.targets.iter().next().unwrap().1.task;
    assert_ne!(before, after, "another task answers");
    assert_eq!(run.world().elb.targets.len(), 1, "at the same target");
    let (answered, _) = by_status(&run);
    until(&mut run, 14, 59);
    let (more, still) = by_status(&run);
    assert!(more > answered + 7000 && still == failed, "all are answered again");
}

/// [TR-036] An instance that does not run makes its targets `unused`, `Target.InvalidState`; one that runs again is checked
/// again, and healthy when its task is there.
#[test]
fn a_stopped_instance_is_in_an_invalid_state() {
    let stop = typed("6m", "aws ec2 stop-instances --instance-ids instance#1");
    let start = typed("8m", "aws ec2 start-instances --instance-ids instance#1");
    let mut run = story(&[&stop, &start]);
    until(&mut run, 7, 59);
    assert_eq!(health(&run), ["8080 unused Target.InvalidState"]);
    let told =
        ask(&run, "RegisterTargets", json!({"TargetGroupArn": "tg", "Targets": [{"Id": "instance#1", "Port": 9090}]}));
    let (code, message) = told.expect_err("it does not run");
    assert_eq!(code, "InvalidTarget");
    assert!(
        message.starts_with("The following targets are not in a running state and cannot be registered: 'i-"),
        "{message}"
    );
    until(&mut run, 14, 0);
    assert_eq!(health(&run), ["8080 healthy -"]);
}

/// [TR-068] [TR-165] By hand it goes as it came; and what cannot be a target is refused.
#[test]
fn targets_on_instances_are_deregistered_and_checked() {
    let leave = typed("6m", "aws elbv2 deregister-targets --target-group-arn tg --targets Id=instance#1,Port=8080");
    let mut run = story(&[&leave]);
    until(&mut run, 5, 0);
    let id = run.world().ec2.hosts.iter().next().unwrap().1.id.clone();
    let refused = |run: &Simulation, target: Value| {
        ask(run, "RegisterTargets", json!({"TargetGroupArn": "tg", "Targets": [target]})).expect_err("it is refused")
    };
    let (code, message) = refused(&run, json!({"Id": "i-0123456789abcdef0", "Port": 8080}));
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("InvalidTarget", "The instance ID 'i-0123456789abcdef0' does not exist")
    );
    let (code, message) = refused(&run, json!({"Id": id, "Port": 9090}));
    assert_eq!(code, "InvalidTarget");
    assert!(message.contains("no task on instance 'i-") && message.contains("host port 9090"), "{message}");
    assert_eq!(refused(&run, json!({"Id": id, "Port": 0})).0, "ValidationError");
    // Once more is no other target.
    ask(&run, "RegisterTargets", json!({"TargetGroupArn": "tg", "Targets": [{"Id": id, "Port": 8080}]}))
        .expect("it is there");
    until(&mut run, 6, 10);
    assert_eq!(health(&run), ["8080 draining Target.DeregistrationInProgress"]);
    until(&mut run, 7, 0);
    assert_eq!(health(&run), [""; 0]);
}

/// [TR-172] Who is not registered need not leave: the command succeeds, and changes nothing. Without a port it means the port of the
/// target group, 80, and not the one of 8080 that the target was registered with.
#[test]
fn a_target_that_is_not_there_is_deregistered_without_a_word() {
    let stranger = typed("6m", "aws elbv2 deregister-targets --target-group-arn tg --targets Id=10.0.0.99,Port=8080");
    let no_port = typed("6m10s", "aws elbv2 deregister-targets --target-group-arn tg --targets Id=instance#1");
    let twice = "aws elbv2 deregister-targets --target-group-arn tg --targets Id=instance#1,Port=8080 \
                 Id=instance#1,Port=8080 Id=i-0123456789abcdef0,Port=8080";
    let mut run = story(&[&stranger, &no_port, &typed("7m", twice)]);
    until(&mut run, 6, 30);
    assert_eq!(health(&run), ["8080 healthy -"]);
    until(&mut run, 7, 10);
    assert_eq!(health(&run), ["8080 draining Target.DeregistrationInProgress"], "those who are there do leave");
    let typed: Vec<_> = run.transcript().iter().filter(|typed| typed.command.contains("deregister-targets")).collect();
    assert_eq!(typed.len(), 3);
    assert!(typed.iter().all(|typed| typed.exit_code == 0 && typed.output.is_empty()), "{typed:?}");
}
