//! The end of a minute at a Network Load Balancer, which knows flows and not requests [TR-160].

use super::close::Part;
use super::{Cause, CloudWatch, Counts, Metric, Statistics, Subject};
use crate::engine::Time;
use crate::world::Peers;
use crate::world::elb::LoadBalancerId;
use crate::world::network::ZoneId;

/// New flows that one capacity unit of a Network Load Balancer covers [per second] [TR-143].
const NLCU_NEW: f64 = 800.0;
/// Flows at a time that one covers [count] [TR-143].
const NLCU_ACTIVE: f64 = 100_000.0;
/// Bytes that one covers [per hour] [TR-143].
const NLCU_BYTES: f64 = 1e9;

impl CloudWatch {
    /// Points of a Network Load Balancer, as a whole and by zone.
    pub(super) fn close_network(&mut self, minute: u32, id: LoadBalancerId, parts: &[&Part], peers: &Peers, now: Time) {
        let (mut whole, mut active) = (Counts::default(), 0);
        for zone in peers.elb.balancers[id].zones.iter() {
            let here = parts.iter().filter(|part| part.zone == zone);
            let counts = here.fold(Counts::default(), |sum, part| sum.plus(&part.counts));
            let flows = self.busy_flows(id, zone) + peers.traffic.idle_flows(id, zone, peers, now);
            self.put_flows(minute, Subject::BalancerZone(id, zone), &counts, flows);
            (whole, active) = (whole.plus(&counts), active + flows);
        }
        self.put_flows(minute, Subject::Balancer(id), &whole, active);
        let dimensions = [
            whole.connections as f64 / 60.0 / NLCU_NEW,
            active as f64 / NLCU_ACTIVE,
            whole.bytes as f64 * 60.0 / NLCU_BYTES,
        ];
        let units = dimensions.into_iter().fold(0.0, f64::max);
        self.put(minute, Subject::Balancer(id), Metric::ConsumedLCUs, Statistics::one(units));
    }

    /// Flows at a node on which a request is under way [count].
    fn busy_flows(&self, id: LoadBalancerId, zone: ZoneId) -> u64 {
        self.meters_of(id).filter(|(_, of, _)| *of == zone).map(|(.., meter)| meter.counts().in_flight()).sum()
    }

    /// Zeros are reported, too [TR-160].
    fn put_flows(&mut self, minute: u32, subject: Subject, window: &Counts, active: u64) {
        for (metric, count) in [
            (Metric::ActiveFlowCount, active),
            (Metric::NewFlowCount, window.connections),
            (Metric::ProcessedBytes, window.bytes),
            (Metric::TCP_Client_Reset_Count, window.due_to(Cause::ResetByClient)),
            (Metric::TCP_ELB_Reset_Count, window.due_to(Cause::ResetByBalancer)),
            (Metric::TCP_Target_Reset_Count, window.due_to(Cause::ResetByTarget)),
        ] {
            self.put(minute, subject, metric, Statistics::one(count as f64));
        }
        self.put_count(minute, subject, Metric::UnhealthyRoutingFlowCount, window.fail_open);
    }
}
