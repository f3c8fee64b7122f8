//! The meters: how much of what was used, from the world as it stands.

use std::time::Duration;

use super::price;
use crate::engine::Time;
use crate::world::World;
use crate::world::capacity::InstanceType;
use crate::world::cloudwatch::{Alarm, Metric, SeriesKey, Subject};
use crate::world::ecs::{Launch, Task};
use crate::world::elb::{BalancerKind, LoadBalancerId, Scheme};

/// One line of a bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What was used.
    pub name: String,
    /// How much of it.
    pub quantity: f64,
    /// The unit of the quantity.
    pub unit: &'static str,
    /// The list price of one unit [USD].
    pub unit_price: f64,
}

impl Item {
    /// Quantity times price [USD].
    pub fn usd(&self) -> f64 {
        self.quantity * self.unit_price
    }
}

/// What a run has cost so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bill {
    /// Its lines; what was not used has none.
    pub items: Vec<Item>,
}

impl Bill {
    /// All lines together [USD].
    pub fn total_usd(&self) -> f64 {
        self.items.iter().map(Item::usd).fold(0.0, |sum, usd| sum + usd) // an empty `sum` is -0.0
    }
}

/// The bill from the beginning to `now`; none outside us-east-1, whose prices are the only ones known here.
pub fn bill(world: &World, now: Time) -> Option<Bill> {
    if world.account.region != price::REGION {
        return None;
    }
    let hours = |duration: Duration| duration.as_nanos() as f64 / 3.6e12;
    let (mut vcpu_hours, mut gb_hours, mut address_hours) = (0.0, 0.0, 0.0);
    for (_, task) in world.ecs.tasks.iter().filter(|(_, task)| task.launch() == Launch::Fargate) {
        let billed = hours(fargate_time(task, now));
        let definition = &world.ecs.definitions[task.definition];
        vcpu_hours += billed * f64::from(definition.cpu) / 1024.0;
        gb_hours += billed * f64::from(definition.memory) / 1024.0;
        if let (true, Some(attached)) = (task.public_ip, task.at.connectivity) {
            address_hours += hours(task.at.stopped.unwrap_or(now).min(now) - attached);
        }
    }
    // Hours and capacity units of Application and of Network Load Balancers.
    let (mut balancer_hours, mut lcu_hours) = ([0.0; 2], [0.0; 2]);
    for (id, balancer) in world.elb.balancers.iter() {
        let existed = hours(balancer.deleted.unwrap_or(now).min(now) - balancer.created);
        let kind = usize::from(balancer.kind == BalancerKind::Network);
        balancer_hours[kind] += libm::ceil(existed);
        lcu_hours[kind] += lcu(world, id);
        if balancer.scheme == Scheme::InternetFacing {
            address_hours += existed * balancer.subnets.len() as f64;
        }
    }
    // Instances by type, in the order in which they first came.
    let mut instances: Vec<(&InstanceType, f64)> = Vec::new();
    for (_, host) in world.ec2.hosts.iter() {
        let billed = hours(host.charged(now));
        address_hours += billed;
        match instances.iter_mut().find(|(kind, _)| kind.name == host.kind.name) {
            Some((_, sum)) => *sum += billed,
            None => instances.push((host.kind, billed)),
        }
    }
    let mut gb_months = 0.0;
    for image in world.ecr.images.iter().filter(|image| image.is_private()) {
        let Some(pushed) = image.pushed else { continue };
        gb_months += image.size() as f64 / 1e9 * hours(now - pushed) / price::MONTH_HOURS;
    }
    let of_alarm = |alarm: &Alarm| hours(alarm.deleted.unwrap_or(now).min(now) - alarm.created) / price::MONTH_HOURS;
    let alarm_months = world.cloudwatch.alarms.all.iter().map(|(_, alarm)| of_alarm(alarm)).sum();
    let items = [
        ("Fargate vCPU", vcpu_hours, "vCPU-hour", price::FARGATE_VCPU_HOUR),
        ("Fargate memory", gb_hours, "GB-hour", price::FARGATE_GB_HOUR),
        ("Application Load Balancer", balancer_hours[0], "hour", price::ALB_HOUR),
        ("Load balancer capacity", lcu_hours[0], "LCU-hour", price::LCU_HOUR),
        ("Network Load Balancer", balancer_hours[1], "hour", price::NLB_HOUR),
        ("Network load balancer capacity", lcu_hours[1], "NLCU-hour", price::NLCU_HOUR),
        ("Public IPv4 addresses", address_hours, "address-hour", price::PUBLIC_IPV4_HOUR),
        ("ECR storage", gb_months, "GB-month", price::ECR_GB_MONTH),
        ("CloudWatch alarms", alarm_months, "alarm-month", price::ALARM_MONTH),
    ];
    let instances = instances.iter().map(|(kind, hours)| (format!("EC2 {}", kind.name), *hours, "hour", kind.hour_usd));
    let others = items.into_iter().map(|(name, quantity, unit, price)| (name.to_owned(), quantity, unit, price));
    let used = instances.chain(others).filter(|(_, quantity, ..)| *quantity > 0.0);
    Some(Bill {
        items: used.map(|(name, quantity, unit, unit_price)| Item { name, quantity, unit, unit_price }).collect(),
    })
}

/// The load balancer capacity units of a load balancer: of each minute the largest dimension [TR-141], an hour being
/// sixty minutes.
fn lcu(world: &World, balancer: LoadBalancerId) -> f64 {
    let key = SeriesKey { subject: Subject::Balancer(balancer), metric: Metric::ConsumedLCUs };
    world.cloudwatch.series.get(&key).map_or(0.0, |series| series.iter().map(|(_, point)| point.sum / 60.0).sum())
}

/// What Fargate charges a task for: from the start of the image pull until it stops, in whole seconds, at least one
/// minute [CA-174][IA-114].
fn fargate_time(task: &Task, now: Time) -> Duration {
    let Some(begun) = task.at.pull_started else { return Duration::ZERO };
    let used = task.at.stopped.unwrap_or(now) - begun;
    let seconds = used.as_secs() + u64::from(used.subsec_nanos() > 0);
    Duration::from_secs(seconds.max(60))
}
