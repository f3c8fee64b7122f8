//! What CreateAutoScalingGroup and UpdateAutoScalingGroup have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::invalid;
use crate::api::ApiError;
use crate::api::ec2::launch_template;
use crate::world::World;
use crate::world::capacity::{LaunchTemplateId, TemplateVersion, TerminationPolicy};
use crate::world::network::SubnetId;

/// `LaunchTemplateSpecification`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LaunchTemplateSpecification {
    /// By id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_id: Option<String>,
    /// Or by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_name: Option<String>,
    /// A number, `$Latest` or `$Default`; `$Default` unless set, which is the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl LaunchTemplateSpecification {
    /// The template and the version that are meant.
    pub(super) fn resolve(&self, world: &World) -> Result<(LaunchTemplateId, TemplateVersion), ApiError> {
        let (id, name) = (self.launch_template_id.as_deref(), self.launch_template_name.as_deref());
        let found = launch_template::find(world, id, name).map_err(|error| error.within("LaunchTemplate"))?;
        let template = &world.ec2.templates[found];
        let version = match self.version.as_deref() {
            None | Some("$Default") => Some(TemplateVersion::Default),
            Some("$Latest") => Some(TemplateVersion::Latest),
            Some(number) => number.parse().ok().map(TemplateVersion::Number),
        };
        let there = version.filter(|&version| template.number(version).is_some());
        let version = there.ok_or_else(|| {
            let given = self.version.as_deref().unwrap_or_default();
            let message = format!(
                "You must use a valid fully-formed launch template. Could not find the launch template version {given} for \
                 the launch template {}.",
                template.name
            );
            let help = format!("Say $Default, $Latest or a number up to {}.", template.versions.len());
            invalid(message).at("LaunchTemplate.Version").help(help)
        })?;
        Ok((found, version))
    }

    /// As AWS describes it.
    pub(super) fn of(world: &World, (id, version): (LaunchTemplateId, TemplateVersion)) -> LaunchTemplateSpecification {
        let template = &world.ec2.templates[id];
        let version = match version {
            TemplateVersion::Default => "$Default".to_owned(),
            TemplateVersion::Latest => "$Latest".to_owned(),
            TemplateVersion::Number(number) => number.to_string(),
        };
        LaunchTemplateSpecification {
            launch_template_id: Some(template.id.clone()),
            launch_template_name: Some(template.name.clone()),
            version: Some(version),
        }
    }
}

/// `Tag`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GroupTag {
    /// Its key.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
    /// Whether new instances get it; true unless set.
    pub propagate_at_launch: Option<bool>,
    /// The group: it says what is known.
    pub resource_id: Option<String>,
    /// `auto-scaling-group`.
    pub resource_type: Option<String>,
}

/// The subnets in which a group may launch: those of `VPCZoneIdentifier`, or the default ones of `AvailabilityZones`.
pub(super) fn subnets(list: Option<&str>, zones: &[String], world: &World) -> Result<Vec<SubnetId>, ApiError> {
    let named: Vec<(&str, String, &str)> = match list {
        Some(list) => {
            let all = list.split(',').map(str::trim).filter(|one| !one.is_empty());
            all.map(|one| (one, "VPCZoneIdentifier".to_owned(), "subnet ID")).collect()
        }
        None => {
            let all = zones.iter().enumerate();
            all.map(|(at, one)| (one.as_str(), format!("AvailabilityZones[{at}]"), "zone")).collect()
        }
    };
    let mut found = Vec::new();
    for (name, place, what) in named {
        let subnet = world.network.subnet_named(name).ok_or_else(|| {
            let zones: Vec<&str> = world.network.subnets.iter().map(|(_, subnet)| subnet.zone.as_str()).collect();
            let help = format!("There are subnets in {}; a zone means its default subnet.", zones.join(", "));
            invalid(format!("The {what} '{name}' does not exist")).at(place).help(help)
        })?;
        if !found.contains(&subnet) {
            found.push(subnet);
        }
    }
    if found.is_empty() {
        let help = "Say VPCZoneIdentifier = \"us-east-1a,us-east-1b\", for example.";
        return Err(invalid("At least one Availability Zone or VPC Subnet is required.")
            .at("VPCZoneIdentifier")
            .help(help));
    }
    Ok(found)
}

/// The policies by which instances are chosen to go [CA-077]; `Default` unless any are given.
pub(super) fn policies(names: &[String]) -> Result<Vec<TerminationPolicy>, ApiError> {
    const KNOWN: [TerminationPolicy; 5] = [
        TerminationPolicy::Default,
        TerminationPolicy::OldestInstance,
        TerminationPolicy::NewestInstance,
        TerminationPolicy::OldestLaunchTemplate,
        TerminationPolicy::ClosestToNextInstanceHour,
    ];
    if names.is_empty() {
        return Ok(vec![TerminationPolicy::Default]);
    }
    let one = |(at, name): (usize, &String)| {
        KNOWN.into_iter().find(|known| <&str>::from(known) == name).ok_or_else(|| {
            let names: Vec<&str> = KNOWN.iter().map(<&str>::from).collect();
            let message = format!("{name} is not a termination policy, or is not modelled by this simulator.");
            let help = format!("There are {}.", names.join(", "));
            invalid(message).at(format!("TerminationPolicies[{at}]")).help(help)
        })
    };
    names.iter().enumerate().map(one).collect()
}

/// Sizes that go together.
pub(super) fn check_sizes(min: u32, max: u32, desired: u32) -> Result<(), ApiError> {
    if min > max {
        return Err(
            invalid(format!("Max bound, {max}, must be greater than or equal to min bound, {min}")).at("MaxSize")
        );
    }
    if !(min..=max).contains(&desired) {
        let message =
            format!("Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}");
        return Err(invalid(message).at("DesiredCapacity"));
    }
    Ok(())
}

/// `EC2`, the only kind of health check that is here.
pub(super) fn check_health_check(kind: Option<&str>) -> Result<(), ApiError> {
    match kind {
        None | Some("EC2") => Ok(()),
        Some(other) => {
            let message = format!("The health check type {other} is not modelled by this simulator.");
            Err(invalid(message).at("HealthCheckType").help("Use EC2, which is always on."))
        }
    }
}
