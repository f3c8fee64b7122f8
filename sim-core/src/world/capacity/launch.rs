//! Launching and terminating an instance, whoever asks: a user, or an Auto Scaling group.

use super::ec2::{AgentConfig, HostId, NewHost};
use super::group::GroupId;
use super::instance_type::InstanceType;
use crate::engine::{Id, Time};
use crate::world::ecs::{Resources, Tags};
use crate::world::iam::RoleId;
use crate::world::network::{SecurityGroupId, SubnetId};
use crate::world::{Ctx, World};

/// What an instance is made of, wherever it is launched.
#[derive(Clone, Debug)]
pub struct HostRecipe {
    /// Its type.
    pub kind: &'static InstanceType,
    /// `ImageId`.
    pub image: String,
    /// Its security groups.
    pub groups: Vec<SecurityGroupId>,
    /// The role of its instance profile.
    pub role: Option<RoleId>,
    /// How its agent is configured.
    pub agent: AgentConfig,
    /// Labels.
    pub tags: Tags,
}

impl HostRecipe {
    /// What such an instance registers with [CP-232].
    pub fn resources(&self) -> Resources {
        self.agent.resources(self.kind)
    }
}

/// Names a [`LaunchTemplate`].
pub type LaunchTemplateId = Id<LaunchTemplate>;

/// What a group's instances are made of, in versions.
#[derive(Clone, Debug)]
pub struct LaunchTemplate {
    /// `lt-` and 17 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Time,
    /// What it says, in each version; the first is version 1, which is the default one.
    pub versions: Vec<HostRecipe>,
}

/// `Version` of a launch template that a group names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateVersion {
    /// `$Default`: the first one.
    Default,
    /// `$Latest`.
    Latest,
    /// This one.
    Number(u32),
}

impl LaunchTemplate {
    /// The number of a version; none when there is none such.
    pub fn number(&self, version: TemplateVersion) -> Option<u32> {
        let last = self.versions.len() as u32;
        let number = match version {
            TemplateVersion::Default => 1,
            TemplateVersion::Latest => last,
            TemplateVersion::Number(number) => number,
        };
        (1..=last).contains(&number).then_some(number)
    }
}

/// Why no instance was launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLaunched {
    /// The subnet has no free address.
    NoAddress,
    /// The zone has no power.
    NoCapacity,
}

impl NotLaunched {
    /// EC2's code.
    pub fn code(self) -> &'static str {
        match self {
            NotLaunched::NoAddress => "InsufficientFreeAddressesInSubnet",
            NotLaunched::NoCapacity => "InsufficientInstanceCapacity",
        }
    }

    /// EC2's message.
    pub fn message(self) -> &'static str {
        match self {
            NotLaunched::NoAddress => {
                "The specified subnet does not have enough free addresses to satisfy the request."
            }
            NotLaunched::NoCapacity => {
                "There is no Spot capacity or On-Demand capacity available that matches your request."
            }
        }
    }
}

impl World {
    /// Launches an instance with an interface of its own, because of the present cause.
    pub(crate) fn launch_host(
        &mut self,
        recipe: HostRecipe,
        subnet: SubnetId,
        group: Option<GroupId>,
        ctx: &mut Ctx,
    ) -> Result<HostId, NotLaunched> {
        if self.network.is_dark(subnet) {
            return Err(NotLaunched::NoCapacity);
        }
        let (description, _) = self.ec2.next_name(&self.account);
        let eni = self.network.attach(subnet, &recipe.groups, true, &description);
        let eni = eni.map_err(|_| NotLaunched::NoAddress)?;
        let new = NewHost { recipe, subnet, eni, group };
        let cause = ctx.cause();
        Ok(self.lend(|w| &mut w.ec2, |ec2, peers| ctx.within(cause, |ctx| ec2.launch(new, peers, ctx))))
    }

    /// Terminates an instance, because of the present cause.
    pub(crate) fn terminate_host(&mut self, host: HostId, ctx: &mut Ctx) {
        let cause = ctx.cause();
        self.lend(|w| &mut w.ec2, |ec2, peers| ctx.within(cause, |ctx| ec2.end(host, true, peers, ctx)));
        self.network.detach(self.ec2.hosts[host].eni);
    }
}
