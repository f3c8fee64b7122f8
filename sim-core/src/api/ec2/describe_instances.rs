//! `ec2:DescribeInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::{Filter, keep};
use super::instance::{self, InstanceDescription};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ec2:DescribeInstances` — the instances, one in each reservation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeInstances {
    /// Only these, by id; or by this simulator's own short names, such as `instance#1`, or by their tags `Name`.
    #[serde(default)]
    pub instance_ids: Vec<String>,
    /// Only those that are like this.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What DescribeInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInstancesOutput {
    /// In the order of their launch.
    pub reservations: Vec<Reservation>,
}

/// `Reservation`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reservation {
    /// The account.
    pub owner_id: String,
    /// One.
    pub instances: Vec<InstanceDescription>,
}

/// The filters there are.
const FILTERS: &[&str] = &[
    "availability-zone",
    "instance-id",
    "instance-state-name",
    "instance-type",
    "private-ip-address",
    "subnet-id",
    "tag:Name",
];

impl Operation for DescribeInstances {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeInstances";
    type Output = DescribeInstancesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let named = match self.instance_ids.as_slice() {
            [] => world.ec2.hosts.iter().map(|(id, _)| id).collect(),
            names => instance::find(world, names)?,
        };
        let mut reservations = Vec::new();
        for id in named {
            let it = InstanceDescription::of(world, id);
            let mut properties = vec![
                ("availability-zone", it.placement.availability_zone.clone()),
                ("instance-id", it.instance_id.clone()),
                ("instance-state-name", it.state.name.to_owned()),
                ("instance-type", it.instance_type.to_owned()),
                ("private-ip-address", it.private_ip_address.clone()),
                ("subnet-id", it.subnet_id.clone()),
            ];
            let names = it.tags.iter().filter(|tag| tag.key == "Name");
            properties.extend(names.map(|tag| ("tag:Name", tag.value.clone())));
            if keep(&self.filters, FILTERS, &properties)? {
                reservations.push(Reservation { owner_id: world.account.id.clone(), instances: vec![it] });
            }
        }
        Ok(DescribeInstancesOutput { reservations })
    }
}
