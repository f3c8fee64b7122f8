use super::*;

const MS: u64 = 1_000_000;

/// Lets jobs arrive, as (ms, container, ms of work); all finishes, as (time rounded down to ms, number of the job).
fn play(mut processor: Processor, arrivals: &[(u64, u16, u64)]) -> Vec<(u64, u32)> {
    let mut out = Vec::new();
    let mut arrivals = arrivals.iter().enumerate().peekable();
    loop {
        let arrival = arrivals.peek().map(|(_, (at, ..))| Time::from_nanos(at * MS));
        match (arrival, processor.next_finish()) {
            (None, None) => return out,
            (Some(at), finish) if finish.is_none_or(|finish| at <= finish) => {
                let (index, (_, container, work)) = arrivals.next().unwrap();
                processor.push(at, *container, work * MS, index as u32);
            }
            (_, finish) => {
                let at = finish.unwrap();
                out.push((at.as_nanos() / MS, processor.finish(at).unwrap()));
            }
        }
    }
}

/// One container on so many units.
fn finishes(units: u32, arrivals: &[(u64, u64)]) -> Vec<(u64, u32)> {
    let arrivals: Vec<_> = arrivals.iter().map(|&(at, work)| (at, 0, work)).collect();
    play(one(units), &arrivals)
}

fn one(units: u32) -> Processor {
    Processor::new(Time::ZERO, units, &[0], CpuLimit::Smooth)
}

fn several(units: u32, shares: &[u32]) -> Processor {
    Processor::new(Time::ZERO, units, shares, CpuLimit::Smooth)
}

/// By quota, in periods of 100 ms.
fn throttled(units: u32, shares: &[u32], host_cpus: u32) -> Processor {
    let limit = CpuLimit::Throttled { period: Duration::from_millis(100), host_cpus };
    Processor::new(Time::ZERO, units, shares, limit)
}

#[test]
fn two_jobs_on_one_vcpu_take_twice_as_long() {
    assert_eq!(finishes(1024, &[(0, 10), (0, 10)]), [(20, 0), (20, 1)]);
}

#[test]
fn a_late_short_job_overtakes() {
    // Alone until 10 ms, then half speed: the short one needs 2 × 5 ms, the long one has 5 ms left at 20 ms.
    assert_eq!(finishes(1024, &[(0, 20), (10, 5)]), [(20, 1), (25, 0)]);
}

#[test]
fn one_job_runs_at_the_speed_of_one_vcpu_at_most() {
    assert_eq!(finishes(4096, &[(0, 10)]), [(10, 0)]);
    assert_eq!(finishes(256, &[(0, 10)]), [(40, 0)]);
    assert_eq!(finishes(2048, &[(0, 10), (0, 10), (0, 10)]), [(15, 0), (15, 1), (15, 2)]);
}

#[test]
fn used_cpu_is_work_done() {
    let mut processor = one(512);
    processor.push(Time::ZERO, 0, 10 * MS, 0);
    assert!((processor.used(Time::from_nanos(4 * MS)) - 2e6).abs() < 1.0);
    let finish = processor.next_finish().unwrap();
    processor.finish(finish);
    assert!((processor.used(Time::from_secs(1)) - 10e6).abs() < 2.0);
}

/// [CP-044] A container with work gets its part of the task's CPU by its `cpu`.
#[test]
fn containers_that_compete_share_by_their_cpu() {
    // 3 : 1 on one vCPU: after 40 ms the first has had its 30 ms, the second 10; then it has all to itself.
    assert_eq!(play(several(1024, &[768, 256]), &[(0, 0, 30), (0, 1, 30)]), [(40, 0), (60, 1)]);
    // Twice as many jobs make the first container's jobs slower, but not the second's: 19 ms take it 76. Until then
    // the others have had 28.5 ms each, and go on at half speed.
    let two = [(0, 0, 30), (0, 0, 30), (0, 1, 19)];
    assert_eq!(play(several(1024, &[768, 256]), &two), [(76, 2), (79, 0), (79, 1)]);
}

/// [CP-044] What one does not use the others get.
#[test]
fn the_cpu_of_an_idle_container_is_used_by_others() {
    assert_eq!(play(several(1024, &[768, 256]), &[(0, 1, 30)]), [(30, 0)]);
    // One job is one thread: three vCPU are left to two jobs of a container that has little weight.
    assert_eq!(play(several(4096, &[3072, 2]), &[(0, 0, 10), (0, 1, 10), (0, 1, 10)]), [(10, 0), (10, 1), (10, 2)]);
}

/// [CP-044] A container without `cpu` weighs 2.
#[test]
fn a_container_without_cpu_waits_while_another_one_works() {
    let all = play(several(1024, &[1022, 0]), &[(0, 0, 1000), (0, 1, 10)]);
    // 2 of 1024: a 512th of the vCPU while the other one works, which takes 1001.957 ms; then all of it.
    assert_eq!(all, [(1001, 0), (1010, 1)]);
}

/// Every order of coming and going leaves the same amount of work done: nobody's job is lost, and none is done twice.
#[test]
fn containers_that_come_and_go_use_all_of_the_cpu_while_there_is_work() {
    for (mut processor, containers) in
        [(several(1024, &[512, 0, 256]), 3), (throttled(1024, &[512, 0, 256], 2), 3), (one(1024), 1)]
    {
        let (mut now, mut work, mut state) = (Time::ZERO, 0u64, 3u64);
        let mut open = std::collections::BTreeSet::new();
        for job in 0..20_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            // More work than CPU, so that it is never idle, and always less than a few jobs.
            while open.len() > 5 {
                now = processor.next_finish().unwrap();
                assert!(open.remove(&processor.finish(now).unwrap()));
            }
            let each = 1 + (state >> 33) % MS;
            let container = (state >> 20) % containers;
            // Its highest bit is the caller's, as every other one.
            let number = job | 1 << 31;
            processor.push(now, container as u16, each, number);
            open.insert(number);
            work += each;
            assert_eq!(processor.len(), open.len());
        }
        while let Some(finish) = processor.next_finish() {
            now = finish;
            assert!(open.remove(&processor.finish(now).unwrap()));
        }
        assert!(open.is_empty());
        let used = processor.used(now);
        // A job is over in the nanosecond after its end, in which another one may have run.
        assert!((used - work as f64).abs() < 20_000.0 * 2.0, "{used} instead of {work}");
    }
}

/// A job alone on a CPU of its own is told its finish without the arithmetic that all others need, and it is the same.
#[test]
fn a_job_that_begins_says_when_the_next_one_finishes() {
    let alone = [one(256), one(1024), one(4096)].map(|processor| (processor, 1));
    let beside = [several(1024, &[512, 512]), throttled(1024, &[512, 0], 2)].map(|processor| (processor, 2));
    for (mut processor, containers) in alone.into_iter().chain(beside) {
        let (mut now, mut alone, mut state) = (Time::ZERO, 0, 5u64);
        for job in 0..2000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let at_most = (state >> 40) as usize % 4;
            while processor.len() > at_most {
                now = processor.next_finish().unwrap();
                processor.finish(now);
            }
            now = now.after_nanos((state >> 33) % MS);
            while let Some(finish) = processor.next_finish().filter(|finish| *finish <= now) {
                processor.finish(finish);
            }
            alone += u32::from(processor.len() == 0);
            let work = match state >> 60 {
                0 => 0,
                // More than is exact as a number of the processor.
                1 => (1 << 53) + (state >> 50),
                _ => (state >> 25) % (4 * MS),
            };
            let told = processor.push(now, (state >> 20) as u16 % containers, work, job);
            assert_eq!(told, processor.next_finish());
        }
        assert!((200..1800).contains(&alone), "{alone} jobs came to an idle CPU");
    }
}

#[test]
fn jobs_that_are_dropped_leave_their_cpu_to_the_others() {
    for mut processor in [several(1024, &[512, 512]), throttled(4096, &[512, 512], 1)] {
        for (container, job) in [(0, 0), (1, 1), (1, 2)] {
            processor.push(Time::ZERO, container, 40 * MS, job);
        }
        // 20 ms: ten for the first container's job, five for each of the other's.
        processor.drop_jobs(Time::from_nanos(20 * MS), |job| job == 0);
        assert_eq!(processor.len(), 2);
        assert_eq!(processor.next_finish().unwrap().as_nanos() / MS, 20 + 70);
        processor.drop_jobs(Time::from_nanos(30 * MS), |job| job == 2);
        assert_eq!(processor.next_finish().unwrap().as_nanos() / MS, 30 + 30);
        processor.drop_jobs(Time::from_nanos(31 * MS), |_| true);
        assert_eq!((processor.next_finish(), processor.len()), (None, 0));
        assert!((processor.used(Time::from_secs(1)) - 31e6).abs() < 2.0);
    }
}

/// By hand: half a vCPU is 50 ms in each 100 ms.
#[test]
fn throttled_jobs_run_at_full_speed_until_the_quota_is_used_up_and_then_stand_still() {
    // One job of 80 ms: 50 ms, still until 100 ms, 30 ms more. A smooth half vCPU would take 160 ms.
    assert_eq!(play(throttled(512, &[0], 2), &[(0, 0, 80)]), [(130, 0)]);
    // A job that fits is as fast as the host: nobody sees the limit.
    assert_eq!(play(throttled(512, &[0], 2), &[(0, 0, 40), (100, 0, 40)]), [(40, 0), (140, 1)]);
    // Two threads on two CPUs use the quota up in 25 ms. The third, which comes at 60 ms, stands still with them until
    // 100 ms; then three threads share two CPUs for 25 ms, that is 16.67 ms each. The first two have had 41.67 ms and
    // need 5.33 more, which from 200 ms on takes 8 ms; the last has then had 22 ms and needs 8 more.
    let threads = [(0, 0, 47), (0, 0, 47), (60, 0, 30)];
    assert_eq!(play(throttled(512, &[0], 2), &threads), [(208, 0), (208, 1), (216, 2)]);
    // Exactly the quota is over with it, and not a period later.
    assert_eq!(play(throttled(512, &[0], 1), &[(0, 0, 150)]), [(250, 0)]);
    assert_eq!(play(throttled(512, &[0], 1), &[(0, 0, 20), (0, 0, 20), (0, 0, 10)]), [(30, 2), (50, 0), (50, 1)]);
}

#[test]
fn throttled_containers_share_their_quota_by_their_cpu() {
    // 3 : 1 on one CPU of the host: after 40 ms 30 and 10 are done, and 10 ms of the quota are left for the second;
    // it goes on at 100 ms.
    assert_eq!(play(throttled(512, &[768, 256], 1), &[(0, 0, 30), (0, 1, 30)]), [(40, 0), (110, 1)]);
}

/// A task with more work than its quota uses all of it, period after period, and not more.
#[test]
fn under_overload_a_throttled_task_uses_its_quota() {
    let mut processor = throttled(256, &[0, 0], 4);
    let (mut now, mut job) = (Time::ZERO, 0);
    let end = Time::from_secs(1000);
    while now < end {
        while processor.len() < 8 {
            processor.push(now, (job % 2) as u16, 7 * MS + u64::from(job % 13) * MS / 3, job);
            job += 1;
        }
        now = processor.next_finish().unwrap();
        processor.finish(now).unwrap();
    }
    // 10,000 periods of 25 ms; the last may be at its quota or not.
    let used = processor.used(now) / 1e6;
    let wanted = now.as_nanos() as f64 / 1e6 / 4.0;
    assert!((used - wanted).abs() <= 25.0, "{used} ms instead of {wanted} ms");
}

/// A busy period as long as a hundred million jobs of 4 ms: the last job is served as exactly as the first.
#[test]
fn the_longest_busy_period_loses_no_precision() {
    let mut processor = one(1024);
    // A companion that never ends keeps the processor busy: the others run at half speed.
    processor.push(Time::ZERO, 0, u64::MAX, 0);
    let mut now = Time::ZERO;
    for long in 0..400 {
        // A million jobs' worth of work, and an odd one.
        processor.push(now, 0, 1_000_000 * 4 * MS + 1, 1);
        let finish = processor.next_finish().unwrap();
        assert_eq!(processor.finish(finish), Some(1));
        now = finish;
        for work in [1, 3, 1000, 4 * MS + 1] {
            processor.push(now, 0, work, 2);
            let finish = processor.next_finish().unwrap();
            assert_eq!(processor.finish(finish), Some(2));
            // The rounding of the finish to the next nanosecond is all that is added.
            let took = finish.since(now).as_nanos() as u64;
            assert!((2 * work..=2 * work + 1).contains(&took), "{took} ns for {work} ns after {long} long ones");
            now = finish;
        }
    }
    assert!(now > Time::from_secs(9 * 86_400), "nine days without a pause");
}
