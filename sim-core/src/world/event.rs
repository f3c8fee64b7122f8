//! Everything that is scheduled: one closed list, by the subsystem that reacts.

use super::{app, capacity, cloudwatch, discovery, ecr, ecs, elb, eventbridge, logs, network, traffic};

/// Something that will happen. Small and `Copy`: whatever is larger stays with its owner, and the event names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// On the request path: arrivals, answers, timeouts.
    Request(traffic::RequestEvent),
    /// To the ECS control plane.
    Ecs(ecs::EcsEvent),
    /// To Fargate and its agent.
    Fargate(capacity::FargateEvent),
    /// To the EC2 instances.
    Ec2(capacity::Ec2Event),
    /// To the network.
    Network(network::NetworkEvent),
    /// To the registry.
    Ecr(ecr::EcrEvent),
    /// To the logs.
    Logs(logs::LogsEvent),
    /// To the load balancers.
    Elb(elb::ElbEvent),
    /// To the inside of a container.
    App(app::AppEvent),
    /// To the metrics.
    CloudWatch(cloudwatch::CloudWatchEvent),
    /// To EventBridge.
    EventBridge(eventbridge::EventBridgeEvent),
    /// To Cloud Map.
    Discovery(discovery::DiscoveryEvent),
    /// To the Auto Scaling groups.
    Group(capacity::GroupEvent),
}

/// What the queue carries must stay small: half of its speed is cache lines.
const _: () = assert!(size_of::<Event>() <= 16);
