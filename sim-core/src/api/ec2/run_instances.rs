//! `ec2:RunInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::{self, InstanceDescription};
use super::user_data;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::capacity::{INSTANCE_TYPES, InstanceType, NewHost, instance_type};
use crate::world::ecs::Tags;
use crate::world::iam::RoleId;
use crate::world::network::SubnetId;
use crate::world::{Ctx, World};

/// Instances of one request [count].
const INSTANCES_MAX: u32 = 1000;
/// What runs when nothing is said: an image that AWS makes for ECS, on Amazon Linux 2023.
const IMAGE: &str = "ami-0ec5000000000a123";

/// `ec2:RunInstances` — launches EC2 instances. An ECS agent is taken to be on each, as on the images that AWS makes for
/// ECS: it registers the instance in the cluster that `UserData` names.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RunInstances {
    /// Stored: an ECS-optimized image with x86_64 is meant.
    pub image_id: Option<String>,
    /// Such as `t3.medium`; there are t3, m5, m6i, m7i, c5, c6i, c7i, r5 and r6i here. Required, unlike in AWS.
    pub instance_type: String,
    /// Instances [count]: the CLI's `--count`, which sets both of the next two; 1 unless set.
    #[schemars(range(min = 1, max = 1000))]
    pub count: Option<u32>,
    /// At least so many [count].
    #[schemars(range(min = 1, max = 1000))]
    pub min_count: Option<u32>,
    /// At most so many [count]: as many as there are addresses for.
    #[schemars(range(min = 1, max = 1000))]
    pub max_count: Option<u32>,
    /// By id; a zone such as `us-east-1a` means its default subnet. The first one unless set.
    pub subnet_id: Option<String>,
    /// By id or name; the VPC's default group unless set.
    #[serde(default)]
    pub security_group_ids: Vec<String>,
    /// The role of the agent: without one it cannot register [IA-044].
    pub iam_instance_profile: Option<IamInstanceProfileSpecification>,
    /// A script, not encoded: `ECS_CLUSTER=demo` and others of the agent's settings count wherever they stand in it. Without
    /// it the agent registers in the cluster `default`.
    #[serde(default)]
    pub user_data: String,
    /// Labels; the tag `Name` may be used in place of an id.
    #[serde(default)]
    pub tag_specifications: Vec<TagSpecification>,
    /// Spot; not modelled.
    #[serde(default)]
    pub instance_market_options: NotModelled,
    /// Disks; not modelled.
    #[serde(default)]
    pub block_device_mappings: NotModelled,
    /// Stored nowhere; nobody logs in.
    pub key_name: Option<String>,
    /// Whether the call would be allowed; not modelled.
    #[serde(default)]
    pub dry_run: NotModelled,
}

/// `IamInstanceProfileSpecification`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IamInstanceProfileSpecification {
    /// Its ARN. A profile has the name of its role here, as those have that the console makes.
    pub arn: Option<String>,
    /// Or its name.
    pub name: Option<String>,
}

/// `TagSpecification`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagSpecification {
    /// `instance`; others are taken and go nowhere.
    pub resource_type: String,
    /// The labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// `Tag`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// What RunInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunInstancesOutput {
    /// Of this request.
    pub reservation_id: String,
    /// The account.
    pub owner_id: String,
    /// Its instances.
    pub instances: Vec<InstanceDescription>,
}

impl RunInstances {
    fn kind(&self) -> Result<&'static InstanceType, ApiError> {
        instance_type(&self.instance_type).ok_or_else(|| {
            let message = format!("Invalid value '{}' for InstanceType.", self.instance_type);
            let error = ApiError::new("InvalidParameterValue", message).at("InstanceType");
            let names: Vec<&str> = INSTANCE_TYPES.iter().map(|it| it.name).collect();
            match crate::spelling::nearest(&self.instance_type, names.iter().copied()) {
                Some(near) => error.help(format!("Do you mean {near}? There are {}.", names.join(", "))),
                None => error.help(format!("There are {}.", names.join(", "))),
            }
        })
    }

    /// How many at least and at most.
    fn counts(&self) -> Result<(u32, u32), ApiError> {
        let error = |place: &str, message: &str| Err(ApiError::new("InvalidParameterValue", message).at(place));
        if self.count.is_some() && (self.min_count.is_some() || self.max_count.is_some()) {
            return error("Count", "Count is MinCount and MaxCount at once: say one or the others.");
        }
        let least = self.count.or(self.min_count).or(self.max_count).unwrap_or(1);
        let most = self.count.or(self.max_count).unwrap_or(least);
        if least == 0 || most < least || most > INSTANCES_MAX {
            let place = if self.count.is_some() { "Count" } else { "MaxCount" };
            return error(place, "MinCount must be at least 1, and MaxCount from MinCount to 1000.");
        }
        Ok((least, most))
    }

    fn role(&self, world: &World) -> Result<Option<RoleId>, ApiError> {
        let Some(given) = &self.iam_instance_profile else { return Ok(None) };
        let (place, name) = match (&given.name, &given.arn) {
            (Some(name), _) => ("Name", name.as_str()),
            (None, Some(arn)) => ("Arn", arn.rsplit('/').next().unwrap_or(arn)),
            (None, None) => ("Name", ""),
        };
        let found = world.iam.role_named(name).ok_or_else(|| {
            let message = format!(
                "Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            );
            let error = ApiError::new("InvalidParameterValue", message).at(format!("IamInstanceProfile.{place}"));
            error.help(format!("Create a role {name} first: a profile has the name of its role here."))
        });
        found.map(Some)
    }

    fn subnet(&self, world: &World) -> Result<SubnetId, ApiError> {
        let Some(name) = &self.subnet_id else { return Ok(SubnetId::from_index(0)) };
        world.network.subnet_named(name).ok_or_else(|| {
            let message = format!("The subnet ID '{name}' does not exist");
            let zones: Vec<&str> = world.network.subnets.iter().map(|(_, subnet)| subnet.zone.as_str()).collect();
            let error = ApiError::new("InvalidSubnetID.NotFound", message).at("SubnetId");
            error.help(format!("There are subnets in {}.", zones.join(", ")))
        })
    }
}

impl Operation for RunInstances {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "RunInstances";
    const TABLE: Option<&'static str> = Some("ec2.instance");
    type Output = RunInstancesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let kind = self.kind()?;
        let (least, most) = self.counts()?;
        let role = self.role(world)?;
        let subnet = self.subnet(world)?;
        let groups = instance::groups(world, &self.security_group_ids)?;
        let agent = user_data::agent_config(&self.user_data)?;
        if agent.reserved_memory >= kind.registered {
            let message =
                format!("ECS_RESERVED_MEMORY leaves nothing of the {} MiB of a {}.", kind.registered, kind.name);
            return Err(ApiError::new("InvalidUserData.Malformed", message).at("UserData"));
        }
        let free = world.network.free_addresses(subnet);
        if free < least || world.network.is_dark(subnet) {
            let (code, message) = match free < least {
                true => (
                    "InsufficientFreeAddressesInSubnet",
                    "The specified subnet does not have enough free addresses to satisfy the request.",
                ),
                false => (
                    "InsufficientInstanceCapacity",
                    "There is no Spot capacity or On-Demand capacity available that matches your request.",
                ),
            };
            return Err(ApiError::new(code, message).at("SubnetId"));
        }
        let of_instance = self.tag_specifications.iter().filter(|it| it.resource_type == "instance");
        let tags: Tags = of_instance.flat_map(|it| &it.tags).map(|tag| (tag.key.clone(), tag.value.clone())).collect();
        let mut instances = Vec::new();
        let cause = ctx.cause();
        for _ in 0..most.min(free) {
            let description = format!("instance#{}", world.ec2.hosts.len() + 1);
            let Ok(eni) = world.network.attach(subnet, &groups, true, &description) else { break };
            let new = NewHost {
                kind,
                image: self.image_id.clone().unwrap_or_else(|| IMAGE.to_owned()),
                subnet,
                groups: groups.clone(),
                eni,
                role,
                agent: agent.clone(),
                tags: tags.clone(),
            };
            let id = world.lend(|w| &mut w.ec2, |ec2, peers| ctx.within(cause, |ctx| ec2.launch(new, peers, ctx)));
            instances.push(InstanceDescription::of(world, id));
        }
        let first = instances.first().map(|it| it.instance_id.clone()).unwrap_or_default();
        Ok(RunInstancesOutput {
            reservation_id: format!("r-0{}", world.account.hex("reservation", &first, 16)),
            owner_id: world.account.id.clone(),
            instances,
        })
    }
}
