//! Tasks that share an instance's CPU, worked out by hand and against laws of queues.

use super::super::processor::laws::expect_mean;
use super::super::{AppSpec, AppSpecId, CpuLimit, Part, Process, Processes};
use super::*;
use crate::engine::Stream;

const MS: u64 = 1_000_000;

/// An instance, and what each of its tasks does.
struct Instance {
    host: Host,
    apps: Vec<Option<TaskApp>>,
}

/// A task with this weight, limit [units] and these `cpu` of its containers.
struct Of<'a> {
    weight: u32,
    limit: Option<u32>,
    containers: &'a [u32],
}

fn free(weight: u32) -> Of<'static> {
    Of { weight, limit: None, containers: &[0] }
}

fn limited(units: u32) -> Of<'static> {
    Of { weight: units, limit: Some(units), containers: &[0] }
}

impl Instance {
    fn new(vcpus: u32, tasks: &[Of]) -> Instance {
        let app = |of: &Of| {
            let units = of.limit.unwrap_or(vcpus * 1024);
            let part = Part { weight: of.weight, most: f64::from(units) / 1024.0 };
            let processor = Processor::of_instance(Time::ZERO, units, of.containers, CpuLimit::Smooth, part);
            let process = Process::new(AppSpecId::from_index(0), &AppSpec::of("app"), &[], u64::MAX, Time::ZERO);
            let processes = Processes::of(vec![process]);
            Some(TaskApp { processor, host: Some(HostId::from_index(0)), processes, checks_sleep: false })
        };
        let ids = (0..tasks.len() as u32).map(TaskId::from_index).collect();
        Instance { host: Host { vcpus: f64::from(vcpus), tasks: ids }, apps: tasks.iter().map(app).collect() }
    }

    fn processor(&mut self, task: usize) -> &mut Processor {
        &mut self.apps[task].as_mut().unwrap().processor
    }

    fn divide(&mut self, now: Time) {
        self.host.divide(now, &mut self.apps, |_, _| ());
    }

    fn push(&mut self, now: Time, (task, container): (usize, u16), work: u64, job: u32) {
        self.processor(task).push(now, container, work, job);
        self.divide(now);
    }

    /// When the next job finishes, and in which task.
    fn next(&self) -> Option<(Time, usize)> {
        let all = self.apps.iter().flatten().enumerate();
        all.filter_map(|(task, app)| Some((app.processor.next_finish()?, task))).min()
    }

    fn finish(&mut self, (now, task): (Time, usize)) -> u32 {
        let job = self.processor(task).finish(now).unwrap();
        self.divide(now);
        job
    }

    /// Jobs that come, (when [ms], in which task and container, work [ms]): when each is over [ms], in this order.
    fn play(mut self, jobs: &[(u64, (usize, u16), u64)]) -> Vec<(u64, u32)> {
        let mut over = Vec::new();
        let mut coming = (0..).zip(jobs).peekable();
        loop {
            let arrival = coming.peek().map(|(_, job)| Time::from_nanos(job.0 * MS));
            match (self.next(), arrival) {
                (Some(next), arrival) if arrival.is_none_or(|at| next.0 < at) => {
                    over.push((next.0.as_nanos() / MS, self.finish(next)));
                }
                (_, Some(at)) => {
                    let (number, &(_, to, work)) = coming.next().unwrap();
                    self.push(at, to, work * MS, number);
                }
                _ => return over,
            }
        }
    }
}

/// [CA-181] Two tasks of equal weight on a full instance have half of it each, however many threads they have.
#[test]
fn equal_tasks_have_equal_halves() {
    assert_eq!(Instance::new(1, &[free(512), free(512)]).play(&[(0, (0, 0), 30), (0, (1, 0), 30)]), [(60, 0), (60, 1)]);
    // 40 ms of work of four threads against 10 of one: the one has half a vCPU, and then the four have all of it.
    let jobs = [(0, (0, 0), 10), (0, (0, 0), 10), (0, (0, 0), 10), (0, (0, 0), 10), (0, (1, 0), 10)];
    let over = Instance::new(1, &[free(512), free(512)]).play(&jobs);
    assert_eq!(over, [(20, 4), (50, 0), (50, 1), (50, 2), (50, 3)]);
}

/// [CA-181] By their weights, and the rest when the other one is done.
#[test]
fn weights_of_three_to_one_are_shares_of_three_to_one() {
    let jobs = [(0, (0, 0), 30), (0, (1, 0), 30)];
    assert_eq!(Instance::new(1, &[free(768), free(256)]).play(&jobs), [(40, 0), (60, 1)]);
    // Eight threads each on four vCPU: three and one, so 8 × 30 ms take 80 ms, and the others have had 80 ms then. They
    // go on at the speed of four, for 160 ms more: 40.
    let jobs: Vec<_> = (0..16).map(|job| (0, (job % 2, 0), 30)).collect();
    let over = Instance::new(4, &[free(768), free(256)]).play(&jobs);
    assert!(over[..8].iter().all(|&(at, job)| at == 80 && job % 2 == 0), "{over:?}");
    assert!(over[8..].iter().all(|&(at, job)| at == 120 && job % 2 == 1), "{over:?}");
}

/// [CA-182] A limit holds although nobody else wants the CPU.
#[test]
fn a_limited_task_has_no_more_than_its_limit_on_an_idle_instance() {
    assert_eq!(Instance::new(4, &[limited(512), free(2)]).play(&[(0, (0, 0), 10)]), [(20, 0)]);
    // Four threads on one vCPU.
    let jobs = [(0, (0, 0), 10), (0, (0, 0), 10), (0, (0, 0), 10), (0, (0, 0), 10)];
    let over = Instance::new(4, &[limited(1024)]).play(&jobs);
    assert!(over.iter().all(|&(at, _)| at == 40), "{over:?}");
}

/// [CA-182] What is reserved can be had: the weight of a limited task is its limit, and weights on an instance are
/// never more than what it has.
#[test]
fn a_limited_task_has_all_of_its_limit_on_a_full_instance() {
    // Half of two vCPU is reserved for others; those want all of it.
    let mut jobs = vec![(0, (0, 0), 10)];
    jobs.extend([(0, (1, 0), 100); 8]);
    let over = Instance::new(2, &[limited(512), free(1536)]).play(&jobs);
    // It has its half vCPU. Of 800 ms the others have had 30 ms by then, and the other 770 ms take 385.
    assert_eq!(over[0], (20, 0));
    assert!(over[1..].iter().all(|&(at, _)| at == 405), "{over:?}");
}

/// [CA-181] A task bursts into what the others leave, and no thread is faster than one vCPU.
#[test]
fn what_a_task_leaves_the_others_use() {
    // One thread cannot use more than one vCPU of its two; the other task's three have the other three vCPU at first.
    let jobs = [(0, (0, 0), 10), (0, (1, 0), 10), (0, (1, 0), 10), (0, (1, 0), 10)];
    let over = Instance::new(4, &[free(1024), free(1024)]).play(&jobs);
    assert!(over.iter().all(|&(at, _)| at == 10), "{over:?}");
    // Two vCPU: one each, so three threads have a third until 10 ms, and two thirds after that.
    let over = Instance::new(2, &[free(1024), free(1024)]).play(&jobs);
    assert_eq!(over, [(10, 0), (20, 1), (20, 2), (20, 3)]);
    // With a limit of half a vCPU it leaves one and a half to them.
    let over = Instance::new(2, &[limited(512), free(1024)]).play(&jobs);
    assert_eq!(over, [(20, 0), (20, 1), (20, 2), (20, 3)]);
}

/// [CA-181] [CP-044] Among the tasks of an instance first, among the containers of each then.
#[test]
fn containers_divide_what_their_task_has() {
    let two = Of { weight: 1024, limit: None, containers: &[768, 256] };
    // Half a vCPU for each task, and three quarters of that for the first container: 30 ms in 80. The second has had 10
    // then and, with half a vCPU, needs 40 ms more; the other task had 60 in that time.
    let jobs = [(0, (0, 0), 30), (0, (0, 1), 30), (0, (1, 0), 60)];
    assert_eq!(Instance::new(1, &[two, free(1024)]).play(&jobs), [(80, 0), (120, 1), (120, 2)]);
}

/// [CA-181] A health check is one thread more of its task, and of nobody else.
#[test]
fn one_more_job_is_as_slow_as_the_neighbours_make_it() {
    let mut instance = Instance::new(1, &[free(256), free(768)]);
    let slowdown = |of: &Instance, task| of.host.slowdown(TaskId::from_index(task), &of.apps);
    assert_eq!(slowdown(&instance, 0), 1.0);
    for job in 0..5 {
        instance.push(Time::ZERO, (1, 0), 100 * MS, job);
    }
    // A quarter of the vCPU for the first; three quarters for six jobs of the second, which is alone.
    assert_eq!(slowdown(&instance, 0), 4.0);
    assert_eq!(slowdown(&instance, 1), 6.0);
}

/// While there is work for all of the CPU, all of it is used, whoever comes and goes.
#[test]
fn tasks_that_come_and_go_use_all_of_the_cpu_while_there_is_work() {
    let mut instance = Instance::new(2, &[free(512), free(2), free(3072), limited(1024)]);
    let (mut now, mut work, mut random) = (Time::ZERO, 0, Stream::of(7, "tasks", "come and go"));
    let mut begun = 0u32;
    for job in 0..20_000u32 {
        // Two jobs of the first task at least: it can use both vCPU.
        while job - begun > 8 && instance.processor(0).len() > 2 {
            let next = instance.next().unwrap();
            now = next.0;
            instance.finish(next);
            begun += 1;
        }
        let each = 1 + (random.unit() * MS as f64) as u64;
        let task = if instance.processor(0).len() < 6 { 0 } else { (random.unit() * 4.0) as usize };
        instance.push(now, (task, 0), each, job);
        work += each;
    }
    let busy_until = now;
    let used =
        |instance: &Instance, now| instance.apps.iter().flatten().map(|app| app.processor.used(now)).sum::<f64>();
    let all = used(&instance, busy_until);
    let wanted = 2.0 * busy_until.as_nanos() as f64;
    // Of each job the rest of the nanosecond in which it ends may be lost.
    assert!((all - wanted).abs() < 20_000.0 * 4.0, "{all} instead of {wanted}");
    while let Some(next) = instance.next() {
        now = next.0;
        instance.finish(next);
        begun += 1;
    }
    assert_eq!(begun, 20_000);
    let all = used(&instance, now);
    assert!((all - work as f64).abs() < 20_000.0 * 4.0, "{all} instead of {work}");
}

/// The mean work of a job [ns].
const WORK: f64 = 1e6;

/// Draws the work of a job [in units of the mean].
type Draw = fn(&mut Stream) -> f64;

/// Mean times of all jobs [in units of their mean work] of 20 replications, of which `draw` says the work: of `load` on
/// the whole instance, a job in the first task with the probability `first`; or in the first only, while the second is
/// always at work.
fn times(tasks: [u32; 2], load: f64, first: Option<f64>, draw: Draw) -> Vec<f64> {
    const JOBS: u32 = 15_000;
    let run = |seed| {
        let mut instance = Instance::new(1, &tasks.map(free));
        let mut arrivals = Stream::of(seed, "arrivals", "law");
        let mut works = Stream::of(seed, "work", "law");
        if first.is_none() {
            instance.push(Time::ZERO, (1, 0), u64::MAX, u32::MAX);
        }
        let (mut begun, mut next, mut sum, mut count) = (Vec::new(), Time::ZERO, 0.0, 0.0);
        while begun.len() < JOBS as usize {
            match instance.next() {
                Some(over) if over.0 < next => {
                    let job = instance.finish(over);
                    // The first tenth finds the instance emptier than usual.
                    if job > JOBS / 10 {
                        let since: Time = begun[job as usize];
                        sum += over.0.since(since).as_nanos() as f64 / WORK;
                        count += 1.0;
                    }
                }
                _ => {
                    let task = usize::from(first.is_some_and(|first| arrivals.unit() >= first));
                    instance.push(next, (task, 0), (draw(&mut works) * WORK) as u64, begun.len() as u32);
                    begun.push(next);
                    next = next.after_nanos((arrivals.exponential() * WORK / load) as u64);
                }
            }
        }
        sum / count
    };
    (1..=20).map(run).collect()
}

/// [CA-181] Beside a task that always has work another one has its weight's part, as if that were all there is: an
/// M/G/1 queue with processor sharing on so much of a vCPU, whose mean time is E[S] / (c − ρ) whatever the distribution.
#[test]
fn beside_a_task_that_never_rests_the_law_of_processor_sharing_holds_for_the_part() {
    let uneven: Draw = |stream| if stream.unit() < 0.1 { 5.5 } else { 0.5 };
    let (exponential, constant): (Draw, Draw) = (Stream::exponential, |_| 1.0);
    for (tasks, part, load, draw) in [
        ([512, 512], 0.5, 0.35, exponential),
        ([512, 512], 0.5, 0.35, constant),
        ([512, 512], 0.5, 0.3, uneven),
        ([768, 256], 0.75, 0.45, uneven),
        ([256, 768], 0.25, 0.1, constant),
    ] {
        expect_mean(&times(tasks, load, None, draw), 1.0 / (part - load));
    }
}

/// [CA-181] However tasks share, all their jobs together are an M/M/1 queue when work is exponential: nothing of the CPU
/// is lost to a neighbour that does not need it.
#[test]
fn all_tasks_of_an_instance_together_are_one_queue() {
    for (tasks, load, first) in [([512, 512], 0.7, 0.5), ([900, 100], 0.6, 0.2)] {
        expect_mean(&times(tasks, load, Some(first), Stream::exponential), 1.0 / (1.0 - load));
    }
}
