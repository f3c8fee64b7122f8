//! Little's law at every place at which a request can wait, and that nobody is lost on the way, in everything that ships.
//!
//! The number of those who are at a place, summed over time, is the time that all of them have spent there: exactly, when
//! those who are still there count until the end. The number is what the place says of itself between two events; the
//! time is that of each request by itself, from the moment at which it came. Both are whole nanoseconds, so there is no
//! rounding to allow for: what a request's end is rounded to, the next event is as well.

use std::collections::BTreeMap;
use std::time::Duration;

use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::app::{AppEvent, AppSpec, Inside, Need, Whom, Work, Workers};
use sim_core::world::ecs::Containers;
use sim_core::world::elb::TargetId;
use sim_core::world::traffic::{NewDatabase, RequestSample};
use sim_core::world::{Distribution, Event, World};
use tests::lab::{Lab, Setup};

/// What was seen between events: the number at each place times how long it was that number.
#[derive(Clone, Debug, Default)]
struct Areas {
    /// By task.
    tasks: Vec<Inside<u128>>,
    /// By database: waiting for a connection, holding one.
    databases: Vec<(u128, u128)>,
    /// By target: sent to it and not answered.
    targets: Vec<u128>,
}

impl Areas {
    /// The world has been like this for so long.
    fn see(&mut self, world: &World, lasted: Duration) {
        let lasted = lasted.as_nanos();
        if lasted == 0 {
            return;
        }
        self.tasks.resize_with(world.ecs.tasks.len(), Inside::default);
        for ((id, _), area) in world.ecs.tasks.iter().zip(&mut self.tasks) {
            let present = world.app.present(id);
            area.queue += u128::from(present.queue) * lasted;
            area.cpu += u128::from(present.cpu) * lasted;
            area.wait += u128::from(present.wait) * lasted;
        }
        self.databases.resize(world.traffic.databases.len(), (0, 0));
        for ((_, database), area) in world.traffic.databases.iter().zip(&mut self.databases) {
            let (waiting, holding) = database.queries();
            area.0 += waiting as u128 * lasted;
            area.1 += holding as u128 * lasted;
        }
        self.targets.resize(world.elb.targets.len(), 0);
        for ((_, target), area) in world.elb.targets.iter().zip(&mut self.targets) {
            *area += u128::from(target.outstanding) * lasted;
        }
    }

    /// The times are the same, one by one.
    #[track_caller]
    fn are_the_times_of(&self, world: &World, now: Time, what: &str) {
        for ((id, task), area) in world.ecs.tasks.iter().zip(&self.tasks) {
            assert_eq!(world.spent_inside(id, now), *area, "{what}: inside {}", task.name);
        }
        for ((_, database), area) in world.traffic.databases.iter().zip(&self.databases) {
            assert_eq!(database.spent(now), *area, "{what}: at database {}", database.name);
        }
        for ((id, target), area) in world.elb.targets.iter().zip(&self.targets) {
            assert_eq!(world.spent_at(id, now), *area, "{what}: at target {}:{}", target.address, target.port);
        }
    }

    /// Adds up what was seen, by the kind of the place.
    fn add_to(&self, all: &mut BTreeMap<&'static str, u128>) {
        let mut add = |kind, area: u128| *all.entry(kind).or_default() += area;
        for area in &self.tasks {
            add("queues before workers", area.queue);
            add("CPUs", area.cpu);
            add("waits", area.wait);
        }
        for (waiting, holding) in &self.databases {
            add("queues of databases", *waiting);
            add("databases", *holding);
        }
        add("targets", self.targets.iter().sum());
    }
}

/// Every request that came has been answered, or is still there: of all, of each class of each caller, of each target,
/// and at each load balancer.
#[track_caller]
fn nobody_is_lost(world: &World, answered: &BTreeMap<TargetId, u64>, what: &str) {
    let mut all = 0;
    for (id, balancer) in world.elb.balancers.iter() {
        let (mut arrived, mut open) = (0, 0);
        for (.., meter) in world.cloudwatch.meters_of(id) {
            let counts = meter.counts();
            arrived += counts.arrived;
            all += counts.answered;
            open += counts.in_flight();
            assert_eq!(counts.by_cause.iter().sum::<u64>(), counts.answered, "{what}: each answer has one cause");
            let by_status: u64 = meter.statuses().iter().map(|(_, count)| count).sum();
            assert_eq!(by_status, counts.answered, "{what}: each answer has one status");
        }
        let groups = world.elb.groups.iter().filter(|(_, group)| group.balancer == Some(id));
        let there: u64 =
            groups.flat_map(|(_, group)| &group.targets).map(|&target| world.traffic.open_at(target)).sum();
        assert!(arrived >= open && open >= there, "{what}: {}", balancer.name);
    }
    let mut proxied = 0;
    for (id, registry) in world.discovery.registries.iter() {
        let Some(counts) = world.cloudwatch.endpoint_meter(id).map(|meter| *meter.counts()) else { continue };
        all += counts.answered;
        proxied += counts.in_flight();
        assert_eq!(counts.by_cause.iter().sum::<u64>(), counts.answered, "{what}: {}", registry.name);
    }
    let unreached: u64 = world.traffic.callers.iter().flat_map(|(_, caller)| caller.unreached).sum();
    let in_flight = world.traffic.in_flight();
    assert_eq!(world.requests_sent(), all + unreached + in_flight, "{what}: arrived = answered + in flight");

    let (mut calls, mut attempts) = (0, 0);
    for (id, caller) in world.traffic.callers.iter() {
        for (class, it) in (0..).zip(&caller.classes) {
            let (ledger, open) = (&it.ledger, world.traffic.open_calls(id, class));
            assert_eq!(ledger.calls, ledger.ended + open, "{what}: calls of {} {:?}", caller.name, it.name);
            let ends = ledger.statuses.iter().map(|(_, count)| count).chain(ledger.failed);
            assert_eq!(ends.sum::<u64>(), ledger.ended, "{what}: each call of {} ends in one way", caller.name);
            attempts += ledger.calls + ledger.retries;
            calls += open;
        }
    }
    assert_eq!(calls, in_flight + world.traffic.retrying(), "{what}: who has not ended waits or will try again");
    assert_eq!(attempts, world.requests_sent() + world.traffic.retrying(), "{what}: each attempt is a request");

    let mut there = 0;
    for (id, target) in world.elb.targets.iter() {
        let open = world.traffic.open_at(id);
        assert_eq!(u64::from(target.outstanding), open, "{what}: at target {}", target.address);
        let answered = answered.get(&id).copied().unwrap_or(0);
        assert_eq!(target.sent, answered + open, "{what}: sent to target {} = answered + open", target.address);
        there += open;
    }
    assert_eq!(there + proxied, in_flight, "{what}: whoever is in flight is at a target or behind an endpoint");
}

/// How many requests were answered that a target got, from what somebody sees who watches.
fn count(answered: &mut BTreeMap<TargetId, u64>, seen: Vec<RequestSample>) {
    for target in seen.iter().filter_map(|request| request.target) {
        *answered.entry(target).or_default() += 1;
    }
}

/// Plays to the end, looks at every moment at which something happens, and each minute counts who is there.
fn play(what: &str, mut run: Simulation) -> Areas {
    let (mut areas, mut answered) = (Areas::default(), BTreeMap::new());
    run.watch(1, 0);
    let mut minute = Time::ZERO;
    while let Some(next) = run.peek() {
        areas.see(run.world(), next.since(run.now()));
        run.step();
        count(&mut answered, run.take_requests());
        if run.now() >= minute {
            minute = run.now().next_multiple(Duration::from_secs(60));
            nobody_is_lost(run.world(), &answered, &format!("{what} at {}", run.now()));
        }
    }
    areas.see(run.world(), run.end().since(run.now()));
    run.run();
    nobody_is_lost(run.world(), &answered, &format!("{what} at its end"));
    areas.are_the_times_of(run.world(), run.now(), what);
    areas
}

#[test]
fn every_queue_of_every_shipped_scenario_obeys_littles_law_and_loses_nobody() {
    let mut all = BTreeMap::new();
    for name in tests::scenario_names() {
        play(&name, tests::load(&name, None)).add_to(&mut all);
    }
    for (file, text) in tests::files_below("sim-learn/content/worlds", ".toml") {
        let beside = tests::files_below("sim-learn/content/worlds", ".json").into_iter();
        let beside = beside.map(|(path, text)| (path.rsplit('/').next().unwrap_or(&path).to_owned(), text));
        play(&file, tests::start(&file, &text, &beside.collect(), None)).add_to(&mut all);
    }
    assert_eq!(all.len(), 6);
    for (kind, area) in &all {
        assert!(*area > 1_000_000_000, "nothing that ships ever uses the {kind}: {all:?}");
    }
}

/// Those who are lost with a process, and those who are still there, have spent their time as well: in the queue, at the
/// CPU, in a wait, at a database.
#[test]
fn who_is_lost_or_still_there_has_spent_time_too() {
    let mut lab = Lab::new(Setup { tasks: 0, cpu: 256, ..Setup::default() });
    let query = Distribution::exponential(Duration::from_millis(30));
    let orders = NewDatabase { name: "orders".into(), connections: 2, query, connection_timeout: None };
    lab.world.add_database(orders, &lab.ctx);
    let work = Work {
        wait: Distribution::exponential(Duration::from_millis(200)),
        needs: vec![Need { whom: Whom::Database("orders".into(), None), optional: false }],
        ..Work::of(Distribution::exponential(Duration::from_millis(10)))
    };
    let workers = Some(Workers { count: 20, queue: u32::MAX, full_status: 503 });
    let boot_cpu = Distribution::constant(Duration::from_secs(1));
    lab.world.describe_app(AppSpec { workers, boot_cpu, ..AppSpec::of("app/web").with(work) }, &mut lab.ctx);
    let tasks = [lab.start_task(), lab.start_task(), lab.start_task()];
    lab.constant_traffic(120.0, Time::from_secs(1000));
    let mut areas = Areas::default();
    // The third is killed while it boots, the first while it works; nobody waits for the end.
    for (at, killed) in [(2, Some(tasks[2])), (30, Some(tasks[0])), (60, None)] {
        let until = Time::from_secs(at);
        loop {
            let before = lab.ctx.now();
            let next = lab.ctx.next(until);
            let now = if next.is_some() { lab.ctx.now() } else { until };
            areas.see(&lab.world, now.since(before));
            let Some(next) = next else {
                lab.ctx.rest_until(until);
                break;
            };
            lab.world.handle(next, &mut lab.ctx);
        }
        areas.are_the_times_of(&lab.world, until, &format!("at {at} s"));
        if let Some(task) = killed {
            let present = lab.world.app.present(task);
            assert!(present.cpu > 0, "{present:?} at {at} s");
            assert!(at == 2 || (present.queue > 0 && present.wait > 0), "{present:?} at {at} s");
            lab.now(Event::App(AppEvent::Kill(task, Containers::ALL)));
            assert_eq!(lab.world.app.present(task), Inside::default());
            areas.are_the_times_of(&lab.world, until, &format!("after the kill at {at} s"));
        }
    }
    let present = lab.world.app.present(tasks[1]);
    assert!(present.queue > 0 && present.wait > 0, "{present:?} at the end");
}
