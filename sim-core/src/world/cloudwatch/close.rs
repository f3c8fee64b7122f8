//! The end of a minute: counters become points.

use super::latency::Window;
use super::{Cause, CloudWatch, Counts, Metric, SeriesKey, Statistics, Subject};
use crate::engine::Time;
use crate::world::ecs::{Service, TaskStatus};
use crate::world::{Ctx, Peers};

/// New connections that one load balancer capacity unit covers [per second] [TR-141].
const LCU_CONNECTIONS: f64 = 25.0;
/// Bytes that one load balancer capacity unit covers [per hour] [TR-141].
const LCU_BYTES: f64 = 1e9;

impl CloudWatch {
    pub(super) fn close_minute(&mut self, peers: &Peers, ctx: &mut Ctx) {
        let minute = (ctx.now().as_nanos() / 60_000_000_000).saturating_sub(1) as u32;
        for (id, group) in peers.elb.live_groups() {
            let window = self.group(id).window();
            let subject = Subject::Group(id);
            let census = group.choice.census;
            let targets = if census.healthy > 0 { census.healthy } else { census.registered };
            if census.registered > 0 {
                // Reported while targets are registered [TR-133]; the share of each target is zero when nobody
                // calls [TR-129].
                let healthy = Statistics::one(f64::from(census.healthy));
                self.put(minute, subject, Metric::HealthyHostCount, healthy);
                self.put(minute, subject, Metric::UnHealthyHostCount, Statistics::one(f64::from(census.unhealthy)));
                let share = window.forwarded as f64 / f64::from(targets);
                self.put(minute, subject, Metric::RequestCountPerTarget, Statistics::one(share));
            }
            self.put_counts(minute, subject, &window);
            if let Some(times) = self.group(id).latencies_mut().window().and_then(|w| Window::merge(&[w])) {
                self.put(minute, subject, Metric::TargetResponseTime, times);
            }
        }
        for (id, _) in peers.elb.live_balancers() {
            self.close_balancer(minute, id, peers);
        }
        for (id, _) in peers.elb.groups.iter() {
            self.group(id).close();
        }
        for (id, service) in peers.ecs.services.iter() {
            if let Some((cpu, memory)) = self.utilization(service, peers, ctx.now()) {
                self.put(minute, Subject::Service(id), Metric::CPUUtilization, Statistics::one(cpu));
                self.put(minute, Subject::Service(id), Metric::MemoryUtilization, Statistics::one(memory));
            }
        }
    }

    fn close_balancer(&mut self, minute: u32, id: crate::world::elb::LoadBalancerId, peers: &Peers) {
        let window = self.balancer(id).window();
        let subject = Subject::Balancer(id);
        self.put_counts(minute, subject, &window);
        let mine = peers.elb.groups.iter().filter(|(_, group)| group.balancer == Some(id));
        let mine: Vec<usize> = mine.map(|(group, _)| group.index()).collect();
        let meters = self.groups.iter_mut().enumerate().filter(|(index, _)| mine.contains(index));
        let windows: Vec<_> = meters.filter_map(|(_, meter)| meter.latencies_mut().window()).collect();
        if let Some(times) = Window::merge(&windows) {
            self.put(minute, subject, Metric::TargetResponseTime, times);
        }
        // One connection carries several requests; those to the targets are not counted.
        let per_connection = u64::from(peers.assume.requests_per_connection.max(1));
        let connections = window.arrived.div_ceil(per_connection);
        self.put_count(minute, subject, Metric::NewConnectionCount, connections);
        if window.bytes > 0 {
            self.put(minute, subject, Metric::ProcessedBytes, Statistics::one(window.bytes as f64));
        }
        // The largest dimension counts, and is reported always [TR-138]; rule evaluations are free up to ten rules,
        // active connections are not modelled.
        let lcus = (connections as f64 / 60.0 / LCU_CONNECTIONS).max(window.bytes as f64 * 60.0 / LCU_BYTES);
        self.put(minute, subject, Metric::ConsumedLCUs, Statistics::one(lcus));
        self.balancer(id).close();
    }

    /// The counters that load balancers and target groups have in common. What did not happen is missing, not
    /// zero [TR-127].
    fn put_counts(&mut self, minute: u32, subject: Subject, window: &Counts) {
        let due = |causes: &[Cause]| causes.iter().map(|&cause| window.due_to(cause)).sum::<u64>();
        let refused = due(&[Cause::ConnectionRefused, Cause::TargetGone, Cause::DeregistrationDelayElapsed]);
        let late = due(&[Cause::ConnectTimeout, Cause::IdleTimeout]);
        let empty = due(&[Cause::NoTarget]);
        let common = [
            (Metric::RequestCount, window.forwarded),
            (Metric::HTTPCode_Target_2XX_Count, window.by_class[2]),
            (Metric::HTTPCode_Target_3XX_Count, window.by_class[3]),
            (Metric::HTTPCode_Target_4XX_Count, window.by_class[4]),
            (Metric::HTTPCode_Target_5XX_Count, window.by_class[5]),
            (Metric::TargetConnectionErrorCount, due(&[Cause::ConnectionRefused, Cause::ConnectTimeout])),
        ];
        for (metric, count) in common {
            self.put_count(minute, subject, metric, count);
        }
        match subject {
            // Codes that the load balancer made have no target group [TR-132].
            Subject::Balancer(_) => {
                self.put_count(minute, subject, Metric::HTTPCode_ELB_5XX_Count, refused + empty + late);
                self.put_count(minute, subject, Metric::HTTPCode_ELB_502_Count, refused);
                self.put_count(minute, subject, Metric::HTTPCode_ELB_503_Count, empty);
                self.put_count(minute, subject, Metric::HTTPCode_ELB_504_Count, late);
                let fixed = due(&[Cause::FixedResponse]);
                self.put_count(minute, subject, Metric::HTTP_Fixed_Response_Count, fixed);
            }
            _ => self.put_count(minute, subject, Metric::UnhealthyRoutingRequestCount, window.fail_open),
        }
    }

    fn put_count(&mut self, minute: u32, subject: Subject, metric: Metric, count: u64) {
        if count > 0 {
            self.put(minute, subject, metric, Statistics::ones(count));
        }
    }

    fn put(&mut self, minute: u32, subject: Subject, metric: Metric, statistics: Statistics) {
        self.series.entry(SeriesKey { subject, metric }).or_default().push((minute, statistics));
    }

    /// CPUUtilization and MemoryUtilization of a service [%]: what its running tasks used of what they have
    /// reserved [SC-010][SC-012], as one sample for the whole minute [SC-009]. None while no task is RUNNING [SC-008].
    fn utilization(&mut self, service: &Service, peers: &Peers, now: Time) -> Option<(f64, f64)> {
        let (mut used, mut reserved, mut memory_used, mut memory_reserved) = (0.0, 0.0, 0.0, 0.0);
        for &id in &service.live {
            let task = &peers.ecs.tasks[id];
            let total = peers.app.cpu_used(id, now);
            if self.cpu_marks.len() <= id.index() {
                self.cpu_marks.resize(id.index() + 1, 0.0);
            }
            let fresh = total - std::mem::replace(&mut self.cpu_marks[id.index()], total);
            if task.status != TaskStatus::Running {
                continue;
            }
            let definition = &peers.ecs.definitions[task.definition];
            let begin = Time::from_nanos(now.as_nanos().saturating_sub(60_000_000_000));
            let ran = now.since(task.at.started.unwrap_or(begin).max(begin)).as_nanos() as f64;
            used += fresh;
            reserved += f64::from(definition.cpu) / 1024.0 * ran;
            memory_used += peers.app.memory_used(id) as f64;
            memory_reserved += f64::from(definition.memory) * 1_048_576.0;
        }
        (reserved > 0.0).then(|| (100.0 * used / reserved, 100.0 * memory_used / memory_reserved.max(1.0)))
    }
}
