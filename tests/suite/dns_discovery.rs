//! Service discovery: tasks that are found by DNS, and answers that have grown old.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::world::cloudwatch::Cause;
use sim_core::world::ecr::Image;
use sim_core::world::ecs::HealthStatus;
use sim_core::world::traffic::{Ledger, Step, Unreached};
use tests::story;

use crate::door::{Door, expect_refusal};
use crate::event_rules::{kept, names};

/// A namespace `prod.local` and a backend of so many tasks that is found there as `api`, by A records of this time to live;
/// a frontend of one task that calls it. `app` are lines about the backend, `check` a field of its container.
fn parts(backends: u32, ttl: u32, app: &str, check: &str, until: &str) -> Vec<String> {
    let network = "[ecs.service.networkConfiguration.awsvpcConfiguration]\nsubnets = [\"us-east-1a\", \"us-east-1b\"]\n\
                   assignPublicIp = \"ENABLED\"\n";
    let namespace = format!(
        "[[servicediscovery.privateDnsNamespace]]\nName = \"prod.local\"\nVpc = \"default\"\n[[servicediscovery.service]]\n\
         Name = \"api\"\nNamespaceId = \"prod.local\"\nDnsConfig = {{ DnsRecords = [{{ Type = \"A\", TTL = {ttl} }}] }}\n\
         HealthCheckCustomConfig = {{ FailureThreshold = 1 }}\n\
         [[ec2.securityGroup]]\nGroupName = \"inside\"\nDescription = \"all that is inside\"\n[[ec2.securityGroupIngress]]\n\
         GroupName = \"inside\"\nIpPermissions = [{{ IpProtocol = \"tcp\", FromPort = 80, ToPort = 80, \
         IpRanges = [{{ CidrIp = \"172.31.0.0/16\" }}] }}]\n"
    );
    let backend = format!(
        "[[ecs.taskDefinition]]\nfamily = \"backend\"\nrequiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \"awsvpc\"\n\
         cpu = \"1024\"\nmemory = \"2048\"\ncontainerDefinitions = [{{ name = \"api\", image = \"httpd\", {check} \
         portMappings = [{{ containerPort = 80 }}] }}]\n[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"backend\"\n\
         taskDefinition = \"backend\"\ndesiredCount = {backends}\nlaunchType = \"FARGATE\"\n\
         serviceRegistries = [{{ registryArn = \"api.prod.local\" }}]\n{network}securityGroups = [\"inside\"]\n"
    );
    let frontend = story::service(1, story::BEHIND) + "securityGroups = [\"task-sg\"]\n";
    // No connection is used twice, so that each call asks for an address.
    let apps = format!(
        "[[world.app]]\ncontainer = \"backend/api\"\n{app}\n[[world.app]]\ncontainer = \"web/web\"\n\
         request = {{ cpu = \"1ms\", needs = [{{ service = \"api.prod.local\", keep_alive = \"0s\" }}], error_status = 502 }}\n"
    );
    let traffic = format!(
        "[[world.traffic]]\nto = \"alb\"\nrate = 10\narrivals = \"constant\"\nfrom = \"3m\"\nuntil = \"{until}\"\n"
    );
    vec![namespace, story::BALANCER.into(), backend, frontend, apps, traffic]
}

fn play(duration: &str, parts: &[String]) -> Simulation {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut run = story::ready(duration, &parts);
    run.trace_requests(1);
    run.run();
    run
}

fn calls(run: &Simulation) -> &Ledger {
    let mut callers = run.world().traffic.callers.iter();
    let (_, caller) = callers.find(|(_, it)| it.name.starts_with("web/web to ")).expect("it calls");
    &caller.classes[0].ledger
}

/// How many requests each task of the backend was given.
fn shares(run: &Simulation) -> BTreeMap<String, u64> {
    let mut shares = BTreeMap::new();
    for span in run.world().traffic.traces.spans() {
        if let Step::Host(task, _) = span.step {
            *shares.entry(run.world().ecs.tasks[task].name.to_string()).or_default() += 1;
        }
    }
    shares
}

/// [CP-245] Each task is found by its address, and takes its turn.
#[test]
fn tasks_are_found_by_name() {
    let run = play("5m", &parts(3, 60, "", "", "4m"));
    assert_eq!(calls(&run).statuses.iter().collect::<Vec<_>>(), [(200, 599)]);
    let shares: Vec<u64> = shares(&run).into_values().collect();
    assert_eq!(shares.iter().sum::<u64>(), 599);
    assert!(shares.len() == 3 && shares.iter().all(|share| (198..=201).contains(share)), "{shares:?}");
    let (_, registry) = run.world().discovery.live_registries().next().expect("api");
    assert_eq!(registry.instances.len(), 3);
}

/// [CP-245] An answer has eight records at most, drawn anew when the time to live is over.
#[test]
fn an_answer_has_eight_records() {
    let one = shares(&play("4m", &parts(12, 600, "", "", "4m")));
    assert_eq!(one.len(), 8, "{one:?}");
    let many = shares(&play("4m", &parts(12, 5, "", "", "4m")));
    assert_eq!(many.len(), 12, "{many:?}");
}

/// [CP-245] Whoever keeps an answer for long calls tasks that have ended: nobody tries again in his place.
#[test]
fn an_old_answer_leads_to_tasks_that_are_gone() {
    let refused = |ttl: u32| {
        let line = "aws ecs update-service --cluster demo --service backend --desired-count 1";
        let mut parts = parts(4, ttl, "", "", "6m");
        parts.push(story::typed("3m30s", line));
        let run = play("7m", &parts);
        let failed = calls(&run).failed;
        assert_eq!(failed.iter().sum::<u64>() + calls(&run).statuses.iter().map(|(_, n)| n).sum::<u64>(), 1799);
        (failed[Unreached::ClientRefused as usize], failed[Unreached::ClientTimeout as usize])
    };
    // Three of four addresses lead nowhere, until the next question.
    let (short, long) = (refused(2), refused(120));
    assert!(short.0 + short.1 < 20, "{short:?}");
    assert!(long.0 + long.1 > 300, "{long:?}");
    assert!(long.1 > 0, "an address that is released answers nobody: {long:?}");
}

/// [CP-245] A task that fails its container health checks leaves the answers; when all do, all are in them.
#[test]
fn unhealthy_tasks_leave_the_answers() {
    let check = "healthCheck = { command = [\"CMD\", \"true\"], interval = 5, retries = 2 },";
    let mut parts = parts(3, 5, "health_fails_after = { uniform = [\"200s\", \"400s\"] }", check, "6m");
    parts.push(kept(r#"{"detail-type": ["ECS Service Action"], "detail": {"eventType": ["WARN"]}}"#));
    let run = play("7m", &parts);
    let unhealthy = run
        .ctx()
        .journal()
        .iter()
        .filter(|(_, entry)| matches!(entry.fact, sim_core::world::Fact::ContainerHealthChanged { .. }));
    assert!(unhealthy.count() > 4);
    let lost = run.ctx().journal().iter().filter(|(_, entry)| {
        matches!(entry.fact, sim_core::world::Fact::ContainerHealthChanged { status: HealthStatus::Unhealthy, .. })
    });
    let told = names(&run, "ECS Service Action");
    assert_eq!(told, vec!["WARN SERVICE_DISCOVERY_INSTANCE_UNHEALTHY"; lost.count()]);
    assert!(!told.is_empty());
    let good: u64 = calls(&run).statuses.iter().filter(|(status, _)| *status == 200).map(|(_, count)| count).sum();
    assert!(good > 1700, "{good}");
}

/// A process that ends with a request in progress resets the caller's connection: there is no proxy that could say 503.
#[test]
fn a_killed_task_resets_its_callers() {
    let mut parts = parts(1, 60, "request = { wait = \"2s\" }", "", "4m");
    parts.push("[[world.fault]]\nat = \"3m30s\"\nkill = \"demo/backend\"\n".into());
    let run = play("4m30s", &parts);
    assert!((15..=25).contains(&calls(&run).failed[Unreached::ClientReset as usize]), "{:?}", calls(&run).failed);
    let (id, _) = run.world().discovery.registries.iter().next().expect("api");
    let counts = run.world().cloudwatch.endpoint_meter(id).expect("it was called").counts();
    assert_eq!(counts.due_to(Cause::ResetByTarget), calls(&run).failed[Unreached::ClientReset as usize]);
}

// What a service may be registered in

pub(crate) fn door() -> Door {
    let mut door = Door::new();
    let image = Image::new(&door.world.account, "docker.io/library/httpd", "latest", &[2_000_000]);
    door.world.ecr.declare(image);
    let mut map = |operation: &str, input: Value| door.call("servicediscovery", operation, input).unwrap();
    map("CreatePrivateDnsNamespace", json!({ "Name": "prod.local", "Vpc": "default" }));
    for (name, kind) in [("a", "A"), ("srv", "SRV")] {
        let dns = json!({ "DnsRecords": [{ "Type": kind, "TTL": 60 }] });
        map("CreateService", json!({ "Name": name, "NamespaceId": "prod.local", "DnsConfig": dns }));
    }
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    for (family, mode) in [("web", "awsvpc"), ("old", "bridge")] {
        door.ecs(
            "RegisterTaskDefinition",
            json!({
                "family": family, "networkMode": mode, "cpu": "256", "memory": "512",
                "containerDefinitions": [{ "name": "main", "image": "httpd", "portMappings": [{ "containerPort": 80 }] }]
            }),
        );
    }
    door
}

pub(crate) fn service(family: &str, registries: Value) -> Value {
    let mut service = json!({
        "cluster": "demo", "serviceName": family, "taskDefinition": family, "desiredCount": 1, "launchType": "EC2",
        "serviceRegistries": registries
    });
    if family == "web" {
        service["launchType"] = json!("FARGATE");
        service["networkConfiguration"] = json!({ "awsvpcConfiguration": { "subnets": ["us-east-1a"] } });
    }
    service
}

/// [CP-245] With A records a task has an address of its own; with SRV records a port is said.
#[test]
fn a_registry_is_given_what_its_records_need() {
    let port = |name: &str, port: u16| json!([{ "registryArn": "srv", "containerName": name, "containerPort": port }]);
    for (family, registries) in
        [("web", json!([{ "registryArn": "a" }])), ("web", json!([{ "registryArn": "srv", "port": 80 }]))]
    {
        let made = door().ecs("CreateService", service(family, registries));
        let arn = made["service"]["serviceRegistries"][0]["registryArn"].as_str().expect("an ARN").to_owned();
        assert!(arn.contains(":service/srv-"), "{arn}");
    }
    door().ecs("CreateService", service("old", port("main", 80)));
}

/// [CP-020] [CP-179] A thousand tasks at most; another registry is a reason for a deployment.
#[test]
fn a_registry_counts_for_the_quota_and_for_deployments() {
    let mut door = door();
    door.ecs("CreateService", service("web", json!([{ "registryArn": "a" }])));
    let update = |more: Value| {
        let mut input = json!({ "cluster": "demo", "service": "web" });
        for (name, value) in more.as_object().expect("fields") {
            input[name] = value.clone();
        }
        input
    };
    let error = door.refused("UpdateService", update(json!({ "desiredCount": 1001 })));
    let message = "A service with service discovery has at most 1000 tasks.";
    expect_refusal(&error, "InvalidParameterException", message, "desiredCount");
    door.ecs("UpdateService", update(json!({ "serviceRegistries": [{ "registryArn": "a" }] })));
    assert_eq!(door.world.ecs.deployments.len(), 1);
    door.ecs("UpdateService", update(json!({ "serviceRegistries": [] })));
    assert_eq!(door.world.ecs.deployments.len(), 2);
}
