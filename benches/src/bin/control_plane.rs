//! How the control plane's cost grows with services and tasks:
//! `cargo run --release --bin control_plane -- 100 1000 10000`.
//!
//! For each number of services, ten tasks each: the time until all are steady, the memory, and what an hour costs in
//! which nothing changes, and one in which one service is updated. Then one service of 5,000 tasks.

use std::net::Ipv4Addr;
use std::time::Duration;

use cpu_time::ProcessTime;
use serde_json::{Value, json};
use sim_core::api;
use sim_core::engine::{Budget, Kernel, Time};
use sim_core::world::ecr::Image;
use sim_core::world::network::Cidr;
use sim_core::world::{Account, Assumptions, Ctx, World};

/// Services that a cluster may have [CP-019].
const PER_CLUSTER: usize = 5000;

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100, 1000, 10_000] } else { sizes };
    println!(
        "services  steady [s]  per service [us]  quiet hour [ms]  hour with one update [ms]  events of it  peak [MB]"
    );
    for size in sizes {
        let (mut world, mut ctx) = account();
        let began = ProcessTime::now();
        for service in 0..size {
            create(&mut world, &mut ctx, service, 10);
        }
        run(&mut world, &mut ctx, Time::from_secs(180));
        let steady = began.elapsed();
        let all = world.ecs.services.iter().all(|(_, service)| service.steady_since.is_some());
        assert!(all, "every service is steady after three minutes");
        let quiet = timed(&mut world, &mut ctx, 3780).0;
        call(
            &mut world,
            &mut ctx,
            "UpdateService",
            json!({"cluster": "c0", "service": "s0", "forceNewDeployment": true}),
        );
        let (busy, events) = timed(&mut world, &mut ctx, 7380);
        println!(
            "{size:8}  {:10.2}  {:16.1}  {:15.2}  {:25.2}  {events:12}  {:9}",
            steady.as_secs_f64(),
            steady.as_secs_f64() * 1e6 / size as f64,
            quiet.as_secs_f64() * 1e3,
            busy.as_secs_f64() * 1e3,
            peak_memory(),
        );
    }
    let (mut world, mut ctx) = account();
    create(&mut world, &mut ctx, 0, 5000);
    let began = ProcessTime::now();
    // The scheduler launches 500 at its first look, and then 500 a minute [CP-029].
    run(&mut world, &mut ctx, Time::from_secs(600));
    println!(
        "5,000 tasks placed by one service, with all of their starts: {:.1} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
    assert_eq!(world.ecs.tasks.iter().count(), 5000);
}

fn timed(world: &mut World, ctx: &mut Ctx, until: u64) -> (Duration, u64) {
    let (began, before) = (ProcessTime::now(), ctx.events());
    run(world, ctx, Time::from_secs(until));
    (began.elapsed(), ctx.events() - before)
}

fn account() -> (World, Ctx) {
    let account = Account {
        id: "123456789012".into(),
        region: "us-east-1".into(),
        start: "2026-01-05T09:00:00Z".parse().expect("a moment"),
        seed: 1,
    };
    // An account that Fargate launches everything for at once [CP-030]: it is the scheduler that is measured.
    let assume = Assumptions { fargate_burst: Some(1_000_000), ..Assumptions::default() };
    let mut world = World::new(account, assume);
    let mut ctx = Kernel::new(1, Budget { events: u64::MAX, facts: u64::MAX, entities: u64::MAX, ..Budget::default() });
    for cluster in 0..2 {
        call(&mut world, &mut ctx, "CreateCluster", json!({"clusterName": format!("c{cluster}")}));
    }
    // Wider than a VPC can be: 100,000 tasks need 100,000 addresses.
    let subnets: Vec<_> = world.network.subnets.iter().map(|(id, _)| id).collect();
    for (place, subnet) in subnets.into_iter().enumerate() {
        world.network.subnets[subnet].cidr = Cidr::new(Ipv4Addr::new(10, 64 * place as u8, 0, 0), 12);
    }
    let image = Image::new(&world.account, "docker.io/library/httpd", "latest", &[35_000_000]);
    world.ecr.declare(image);
    let definition = json!({
        "family": "app", "cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "web", "image": "httpd"}],
    });
    call(&mut world, &mut ctx, "RegisterTaskDefinition", definition);
    (world, ctx)
}

fn create(world: &mut World, ctx: &mut Ctx, service: usize, desired: u32) {
    let network = json!({"awsvpcConfiguration": {
        "subnets": ["us-east-1a", "us-east-1b", "us-east-1c"], "assignPublicIp": "ENABLED",
    }});
    let input = json!({
        "cluster": format!("c{}", service / PER_CLUSTER), "serviceName": format!("s{service}"), "taskDefinition": "app",
        "desiredCount": desired, "launchType": "FARGATE", "networkConfiguration": network,
    });
    call(world, ctx, "CreateService", input);
}

fn call(world: &mut World, ctx: &mut Ctx, operation: &str, input: Value) {
    let entry = api::find("ecs", operation).expect("it exists");
    (entry.call)(input, world, ctx).unwrap_or_else(|error| panic!("{operation}: {error}"));
}

fn run(world: &mut World, ctx: &mut Ctx, until: Time) {
    while let Some(next) = ctx.next(until) {
        world.handle(next, ctx);
    }
    ctx.rest_until(until);
}

/// The most memory that this process has had [MB].
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) / 1024
}
