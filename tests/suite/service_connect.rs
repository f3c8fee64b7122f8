//! Service Connect: endpoints, who knows them, and what the proxies do with requests.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::observe::view;
use sim_core::world::Fact;
use sim_core::world::cloudwatch::{Cause, Counts};
use sim_core::world::ecr::Image;
use sim_core::world::ecs::TaskStatus;
use sim_core::world::traffic::{Ledger, Step, Unreached};
use tests::story;

use crate::door::{Door, expect_refusal};

/// A backend of so many tasks, found as `api` on port 80, and a frontend of one task behind [`story::BALANCER`] that calls
/// it. `port`, `offer`, `frontend` and `needs` are further keys.
#[derive(Clone, Copy)]
struct Shop<'a> {
    backends: u32,
    port: &'a str,
    offer: &'a str,
    frontend: &'a str,
    needs: &'a str,
    backend_app: &'a str,
}

const SHOP: Shop<'static> = Shop {
    backends: 3,
    port: ", appProtocol = \"http\"",
    offer: "",
    frontend: "serviceConnectConfiguration = { enabled = true }",
    needs: "service = \"api:80\"",
    backend_app: "request = { cpu = \"2ms\" }",
};

const NETWORK: &str = "[ecs.service.networkConfiguration.awsvpcConfiguration]\nsubnets = [\"us-east-1a\", \"us-east-1b\"]\n\
                       assignPublicIp = \"ENABLED\"\n";

/// One namespace for the cluster, and a group that everything in the VPC may call.
const NAMESPACE: &str = r#"
[[servicediscovery.httpNamespace]]
Name = "prod"
[[ec2.securityGroup]]
GroupName = "inside"
Description = "all that is inside"
[[ec2.securityGroupIngress]]
GroupName = "inside"
IpPermissions = [{ IpProtocol = "tcp", FromPort = 80, ToPort = 80, IpRanges = [{ CidrIp = "172.31.0.0/16" }] }]
"#;

impl Shop<'_> {
    fn backend(&self) -> String {
        format!(
            "[[ecs.taskDefinition]]\nfamily = \"backend\"\nrequiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \"awsvpc\"\n\
             cpu = \"1024\"\nmemory = \"2048\"\ncontainerDefinitions = [{{ name = \"api\", image = \"httpd\", \
             portMappings = [{{ name = \"api\", containerPort = 80{} }}] }}]\n\
             [[ecs.service]]\ncluster = \"demo\"\nserviceName = \"backend\"\ntaskDefinition = \"backend\"\n\
             desiredCount = {}\nlaunchType = \"FARGATE\"\n[ecs.service.serviceConnectConfiguration]\nenabled = true\n\
             namespace = \"prod\"\nservices = [{{ portName = \"api\", clientAliases = [{{ port = 80, dnsName = \"api\" }}]{} }}]\n\
             {NETWORK}securityGroups = [\"inside\"]\n",
            self.port, self.backends, self.offer,
        )
    }

    fn frontend(&self) -> String {
        let connect = self.frontend.replace("true", "true, namespace = \"prod\"");
        story::service(1, &format!("{}\n{connect}", story::BEHIND)) + "securityGroups = [\"task-sg\"]\n"
    }

    fn apps(&self) -> String {
        format!(
            "[[world.app]]\ncontainer = \"backend/api\"\n{}\n[[world.app]]\ncontainer = \"web/web\"\n\
             request = {{ cpu = \"1ms\", needs = [{{ {} }}], error_status = 502 }}\n",
            self.backend_app, self.needs
        )
    }

    /// Ten requests a second, at even distances, from 0.1 s after the third minute until the moment that is given.
    fn traffic(until: &str) -> String {
        format!(
            "[[world.traffic]]\nto = \"alb\"\nrate = 10\narrivals = \"constant\"\nfrom = \"3m\"\nuntil = \"{until}\"\n"
        )
    }

    /// All of it, the backend first.
    fn parts(&self, until: &str) -> Vec<String> {
        let parts = [NAMESPACE.into(), story::BALANCER.into(), self.backend(), self.frontend(), self.apps()];
        parts.into_iter().chain([Shop::traffic(until)]).collect()
    }

    fn play(&self, duration: &str, until: &str, more: &[String]) -> Simulation {
        play("", duration, &[&self.parts(until)[..], more].concat())
    }
}

fn play(assume: &str, duration: &str, parts: &[String]) -> Simulation {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    story::play_assuming(assume, duration, &parts)
}

/// What was counted at the endpoint of this name.
fn endpoint(run: &Simulation, name: &str) -> Counts {
    let world = run.world();
    let (id, _) = world.discovery.registries.iter().find(|(_, it)| it.name == name).expect("it was made");
    world.cloudwatch.endpoint_meter(id).map(|meter| *meter.counts()).unwrap_or_default()
}

/// What became of the calls of the frontend.
fn calls(run: &Simulation) -> &Ledger {
    let mut callers = run.world().traffic.callers.iter();
    let (_, caller) = callers.find(|(_, it)| it.name.starts_with("web/web to ")).expect("it calls");
    &caller.classes[0].ledger
}

fn statuses(run: &Simulation) -> BTreeMap<u16, u64> {
    calls(run).statuses.iter().collect()
}

fn facts<'a>(run: &'a Simulation, wanted: impl Fn(&Fact) -> bool + 'a) -> Vec<(Time, String)> {
    let world = run.world();
    let found = run.ctx().journal().iter().filter(move |(_, entry)| wanted(&entry.fact));
    found.map(|(_, entry)| (entry.at, sim_core::observe::sentence(world, &entry.fact))).collect()
}

// What a service may be set to

pub(crate) fn door() -> Door {
    let mut door = Door::new();
    let image = Image::new(&door.world.account, "docker.io/library/httpd", "latest", &[2_000_000]);
    door.world.ecr.declare(image);
    door.call("servicediscovery", "CreateHttpNamespace", json!({ "Name": "prod" })).unwrap();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    door.ecs(
        "RegisterTaskDefinition",
        json!({
            "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
            "containerDefinitions": [{
                "name": "main", "image": "httpd",
                "portMappings": [
                    { "containerPort": 80, "name": "http", "appProtocol": "http" },
                    { "containerPort": 81, "name": "raw" }, { "containerPort": 82 }
                ]
            }]
        }),
    );
    door
}

pub(crate) fn service(name: &str, connect: Value) -> Value {
    json!({
        "cluster": "demo", "serviceName": name, "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["us-east-1a"], "assignPublicIp": "ENABLED" } },
        "serviceConnectConfiguration": connect
    })
}

pub(crate) fn offering(services: Value) -> Value {
    json!({ "enabled": true, "namespace": "prod", "services": services })
}

/// [CP-243] Its discovery name is that of its port, and what others call is that and the namespace, unless it is said.
#[test]
fn an_endpoint_has_the_names_that_were_asked_for_or_those_of_its_port() {
    let mut door = door();
    let connect = offering(json!([{ "portName": "http", "clientAliases": [{ "port": 8080 }] }]));
    let made = door.ecs("CreateService", service("a", connect.clone()));
    let deployment = &made["service"]["deployments"][0];
    assert_eq!(deployment["serviceConnectConfiguration"], connect);
    assert_eq!(deployment["serviceConnectResources"][0]["discoveryName"], "http");
    let arn = deployment["serviceConnectResources"][0]["discoveryArn"].as_str().expect("an ARN");
    assert!(arn.contains(":service/srv-"), "{arn}");
    let (_, registry) = door.world.discovery.live_registries().next().expect("it is made");
    let endpoint = registry.endpoint.as_ref().expect("of Service Connect");
    assert_eq!((endpoint.dns_name.as_str(), endpoint.port), ("http.prod", 8080));

    let listed = door.ecs("ListServicesByNamespace", json!({ "namespace": "prod" }));
    assert_eq!(listed["serviceArns"], json!([made["service"]["serviceArn"]]));
    let revision = made["service"]["deployments"][0]["id"].clone();
    assert!(revision.is_string());
}

/// [CP-243] A port is found by its name, so that no two of a task definition have the same.
#[test]
fn a_port_name_is_unique_in_its_task_definition() {
    let ports = |first: &str, second: &str| {
        json!({
            "family": "two", "networkMode": "awsvpc", "memory": "512",
            "containerDefinitions": [
                { "name": "a", "image": "httpd", "portMappings": [{ "containerPort": 80, "name": first }] },
                { "name": "b", "image": "httpd", "portMappings": [{ "containerPort": 81, "name": second }] }
            ]
        })
    };
    let error = door().refused("RegisterTaskDefinition", ports("http", "http"));
    let message = "The port mapping name http is given twice in the task definition.";
    expect_refusal(&error, "ClientException", message, "containerDefinitions[1].portMappings[0].name");
    door().ecs("RegisterTaskDefinition", ports("http", "admin"));
}

/// [CP-020] A service of Cloud Map has at most 1,000 instances.
#[test]
fn a_service_that_is_found_has_at_most_a_thousand_tasks() {
    let mut door = door();
    let connect = offering(json!([{ "portName": "http", "clientAliases": [{ "port": 80 }] }]));
    let mut many = service("a", connect.clone());
    many["desiredCount"] = json!(1001);
    let message = "A service with Service Connect has at most 1000 tasks.";
    expect_refusal(&door.refused("CreateService", many), "InvalidParameterException", message, "desiredCount");
    door.ecs("CreateService", service("a", connect));
    let error = door.refused("UpdateService", json!({ "cluster": "demo", "service": "a", "desiredCount": 1001 }));
    expect_refusal(&error, "InvalidParameterException", message, "desiredCount");
    // Who only calls may have more.
    let mut client = service("b", json!({ "enabled": true, "namespace": "prod" }));
    client["desiredCount"] = json!(1001);
    door.ecs("CreateService", client);
}

/// [CP-241] Enabling Service Connect, changing it and disabling it start deployments; saying it again starts none.
#[test]
fn a_change_starts_a_deployment() {
    let mut door = door();
    let update = |door: &mut Door, connect: Value| {
        let input = json!({ "cluster": "demo", "service": "a", "serviceConnectConfiguration": connect });
        door.ecs("UpdateService", input);
        door.world.ecs.deployments.len()
    };
    door.ecs("CreateService", service("a", json!({ "enabled": false })));
    let on = offering(json!([{ "portName": "http", "clientAliases": [{ "port": 80 }] }]));
    assert_eq!(update(&mut door, json!({ "enabled": false })), 1);
    assert_eq!(update(&mut door, on.clone()), 2);
    assert_eq!(update(&mut door, on), 2);
    let other = offering(json!([{ "portName": "http", "clientAliases": [{ "port": 81 }] }]));
    assert_eq!(update(&mut door, other), 3);
    assert_eq!(update(&mut door, json!({ "enabled": false })), 4);
    // Nobody offers it any more, and nobody is behind it.
    door.wait(std::time::Duration::from_secs(1));
    assert_eq!(door.world.discovery.live_registries().count(), 0);
}

// Who knows an endpoint

/// [CP-240] [CP-241] A frontend that was deployed before the backend does not know it, and says why; the next deployment does.
#[test]
fn an_endpoint_is_known_to_deployments_that_begin_after_it() {
    let mut parts = SHOP.parts("12m");
    parts.swap(2, 3);
    let again = story::typed("7m", "aws ecs update-service --cluster demo --service web --force-new-deployment");
    let run = play("", "13m", &[&parts[..], &[again]].concat());
    let unresolved = facts(&run, |fact| matches!(fact, Fact::NameUnresolved { .. }));
    assert_eq!(unresolved.len(), 1, "it is told once: {unresolved:?}");
    assert!(
        unresolved[0].1.ends_with("the endpoint was made after the deployment of the task began"),
        "{unresolved:?}"
    );
    let why = view::describe(run.world(), run.ctx(), "web#1").expect("the first frontend");
    assert!(
        why.history.iter().any(|line| line.text.starts_with("api:80 does not resolve in task")),
        "{:?}",
        why.history
    );
    let why = view::describe(run.world(), run.ctx(), "api:80").expect("the endpoint");
    assert_eq!((why.kind.as_str(), why.name.as_str()), ("endpoint", "api.prod"));
    assert!(
        why.history.iter().any(|line| line.text.starts_with("api:80 does not resolve in task")),
        "{:?}",
        why.history
    );
    let ledger = calls(&run);
    let failed = ledger.failed[Unreached::ClientNoAnswer as usize];
    assert!(failed > 2000, "from 3:00 to the next deployment nobody gets through: {failed}");
    let good = statuses(&run)[&200];
    assert!(good > 1000 && good + failed == ledger.ended, "{good} of {}", ledger.ended);
}

/// [CP-240] Without Service Connect a task has no proxy, and the name is none.
#[test]
fn a_service_without_service_connect_resolves_nothing() {
    let run = Shop { frontend: "", ..SHOP }.play("5m", "4m", &[]);
    let unresolved = facts(&run, |fact| matches!(fact, Fact::NameUnresolved { .. }));
    assert!(unresolved[0].1.contains("its service does not have Service Connect enabled"), "{unresolved:?}");
    assert_eq!(calls(&run).failed[Unreached::ClientNoAnswer as usize], calls(&run).ended);
    assert_eq!(endpoint(&run, "api").arrived, 0);
}

/// A port that the endpoint does not have is found before the run begins.
#[test]
fn a_wrong_port_is_told_with_the_right_one() {
    let parts = Shop { needs: "service = \"api:81\"", ..SHOP }.parts("4m");
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let problems = story::read("5m", &parts).expect_err("nobody listens there").to_string();
    assert!(problems.contains("there is no load balancer or endpoint \"api:81\""), "{problems}");
    assert!(problems.contains("is \"api:80\" meant?"), "{problems}");
}

// What the proxies do

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

fn traced(assume: &str, parts: &[String], duration: &str) -> Simulation {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut run = story::ready_assuming(assume, duration, &parts);
    run.trace_requests(1);
    run.run();
    run
}

/// [CP-242] Requests go to the tasks in turn.
#[test]
fn the_tasks_behind_an_endpoint_take_turns() {
    let run = traced("", &SHOP.parts("4m"), "5m");
    assert_eq!(statuses(&run), BTreeMap::from([(200, 599)]));
    let shares = shares(&run);
    assert_eq!(shares.values().copied().collect::<Vec<_>>(), [200, 200, 199], "{shares:?}");
    let counts = endpoint(&run, "api");
    assert_eq!((counts.arrived, counts.answered, counts.due_to(Cause::Target)), (599, 599, 599));
}

/// [CP-242] Where the proxy sees connections only, a caller that keeps its connection keeps its task.
#[test]
fn without_an_app_protocol_a_connection_stays_where_it_is() {
    let run = traced("", &Shop { port: "", ..SHOP }.parts("4m"), "5m");
    assert_eq!(statuses(&run), BTreeMap::from([(200, 599)]));
    assert_eq!(shares(&run).into_values().collect::<Vec<_>>(), [599], "one call at a time needs one connection");
}

/// [CP-242] Refused connections are tried elsewhere; the fifth within 30 s makes the proxy leave the task alone.
#[test]
fn a_task_that_dies_costs_nobody_an_answer() {
    let kill = "[[world.fault]]\nat = \"3m30s\"\nkill = \"demo/backend\"\n".to_owned();
    let run = SHOP.play("6m", "5m", &[kill]);
    let counts = endpoint(&run, "api");
    assert_eq!((counts.answered, counts.due_to(Cause::Target)), (1199, 1199), "{counts:?}");
    let ejected = facts(&run, |fact| matches!(fact, Fact::HostEjected { .. }));
    assert_eq!(ejected.len(), 1);
    assert!(ejected[0].1.contains("alone for 30 s"), "{ejected:?}");
    // Ten requests a second, of which every second one meets the dead one, as a retry takes a turn, too: five in a second.
    let after = ejected[0].0.since(Time::from_secs(210)).as_millis();
    assert!((700..=1100).contains(&after), "{after} ms");
}

/// [CP-242] When nobody listens, three tasks are tried, and the caller has 503.
#[test]
fn when_all_connections_fail_the_caller_has_503() {
    let run = Shop { backend_app: "listens_on = 99", ..SHOP }.play("4m", "3m10s", &[]);
    assert_eq!(statuses(&run), BTreeMap::from([(503, 99)]));
    assert_eq!(endpoint(&run, "api").due_to(Cause::HostUnreachable), 99);
    // Three refusals of a millisecond each.
    assert_eq!(calls(&run).latencies.sum(), 99 * 3_000_000);
    assert_eq!(facts(&run, |fact| matches!(fact, Fact::HostEjected { .. })).len(), 3);
}

/// [CP-242] Without a task behind it an endpoint answers 503 at once.
#[test]
fn an_endpoint_without_tasks_answers_503() {
    let run = Shop { backends: 0, ..SHOP }.play("4m", "3m10s", &[]);
    assert_eq!(statuses(&run), BTreeMap::from([(503, 99)]));
    assert_eq!(endpoint(&run, "api").due_to(Cause::NoHost), 99);
}

/// [CP-242] An answer may take 15 s, or what the service says, or for ever; without an `appProtocol` nobody looks.
#[test]
fn an_answer_that_takes_too_long_is_a_504() {
    let slow = "request = { wait = \"20s\" }";
    let needs = "service = \"api:80\", timeout = \"40s\"";
    for (port, offer, expected) in [
        (SHOP.port, "", (504, 15_000)),
        (SHOP.port, ", timeout = { perRequestTimeoutSeconds = 5 }", (504, 5_000)),
        (SHOP.port, ", timeout = { perRequestTimeoutSeconds = 0 }", (200, 20_000)),
        (SHOP.port, ", timeout = { perRequestTimeoutSeconds = 0, idleTimeoutSeconds = 7 }", (504, 7_000)),
        ("", "", (200, 20_000)),
    ] {
        let shop = Shop { backend_app: slow, needs, port, offer, ..SHOP };
        let run = shop.play("4m", "3m10s", &[]);
        let (status, latency) = expected;
        assert_eq!(statuses(&run), BTreeMap::from([(status, 99)]), "{port} {offer}");
        let mean = calls(&run).latencies.sum() / 99 / 1_000_000;
        assert!((latency..latency + 10).contains(&(mean as u64)), "{port} {offer}: {mean} ms");
    }
}

/// [CP-242] Packets that are dropped are waited for: 5 s for each of three tasks. What is in the way is told.
#[test]
fn a_closed_security_group_is_waited_for_and_told() {
    let line =
        "aws ec2 revoke-security-group-ingress --group-name inside --protocol tcp --port 80 --cidr 172.31.0.0/16";
    let shop = Shop { needs: "service = \"api:80\", timeout = \"40s\"", ..SHOP };
    let run = shop.play("5m", "3m10s", &[story::typed("2m50s", line)]);
    assert_eq!(statuses(&run), BTreeMap::from([(503, 99)]));
    let mean = calls(&run).latencies.sum() / 99 / 1_000_000;
    assert_eq!(mean, 15_000, "ms");
    let blocked = facts(&run, |fact| matches!(fact, Fact::ConnectionBlocked { .. }));
    assert_eq!(blocked.len(), 3, "once for each task: {blocked:?}");
    assert!(blocked[0].1.contains("no inbound rule allows TCP 80"), "{blocked:?}");
    let patient = play("proxy_connect_timeout = \"1s\"", "5m", &{
        let mut parts = shop.parts("3m10s");
        parts.push(story::typed("2m50s", line));
        parts
    });
    assert_eq!(calls(&patient).latencies.sum() / 99 / 1_000_000, 3_000, "ms");
}

/// [CP-240] The proxy takes its CPU from the task: nothing unless somebody says how much.
#[test]
fn the_cpu_of_a_proxy_is_that_of_its_task() {
    let took = |assume: &str| {
        let run = play(assume, "5m", &SHOP.parts("4m"));
        calls(&run).latencies.sum() / 599 / 1_000
    };
    assert_eq!(took("proxy_cpu = \"3ms\"") - took(""), 3_000, "µs");
}

// Coming and going

/// [CP-244] A task leaves its endpoint before its containers hear of their end; a deployment under load costs no answer.
#[test]
fn a_deployment_under_load_costs_no_answer() {
    let again = story::typed("4m", "aws ecs update-service --cluster demo --service backend --force-new-deployment");
    let app = "boot = \"3s\"\nrequest = { cpu = \"2ms\", wait = \"100ms\" }\nfinishes_requests = true";
    let run = Shop { backend_app: app, ..SHOP }.play("12m", "11m", &[again]);
    assert_eq!(statuses(&run), BTreeMap::from([(200, 4799)]));
    let counts = endpoint(&run, "api");
    assert_eq!(counts.due_to(Cause::Target), 4799);
    let first = story::task(&run, "demo/backend#1");
    let mut life = Vec::new();
    for (_, entry) in run.ctx().journal().iter() {
        match &entry.fact {
            Fact::TaskUndiscovered { task, .. } if *task == first => life.push(("left", entry.at)),
            Fact::TaskStatusChanged { task, status } if *task == first => match status {
                TaskStatus::Deactivating => life.push(("deactivating", entry.at)),
                TaskStatus::Stopping => life.push(("stopping", entry.at)),
                _ => {}
            },
            _ => {}
        }
    }
    let words: Vec<_> = life.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, ["deactivating", "left", "stopping"]);
    // A call of ECS to Cloud Map, 5 s until everybody knows, and the call back.
    assert_eq!(life[2].1.since(life[0].1).as_millis(), 5_200);
    assert_eq!(run.world().discovery.live_registries().next().expect("it stays").1.instances.len(), 3);
}

/// A deleted service takes its endpoint with it, so that its name is free.
#[test]
fn a_deleted_service_leaves_no_endpoint() {
    let line = "aws ecs delete-service --cluster demo --service backend --force";
    let run = SHOP.play("6m", "3m10s", &[story::typed("4m", line)]);
    assert_eq!(run.world().discovery.live_registries().count(), 0);
    assert_eq!(statuses(&run), BTreeMap::from([(200, 99)]));
}

/// A task whose own health check fails gets no requests.
#[test]
fn an_unhealthy_task_gets_nothing() {
    let mut parts = SHOP.parts("9m");
    let check = "healthCheck = { command = [\"CMD\", \"true\"], interval = 5, retries = 2 }, portMappings";
    parts[2] = parts[2].replace("portMappings", check);
    parts[4] =
        parts[4].replace("request = { cpu = \"2ms\" }", "request = { cpu = \"2ms\" }\nhealth_fails_after = \"200s\"");
    let run = traced("", &parts, "10m");
    assert_eq!(statuses(&run), BTreeMap::from([(200, 3599)]), "when none is healthy, all are taken");
    let unhealthy = facts(&run, |fact| matches!(fact, Fact::ContainerHealthChanged { .. }));
    assert!(unhealthy.len() >= 6, "{unhealthy:?}");
}

// Laws

/// What holds at every moment: nobody is lost on the way.
fn holds(run: &Simulation) {
    let world = run.world();
    let meters = world.elb.balancers.iter().flat_map(|(id, _)| world.cloudwatch.meters_of(id));
    let balanced: u64 = meters.map(|(.., meter)| meter.counts().answered).sum();
    let endpoints = world.discovery.registries.iter().filter_map(|(id, _)| world.cloudwatch.endpoint_meter(id));
    let proxied: u64 = endpoints.map(|meter| meter.counts().answered).sum();
    let unreached: u64 = world.traffic.callers.iter().flat_map(|(_, caller)| caller.unreached).sum();
    let sum = balanced + proxied + unreached + world.traffic.in_flight();
    assert_eq!(world.requests_sent(), sum, "arrived = answered + in flight");
    let callers = world.traffic.callers.iter();
    for (id, caller) in callers.filter(|(_, caller)| caller.name.starts_with("web/web to ")) {
        let ledger = &caller.classes[0].ledger;
        assert_eq!(ledger.calls, ledger.ended + world.traffic.open_calls(id, 0), "each open call is somewhere");
    }
}

/// What may happen to the backend, at a second.
fn deed() -> impl Strategy<Value = (u32, u32)> {
    (200u32..700, 0u32..7)
}

/// Nobody gets through to the backend any more.
const CLOSE: u32 = 4;

fn line(at: u32, what: u32) -> String {
    let update = "aws ecs update-service --cluster demo --service backend";
    let typed = |line: &str| story::typed(&format!("{at}s"), line);
    let ingress = "security-group-ingress --group-name inside --protocol tcp --port 80 --cidr 172.31.0.0/16";
    match what {
        0 => format!("[[world.fault]]\nat = \"{at}s\"\nkill = \"demo/backend\"\ncount = 2\n"),
        1 => typed(&format!("{update} --force-new-deployment")),
        2 => typed(&format!("{update} --desired-count 1")),
        3 => typed(&format!("{update} --desired-count 4")),
        CLOSE => typed(&format!("aws ec2 revoke-{ingress}")),
        5 => format!("[[world.fault]]\nat = \"{at}s\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"60s\"\n"),
        _ => format!("[[world.fault]]\nat = \"{at}s\"\nkill = \"demo/web\"\n"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever becomes of the tasks, each call ends once or is still under way.
    #[test]
    fn whatever_happens_no_call_is_lost(deeds in prop::collection::vec(deed(), 0..6), tcp in any::<bool>()) {
        let app = "boot = \"2s\"\nrequest = { cpu = { exponential = \"20ms\" }, wait = { exponential = \"300ms\" } }";
        let shop = Shop { backend_app: app, port: if tcp { "" } else { SHOP.port }, ..SHOP };
        let mut parts = shop.parts("12m");
        // Nobody can revoke what was revoked.
        let closed = deeds.iter().position(|(_, what)| *what == CLOSE);
        let once = deeds.iter().enumerate().filter(|(place, (_, what))| *what != CLOSE || closed == Some(*place));
        parts.extend(once.map(|(_, &(at, what))| line(at, what)));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let mut run = story::ready("13m", &parts);
        for second in (0..780).step_by(5) {
            run.run_until(Time::from_secs(second));
            holds(&run);
        }
        run.run();
        holds(&run);
    }
}
