//! `ec2:RunInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::InstanceDescription;
use super::recipe::{Given, IamInstanceProfileSpecification, TagSpecification};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::capacity::NotLaunched;
use crate::world::network::SubnetId;
use crate::world::{Ctx, World};

/// Instances of one request [count].
const INSTANCES_MAX: u32 = 1000;

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
        let given = Given {
            image_id: self.image_id.as_deref(),
            instance_type: &self.instance_type,
            profile: self.iam_instance_profile.as_ref(),
            user_data: &self.user_data,
            security_group_ids: &self.security_group_ids,
            tags: &self.tag_specifications,
        };
        let recipe = given.resolve(world)?;
        let (least, most) = self.counts()?;
        let subnet = self.subnet(world)?;
        let free = world.network.free_addresses(subnet);
        if free < least || world.network.is_dark(subnet) {
            let why = if free < least { NotLaunched::NoAddress } else { NotLaunched::NoCapacity };
            return Err(ApiError::new(why.code(), why.message()).at("SubnetId"));
        }
        let mut instances = Vec::new();
        for _ in 0..most.min(free) {
            let Ok(id) = world.launch_host(recipe.clone(), subnet, None, ctx) else { break };
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
