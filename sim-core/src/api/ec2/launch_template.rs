//! A launch template as EC2 shows it, what it says, and how one is named.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::recipe::{Given, IamInstanceProfileSpecification, TagSpecification};
use super::user_data;
use crate::api::{ApiError, NotModelled};
use crate::world::World;
use crate::world::capacity::{HostRecipe, LaunchTemplateId};

/// `RequestLaunchTemplateData`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RequestLaunchTemplateData {
    /// Stored: an ECS-optimized image with x86_64 is meant.
    pub image_id: Option<String>,
    /// Such as `t3.medium`; there are t3, m5, m6i, m7i, c5, c6i, c7i, r5 and r6i here. Required, unlike in AWS.
    pub instance_type: String,
    /// The role of the agent: without one it cannot register [IA-044].
    pub iam_instance_profile: Option<IamInstanceProfileSpecification>,
    /// A script, in Base64 as AWS wants it, or not encoded: `ECS_CLUSTER=demo` and others of the agent's settings count wherever they
    /// stand in it. Without it the agent registers in the cluster `default`.
    #[serde(default)]
    pub user_data: String,
    /// By id or name; the VPC's default group unless set.
    #[serde(default)]
    pub security_group_ids: Vec<String>,
    /// Labels of the instances.
    #[serde(default)]
    pub tag_specifications: Vec<TagSpecification>,
    /// Spot; not modelled.
    #[serde(default)]
    pub instance_market_options: NotModelled,
    /// Types by what they have; not modelled.
    #[serde(default)]
    pub instance_requirements: NotModelled,
    /// Disks; not modelled.
    #[serde(default)]
    pub block_device_mappings: NotModelled,
    /// Interfaces; not modelled: each instance has one, with a public address.
    #[serde(default)]
    pub network_interfaces: NotModelled,
    /// Stored nowhere; nobody logs in.
    pub key_name: Option<String>,
}

impl RequestLaunchTemplateData {
    /// What an instance is made of then.
    pub(super) fn resolve(&self, world: &World) -> Result<HostRecipe, ApiError> {
        let user_data = user_data::decoded(&self.user_data);
        let given = Given {
            image_id: self.image_id.as_deref(),
            instance_type: &self.instance_type,
            profile: self.iam_instance_profile.as_ref(),
            user_data: &user_data,
            security_group_ids: &self.security_group_ids,
            tags: &self.tag_specifications,
        };
        given.resolve(world).map_err(|error| error.within("LaunchTemplateData"))
    }
}

/// `LaunchTemplate`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LaunchTemplateDescription {
    /// `lt-` and 17 hexadecimal digits.
    pub launch_template_id: String,
    /// Its name.
    pub launch_template_name: String,
    /// When it was made.
    pub create_time: String,
    /// What `$Default` means: the first version.
    pub default_version_number: u32,
    /// What `$Latest` means.
    pub latest_version_number: u32,
}

impl LaunchTemplateDescription {
    /// Describes a template as it is now.
    pub(super) fn of(world: &World, id: LaunchTemplateId) -> LaunchTemplateDescription {
        let template = &world.ec2.templates[id];
        LaunchTemplateDescription {
            launch_template_id: template.id.clone(),
            launch_template_name: template.name.clone(),
            create_time: world.account.wall(template.created),
            default_version_number: 1,
            latest_version_number: template.versions.len() as u32,
        }
    }
}

/// The template that a request names, by id or by name.
pub(crate) fn find(world: &World, id: Option<&str>, name: Option<&str>) -> Result<LaunchTemplateId, ApiError> {
    let (place, given, code, what) = match (id, name) {
        (Some(id), None) => ("LaunchTemplateId", id, "InvalidLaunchTemplateId.NotFound", "ID"),
        (None, Some(name)) => ("LaunchTemplateName", name, "InvalidLaunchTemplateName.NotFoundException", "name"),
        _ => {
            let message = "Specify either a launch template ID or a launch template name, not both.";
            return Err(ApiError::new("MissingParameter", message).at("LaunchTemplateName"));
        }
    };
    world.ec2.template_named(given).ok_or_else(|| {
        let message = format!("The specified launch template, with template {what} {given}, does not exist.");
        let names: Vec<&str> = world.ec2.templates.iter().map(|(_, it)| it.name.as_str()).collect();
        let error = ApiError::new(code, message).at(place);
        match names.as_slice() {
            [] => error.help("There is none: CreateLaunchTemplate, or a table [[ec2.launchTemplate]], makes one."),
            names => error.help(format!("There are {}.", names.join(", "))),
        }
    })
}
