//! The end of a minute: counters become points.

use std::cmp::Ordering;

use super::latency::{BATCH, Window};
use super::{Cause, CloudWatch, Counts, Metric, SeriesKey, Statistics, Subject, ZONES};
use crate::engine::Time;
use crate::world::ecs::{Service, ServiceId, TaskStatus};
use crate::world::elb::{BalancerKind, Census, HttpVersion, LoadBalancerId, Target, TargetGroupId};
use crate::world::network::ZoneId;
use crate::world::{Ctx, Fact, Peers};

/// New connections that one load balancer capacity unit covers [per second] [TR-141].
const LCU_CONNECTIONS: f64 = 25.0;
/// Connections at a time that one load balancer capacity unit covers [count] [TR-141].
const LCU_ACTIVE: f64 = 3000.0;
/// Bytes that one load balancer capacity unit covers [per hour] [TR-141].
const LCU_BYTES: f64 = 1e9;
/// Rule evaluations that one load balancer capacity unit covers [per second] [TR-141].
const LCU_RULES: f64 = 1000.0;
/// Rules that a request is charged nothing for [count] [TR-142].
const FREE_RULES: u64 = 10;

/// A minute of what one node gave to one target group.
pub(super) struct Part {
    balancer: LoadBalancerId,
    group: Option<TargetGroupId>,
    pub zone: ZoneId,
    /// Which meter.
    place: usize,
    pub counts: Counts,
    /// Response times that have not been counted [ns].
    samples: Vec<u64>,
}

/// A service in which nothing moves and nobody works: it uses no CPU, and as much memory as before.
#[derive(Clone, Debug)]
pub(super) struct Still {
    moves: u32,
    /// How often the application of each of its tasks was touched.
    touched: Vec<u32>,
    /// [%]
    memory: f64,
}

/// Targets by state, as of one zone or of all.
#[derive(Clone, Copy, Default)]
struct Hosts {
    healthy: u32,
    unhealthy: u32,
    registered: u32,
    anomalous: u32,
    mitigated: u32,
}

impl Hosts {
    fn of(census: Census) -> Hosts {
        let Census { healthy, unhealthy, registered } = census;
        Hosts { healthy, unhealthy, registered, ..Hosts::default() }
    }

    /// Counts a target if it fails more than the others, or is given less.
    fn compare(&mut self, target: &Target) {
        self.anomalous += u32::from(target.anomalous);
        self.mitigated += u32::from(target.is_mitigated());
    }
}

impl CloudWatch {
    pub(super) fn close_minute(&mut self, peers: &Peers, ctx: &mut Ctx) {
        let minute = (ctx.now().as_nanos() / 60_000_000_000).saturating_sub(1) as u32;
        let mut parts = self.parts();
        for part in &mut parts {
            // Whatever gRPC's own status says, that of HTTP is 200 [TR-170].
            if part.group.is_some_and(|group| peers.elb.groups[group].version == HttpVersion::Grpc) {
                let all = part.counts.by_class.iter().sum();
                part.counts.by_class = [0, 0, all, 0, 0, 0];
            }
        }
        for (id, group) in peers.elb.live_groups() {
            let mut hosts = vec![(None, Hosts::of(group.choice.census))];
            let zones = (0..).zip(&group.choice.zones).map(|(zone, &census)| (ZoneId::from_index(zone), census));
            hosts.extend(zones.map(|(zone, census)| (Some(zone), Hosts::of(census))));
            if group.watch.anomalous + group.watch.mitigated > 0 {
                for target in group.targets.iter().map(|&target| &peers.elb.targets[target]) {
                    hosts[0].1.compare(target);
                    hosts[1 + target.node.index()].1.compare(target);
                }
            }
            let kind = group.protocol.kind();
            let mine: Vec<&Part> = parts.iter().filter(|part| part.group == Some(id)).collect();
            for (zone, hosts) in hosts {
                let subject = zone.map_or(Subject::Group(id), |zone| Subject::GroupZone(id, zone));
                self.put_hosts(minute, subject, hosts);
                if kind == BalancerKind::Network {
                    continue;
                }
                let forwarded = mine.iter().filter(|part| zone.is_none_or(|zone| part.zone == zone));
                let forwarded = forwarded.map(|part| part.counts.forwarded).sum();
                self.put_shares(minute, subject, hosts, forwarded);
            }
            if kind == BalancerKind::Application {
                self.put_parts(minute, &mine, Subject::Group(id), |zone| Subject::GroupZone(id, zone));
            }
        }
        for (id, balancer) in peers.elb.live_balancers() {
            let mine: Vec<&Part> = parts.iter().filter(|part| part.balancer == id).collect();
            if balancer.kind == BalancerKind::Network {
                self.close_network(minute, id, &mine, peers, ctx.now());
                continue;
            }
            let whole = self.put_parts(minute, &mine, Subject::Balancer(id), |zone| Subject::BalancerZone(id, zone));
            self.close_balancer(minute, id, &whole, peers, ctx.now());
        }
        for part in parts {
            let meter = &mut self.meters[part.place];
            meter.closed.close(&mut meter.open, &part.samples);
            meter.close();
        }
        for meter in &mut self.endpoints {
            meter.closed.close(&mut meter.open, &[]);
            meter.close();
        }
        self.close_reservations(minute, peers, ctx);
        for (id, service) in peers.ecs.services.iter() {
            if let Some((cpu, memory)) = self.utilization(id, service, peers, ctx.now()) {
                self.put(minute, Subject::Service(id), Metric::CPUUtilization, Statistics::one(cpu));
                self.put(minute, Subject::Service(id), Metric::MemoryUtilization, Statistics::one(memory));
            }
        }
    }

    /// CapacityProviderReservation of each provider with managed scaling [CA-129][CA-130], and what it is about when it gets to another side of its
    /// target: tasks that wait, or too few that are left.
    fn close_reservations(&mut self, minute: u32, peers: &Peers, ctx: &mut Ctx) {
        for &id in peers.groups.policies.keys() {
            let now = peers.ecs.reservation(id, peers);
            let percent = now.percent();
            self.put(minute, Subject::Provider(id), Metric::CapacityProviderReservation, Statistics::one(percent));
            let side = percent.total_cmp(&f64::from(now.target));
            let before = self.reservations.get(&id).map_or(Ordering::Equal, |&(side, _)| side);
            if side == before {
                continue;
            }
            let waits = peers.ecs.waiting_for(id).next().map(|(task, _)| peers.ecs.tasks[task].because);
            let name = &peers.ecs.providers[id].name;
            let uses = |service: &Service| service.stored.strategy.iter().any(|item| item.provider == *name);
            let asked = peers.ecs.services.iter().filter(|(_, it)| uses(it)).map(|(_, it)| it.because).max();
            let (needed, running) = (now.needed.unwrap_or_default(), now.running);
            let fact = Fact::ReservationChanged { provider: id, needed, running };
            let fact = ctx.within(waits.or(asked), |ctx| ctx.record(fact));
            self.reservations.insert(id, (side, fact));
        }
    }

    /// The minute of each meter in which anything was counted; the targets' times are handed over to them.
    fn parts(&mut self) -> Vec<Part> {
        let mut fresh: Vec<Vec<u64>> = vec![Vec::new(); self.meters.len()];
        // Many are counted. Few are handed on as they came: their percentiles are exact then.
        for target in 0..self.targets.len() {
            match self.targets[target].samples.len() {
                BATCH.. => self.count(target),
                // One that has left does not need its room any more.
                0 => self.targets[target].samples = Vec::new(),
                _ => {}
            }
        }
        for times in self.targets.iter_mut().filter(|times| !times.samples.is_empty()) {
            let base = times.base as usize;
            times.drain(|zone, nanos| fresh[base + usize::from(zone)].push(nanos));
        }
        let mut parts = Vec::new();
        for (&(balancer, group), &base) in &self.bases {
            for zone in 0..ZONES {
                let place = (base + zone) as usize;
                let counts = self.meters[place].window();
                if counts == Counts::default() {
                    continue;
                }
                let samples = std::mem::take(&mut fresh[place]);
                parts.push(Part { balancer, group, zone: ZoneId::from_index(zone as u8), place, counts, samples });
            }
        }
        parts
    }

    /// Points of a load balancer or a target group, as a whole and by zone. Returns the whole.
    fn put_parts(
        &mut self,
        minute: u32,
        parts: &[&Part],
        whole: Subject,
        of_zone: impl Fn(ZoneId) -> Subject,
    ) -> Counts {
        let zones: std::collections::BTreeSet<ZoneId> = parts.iter().map(|part| part.zone).collect();
        let subjects = std::iter::once((whole, None)).chain(zones.into_iter().map(|zone| (of_zone(zone), Some(zone))));
        let mut sum = Counts::default();
        for (subject, zone) in subjects {
            let mine: Vec<&&Part> = parts.iter().filter(|part| zone.is_none_or(|zone| part.zone == zone)).collect();
            let counts = mine.iter().fold(Counts::default(), |sum, part| sum.plus(&part.counts));
            self.put_counts(minute, subject, &counts);
            let mut windows = Vec::with_capacity(mine.len());
            for part in &mine {
                windows.push(Window { counted: Some(&self.meters[part.place].open), samples: &part.samples });
            }
            if let Some(times) = Window::merge(&windows) {
                self.put(minute, subject, Metric::TargetResponseTime, times);
            }
            if zone.is_none() {
                sum = counts;
            }
        }
        sum
    }

    /// Reported while targets are registered [TR-133].
    fn put_hosts(&mut self, minute: u32, subject: Subject, hosts: Hosts) {
        if hosts.registered > 0 {
            self.put(minute, subject, Metric::HealthyHostCount, Statistics::one(f64::from(hosts.healthy)));
            self.put(minute, subject, Metric::UnHealthyHostCount, Statistics::one(f64::from(hosts.unhealthy)));
        }
    }

    /// The share of each target is zero when nobody calls [TR-129]; who fails more than the others is counted even when it
    /// is nobody [TR-140].
    fn put_shares(&mut self, minute: u32, subject: Subject, hosts: Hosts, forwarded: u64) {
        if hosts.registered == 0 {
            return;
        }
        self.put(minute, subject, Metric::AnomalousHostCount, Statistics::one(f64::from(hosts.anomalous)));
        self.put(minute, subject, Metric::MitigatedHostCount, Statistics::one(f64::from(hosts.mitigated)));
        let targets = if hosts.healthy > 0 { hosts.healthy } else { hosts.registered };
        let share = forwarded as f64 / f64::from(targets);
        self.put(minute, subject, Metric::RequestCountPerTarget, Statistics::one(share));
    }

    fn close_balancer(&mut self, minute: u32, id: LoadBalancerId, window: &Counts, peers: &Peers, now: Time) {
        let subject = Subject::Balancer(id);
        let active = peers.traffic.open_connections(id, &peers.elb, now);
        if active > 0 {
            self.put(minute, subject, Metric::ActiveConnectionCount, Statistics::one(active as f64));
        }
        // The largest dimension counts, and is reported always [TR-138].
        let charged = window.rules.saturating_sub(FREE_RULES * window.arrived);
        let dimensions = [
            window.connections as f64 / 60.0 / LCU_CONNECTIONS,
            active as f64 / LCU_ACTIVE,
            window.bytes as f64 * 60.0 / LCU_BYTES,
            charged as f64 / 60.0 / LCU_RULES,
        ];
        let lcus = dimensions.into_iter().fold(0.0, f64::max);
        self.put(minute, subject, Metric::ConsumedLCUs, Statistics::one(lcus));
    }

    /// The counters that load balancers and target groups have in common. What did not happen is missing, not
    /// zero [TR-127].
    fn put_counts(&mut self, minute: u32, subject: Subject, window: &Counts) {
        let due = |causes: &[Cause]| causes.iter().map(|&cause| window.due_to(cause)).sum::<u64>();
        let common = [
            (Metric::RequestCount, window.forwarded),
            (Metric::HTTPCode_Target_2XX_Count, window.by_class[2]),
            (Metric::HTTPCode_Target_3XX_Count, window.by_class[3]),
            (Metric::HTTPCode_Target_4XX_Count, window.by_class[4]),
            (Metric::HTTPCode_Target_5XX_Count, window.by_class[5]),
            // Connections that failed, of requests: checks are none [TR-137].
            (Metric::TargetConnectionErrorCount, due(&[Cause::ConnectionRefused, Cause::ConnectTimeout])),
        ];
        for (metric, count) in common {
            self.put_count(minute, subject, metric, count);
        }
        match subject {
            // Codes that the load balancer made have no target group [TR-132].
            Subject::Balancer(_) | Subject::BalancerZone(..) => {
                let refused = due(&[
                    Cause::ConnectionRefused,
                    Cause::KeepAliveElapsed,
                    Cause::TargetGone,
                    Cause::DeregistrationDelayElapsed,
                ]);
                let late = due(&[Cause::ConnectTimeout, Cause::IdleTimeout]);
                let empty = due(&[Cause::NoTarget]);
                let client = due(&[Cause::ClientClosed, Cause::Rejected, Cause::ProtocolMismatch]);
                let lost = due(&[Cause::RedirectTooLong, Cause::VersionNotSupported]);
                for (metric, count) in [
                    (Metric::HTTPCode_ELB_4XX_Count, client),
                    (Metric::HTTPCode_ELB_5XX_Count, refused + empty + late + lost),
                    (Metric::HTTPCode_ELB_502_Count, refused),
                    (Metric::HTTPCode_ELB_503_Count, empty),
                    (Metric::HTTPCode_ELB_504_Count, late),
                    (Metric::HTTP_Fixed_Response_Count, due(&[Cause::FixedResponse])),
                    (Metric::HTTP_Redirect_Count, due(&[Cause::Redirect])),
                    (Metric::NewConnectionCount, window.connections),
                    (Metric::RejectedConnectionCount, window.rejected),
                ] {
                    self.put_count(minute, subject, metric, count);
                }
                if window.bytes > 0 {
                    self.put(minute, subject, Metric::ProcessedBytes, Statistics::one(window.bytes as f64));
                }
                if matches!(subject, Subject::Balancer(_)) {
                    self.put_count(minute, subject, Metric::RuleEvaluations, window.rules);
                    self.put_count(minute, subject, Metric::NonStickyRequestCount, window.not_sticky);
                }
            }
            // [TR-140]
            _ => self.put_count(minute, subject, Metric::UnhealthyRoutingRequestCount, window.fail_open),
        }
    }

    pub(super) fn put_count(&mut self, minute: u32, subject: Subject, metric: Metric, count: u64) {
        if count > 0 {
            self.put(minute, subject, metric, Statistics::ones(count));
        }
    }

    pub(super) fn put(&mut self, minute: u32, subject: Subject, metric: Metric, statistics: Statistics) {
        self.series.entry(SeriesKey { subject, metric }).or_default().push((minute, statistics));
    }

    /// CPUUtilization and MemoryUtilization of a service [%]: what its running tasks used of what they have
    /// reserved [SC-010][SC-012], as one sample for the whole minute [SC-009]. None while no task is RUNNING [SC-008].
    fn utilization(&mut self, id: ServiceId, service: &Service, peers: &Peers, now: Time) -> Option<(f64, f64)> {
        if self.still.len() <= id.index() {
            self.still.resize(id.index() + 1, None);
        }
        let touched = || service.live.iter().map(|&task| peers.app.tasks.touched(task));
        if let Some(still) = &self.still[id.index()]
            && still.moves == service.moves
            && touched().eq(still.touched.iter().copied())
        {
            return Some((0.0, still.memory));
        }
        let mut is_still = true;
        let (mut used, mut reserved, mut memory_used, mut memory_reserved) = (0.0, 0.0, 0.0, 0.0);
        for &id in &service.live {
            let task = &peers.ecs.tasks[id];
            let total = peers.app.cpu_used(id, now);
            if self.cpu_marks.len() <= id.index() {
                self.cpu_marks.resize(id.index() + 1, 0.0);
            }
            let fresh = total - std::mem::replace(&mut self.cpu_marks[id.index()], total);
            if task.status != TaskStatus::Running {
                is_still = false;
                continue;
            }
            is_still = is_still && fresh == 0.0 && peers.app.is_still(id);
            let definition = &peers.ecs.definitions[task.definition];
            let begin = Time::from_nanos(now.as_nanos().saturating_sub(60_000_000_000));
            let ran = now.since(task.at.started.unwrap_or(begin).max(begin)).as_nanos() as f64;
            used += fresh;
            reserved += f64::from(definition.cpu) / 1024.0 * ran;
            memory_used += peers.app.memory_used(id, now) as f64;
            memory_reserved += f64::from(definition.memory) * 1_048_576.0;
        }
        let all = (reserved > 0.0).then(|| (100.0 * used / reserved, 100.0 * memory_used / memory_reserved.max(1.0)));
        let memory = all.filter(|_| is_still).map(|(_, memory)| memory);
        self.still[id.index()] =
            memory.map(|memory| Still { moves: service.moves, touched: touched().collect(), memory });
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::elb::TargetId;

    /// Two target groups of one load balancer, and where requests to them are counted.
    fn two_groups() -> (CloudWatch, [u32; 2]) {
        let mut all = CloudWatch::default();
        let balancer = LoadBalancerId::from_index(0);
        let bases = [0, 1].map(|group| all.base(balancer, Some(TargetGroupId::from_index(group))));
        (all, bases)
    }

    fn counted(all: &CloudWatch, meter: u32) -> (u64, u128) {
        let times = all.meters[meter as usize].times();
        (times.len(), times.sum())
    }

    /// However many a target has, all of them are counted for itself, and those of a minute for its group: many as numbers, few as
    /// they came.
    #[test]
    fn response_times_of_a_minute_are_counted_once() {
        for many in [10, BATCH as u64 - 1, BATCH as u64, 3 * BATCH as u64, 20 * BATCH as u64] {
            let (mut all, [base, _]) = two_groups();
            let target = TargetId::from_index(3);
            for nanos in 1..=many {
                all.meter(base).arrived(0, 0);
                all.responded(target, base, 1_000_000 + nanos);
            }
            let sum = u128::from(many * 1_000_000 + many * (many + 1) / 2);
            let parts = all.parts();
            let [part] = &parts[..] else { panic!("one zone of one group") };
            let (as_numbers, sum_of_them) = counted(&all, base);
            assert_eq!(as_numbers + part.samples.len() as u64, many);
            assert_eq!(sum_of_them + part.samples.iter().map(|&nanos| u128::from(nanos)).sum::<u128>(), sum);
            assert_eq!(part.samples.is_empty(), many >= BATCH as u64, "{many}");
            let (own, own_sum) = all.times_of(target).expect("it has answered");
            assert_eq!((own.len(), own_sum), (many, sum));
        }
    }

    /// A target's group comes to another load balancer in the middle of a minute: what was before is counted where it was.
    #[test]
    fn response_times_stay_where_they_were_counted() {
        let (mut all, [one, other]) = two_groups();
        let target = TargetId::from_index(0);
        (0..500).for_each(|_| all.responded(target, one + 1, 2_000_000));
        (0..300).for_each(|_| all.responded(target, other + 1, 5_000_000));
        [one, other].iter().for_each(|&base| all.meter(base + 1).arrived(0, 0));
        let waiting: Vec<usize> = all.parts().iter().map(|part| part.samples.len()).collect();
        assert_eq!((counted(&all, one + 1), waiting), ((500, 1_000_000_000), vec![0, 300]));
    }
}
