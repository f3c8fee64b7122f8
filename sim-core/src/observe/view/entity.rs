//! One thing, looked at closely: what it is, what became of it, and why.

use serde::Serialize;
use ts_rs::TS;

use super::feed::tone;
use super::map::short_name;
use super::{FeedLine, seconds};
use crate::engine::FactId;
use crate::observe::sentence::{sentence, service_of, task_of};
use crate::observe::why::{Link, chain};
use crate::world::capacity::{GroupId, HostId};
use crate::world::cloudwatch::AlarmId;
use crate::world::discovery::RegistryId;
use crate::world::ecr::RepositoryId;
use crate::world::ecs::{
    ClusterId, HealthStatus, InstanceStatus, ProviderId, ServiceId, TaskDefinitionId, TaskId, TaskStatus,
};
use crate::world::elb::{LoadBalancerId, TargetGroupId};
use crate::world::iam::RoleId;
use crate::world::network::{Other, Permission, Protocol, SecurityGroupId, ZoneId};
use crate::world::{Ctx, Fact, World};

/// How many of the latest facts about a thing are told [count].
const HISTORY_SHOWN: usize = 200;

/// One thing, looked at closely.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct EntityView {
    /// `task`, `service`, …
    pub kind: String,
    /// Its name, as commands take it.
    pub name: String,
    /// The command that describes it; empty where AWS has none that is modelled.
    pub command: String,
    /// What happened to it, oldest first.
    pub history: Vec<FeedLine>,
    /// From its latest change, or its latest trouble, back to the first cause.
    pub why: Vec<Link>,
    /// What can be done to it: what it does, and the line that does it.
    pub actions: Vec<ActionView>,
}

/// Something that can be done, with the line that does it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ActionView {
    /// What it does.
    pub label: String,
    /// The line.
    pub line: String,
}

/// Something that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entity {
    Task(TaskId),
    Service(ServiceId),
    Cluster(ClusterId),
    Definition(TaskDefinitionId),
    Balancer(LoadBalancerId),
    Group(TargetGroupId),
    Role(RoleId),
    SecurityGroup(SecurityGroupId),
    Repository(RepositoryId),
    Zone(ZoneId),
    Alarm(AlarmId),
    Host(HostId),
    Registry(RegistryId),
    Fleet(GroupId),
    Provider(ProviderId),
}

/// Whether a task is called so: its name in full or within its cluster, its id, the beginning of its id, its ARN.
pub fn is_task_called(world: &World, task: TaskId, name: &str) -> bool {
    let task = &world.ecs.tasks[task];
    let begins = name.len() >= 6 && task.uuid.starts_with(name);
    *task.name == *name || short_name(task) == name || task.arn == name || begins
}

/// Names of what there is, for completion: services first, then tasks from the newest on.
pub fn names(world: &World) -> Vec<String> {
    let ecs = &world.ecs;
    let services = ecs.services.iter().map(|(_, one)| one.name.clone());
    let tasks = ecs.tasks.iter().rev().take(100).map(|(_, one)| short_name(one).to_owned());
    let clusters = ecs.clusters.iter().map(|(_, one)| one.name.clone());
    let balancers = world.elb.live_balancers().map(|(_, one)| one.name.clone());
    let groups = world.elb.live_groups().map(|(_, one)| one.name.clone());
    let roles = world.iam.roles.iter().map(|(_, one)| one.name.clone());
    let firewalls = world.network.groups.iter().map(|(_, one)| one.name.clone());
    let repositories = world.ecr.repositories.iter().map(|(_, one)| one.name.clone());
    let zones = world.network.zones.iter().map(|one| one.name.clone());
    let alarms = world.cloudwatch.alarms.live.keys().cloned();
    let fleets = world.groups.live.keys().cloned();
    let providers = ecs.providers.iter().map(|(_, one)| one.name.clone());
    let hosts = world.ec2.hosts.iter().map(|(_, one)| one.name.to_string());
    let registries = world.discovery.live_registries().map(|(id, _)| world.discovery.name_of(id));
    let all = services.chain(tasks).chain(clusters).chain(balancers).chain(groups).chain(roles);
    let mut names: Vec<String> = Vec::new();
    let more = registries.chain(fleets).chain(providers);
    for name in all.chain(firewalls).chain(repositories).chain(zones).chain(alarms).chain(hosts).chain(more) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The thing with this name; of several that share one, a service comes first.
fn find(world: &World, name: &str) -> Option<Entity> {
    let ecs = &world.ecs;
    let service = || ecs.services.iter().rev().find(|(_, one)| one.name == name || one.arn == name);
    let task = || ecs.tasks.iter().find(|(id, _)| is_task_called(world, *id, name));
    let cluster = || ecs.clusters.iter().rev().find(|(_, one)| one.name == name);
    let definition = || ecs.definitions.iter().rev().find(|(_, one)| one.name() == name || one.family == name);
    service()
        .map(|(id, _)| Entity::Service(id))
        .or_else(|| task().map(|(id, _)| Entity::Task(id)))
        .or_else(|| cluster().map(|(id, _)| Entity::Cluster(id)))
        .or_else(|| world.elb.balancer_named(name).map(Entity::Balancer))
        .or_else(|| world.elb.group_named(name).map(Entity::Group))
        .or_else(|| world.iam.roles.iter().find(|(_, one)| one.name == name).map(|(id, _)| Entity::Role(id)))
        .or_else(|| world.network.security_group_named(name).map(Entity::SecurityGroup))
        .or_else(|| world.ecr.repository_named(name).map(Entity::Repository))
        .or_else(|| definition().map(|(id, _)| Entity::Definition(id)))
        .or_else(|| world.network.zone_named(name).map(Entity::Zone))
        .or_else(|| world.cloudwatch.alarms.live.get(name).copied().map(Entity::Alarm))
        .or_else(|| host_called(world, name).map(Entity::Host))
        .or_else(|| registry_called(world, name).map(Entity::Registry))
        .or_else(|| world.groups.named(name).map(Entity::Fleet))
        .or_else(|| ecs.provider_named(name).map(Entity::Provider))
}

/// The service of Cloud Map with this name in full, or that applications call so.
fn registry_called(world: &World, name: &str) -> Option<RegistryId> {
    let all = world.discovery.registries.iter().rev();
    let mut called = all.filter(|(id, one)| one.is_called(name) || world.discovery.name_of(*id) == name);
    called.next().map(|(id, _)| id)
}

/// The EC2 instance with this name or id, or whose container instance has this id or ARN.
fn host_called(world: &World, name: &str) -> Option<HostId> {
    let instance = || world.ecs.instances.iter().rev().find(|(_, one)| one.uuid == name || one.arn == name);
    world.ec2.host_named(name).or_else(|| instance().map(|(_, one)| one.host))
}

/// The thing with this name, looked at closely.
pub fn describe(world: &World, ctx: &Ctx, name: &str) -> Option<EntityView> {
    let entity = find(world, name)?;
    let about: Vec<FactId> =
        ctx.journal().iter().filter(|(_, entry)| is_about(world, entity, &entry.fact)).map(|(id, _)| id).collect();
    let shown = &about[about.len().saturating_sub(HISTORY_SHOWN)..];
    let (kind, name, command, actions) = introduce(world, entity);
    Some(EntityView {
        kind: kind.to_owned(),
        name,
        command,
        history: shown.iter().map(|&id| line(world, ctx, id)).collect(),
        why: cause_of(world, ctx, entity, &about).map_or_else(Vec::new, |id| chain(world, ctx, id)),
        actions,
    })
}

fn line(world: &World, ctx: &Ctx, id: FactId) -> FeedLine {
    let entry = ctx.journal().get(id);
    FeedLine {
        number: id.number(),
        at_s: seconds(entry.at),
        at: entry.at.to_string(),
        kind: <&'static str>::from(&entry.fact).to_owned(),
        text: sentence(world, &entry.fact),
        tone: tone(&entry.fact),
        cause: entry.cause.map(|cause| cause.number()),
        task: task_of(&entry.fact).map(|task| task.index() as u32),
    }
}

/// The fact that a question "why" starts from: of a task what ended it, or its present status; of a service that is
/// not steady the latest trouble of its tasks; otherwise the latest fact.
fn cause_of(world: &World, ctx: &Ctx, entity: Entity, about: &[FactId]) -> Option<FactId> {
    let fact = |id: &FactId| &ctx.journal().get(*id).fact;
    let latest = |wanted: &dyn Fn(&Fact) -> bool| about.iter().rev().find(|id| wanted(fact(id))).copied();
    let found = match entity {
        Entity::Task(task) if world.ecs.tasks[task].status == TaskStatus::Stopped => {
            latest(&|fact| matches!(fact, Fact::TaskStopped { .. }))
        }
        Entity::Task(task) if world.ecs.tasks[task].stopping.is_some() => {
            latest(&|fact| matches!(fact, Fact::TaskStopRequested { .. }))
        }
        Entity::Task(_) => latest(&|fact| {
            let target = matches!(fact, Fact::TargetUnhealthy { .. } | Fact::TargetHealthy { .. });
            target || matches!(fact, Fact::NameUnresolved { .. } | Fact::TaskStatusChanged { .. })
        }),
        Entity::Service(service) if world.ecs.services[service].steady_since.is_none() => latest(&|fact| {
            let unhealthy = matches!(fact, Fact::ContainerHealthChanged { status: HealthStatus::Unhealthy, .. });
            let trouble =
                matches!(fact, Fact::StartFailed { .. } | Fact::TargetUnhealthy { .. } | Fact::TaskStopped { .. });
            unhealthy || trouble
        }),
        Entity::Service(_) => latest(&|fact| matches!(fact, Fact::SteadyStateReached { .. })),
        Entity::Balancer(_) => latest(&|fact| matches!(fact, Fact::FirstResponse { .. })),
        _ => None,
    };
    found.or(about.last().copied())
}

fn introduce(world: &World, entity: Entity) -> (&'static str, String, String, Vec<ActionView>) {
    let action = |label: &str, line: String| ActionView { label: label.to_owned(), line };
    match entity {
        Entity::Task(id) => {
            let task = &world.ecs.tasks[id];
            let cluster = &world.ecs.clusters[task.cluster].name;
            let name = short_name(task).to_owned();
            let mut actions = Vec::new();
            if task.stopping.is_none() {
                actions.push(action("Stop this task", format!("aws ecs stop-task --cluster {cluster} --task {name}")));
            }
            if task.status == TaskStatus::Running {
                actions.push(action("Kill its processes", format!("world kill {}", task.name)));
            }
            let command = format!("aws ecs describe-tasks --cluster {cluster} --tasks {name}");
            ("task", name, command, actions)
        }
        Entity::Service(id) => {
            let service = &world.ecs.services[id];
            let cluster = &world.ecs.clusters[service.cluster].name;
            let name = service.name.clone();
            let update = format!("aws ecs update-service --cluster {cluster} --service {name}");
            let more = service.desired_count.saturating_add(1);
            let fewer = service.desired_count.saturating_sub(1);
            let actions = vec![
                action("One task more", format!("{update} --desired-count {more}")),
                action("One task fewer", format!("{update} --desired-count {fewer}")),
                action("Deploy anew", format!("{update} --force-new-deployment")),
            ];
            (
                "service",
                name.clone(),
                format!("aws ecs describe-services --cluster {cluster} --services {name}"),
                actions,
            )
        }
        Entity::Cluster(id) => {
            let name = world.ecs.clusters[id].name.clone();
            ("cluster", name.clone(), format!("aws ecs describe-clusters --clusters {name}"), Vec::new())
        }
        Entity::Definition(id) => {
            let name = world.ecs.definitions[id].name();
            let command = format!("aws ecs describe-task-definition --task-definition {name}");
            ("task definition", name, command, Vec::new())
        }
        Entity::Balancer(id) => {
            let name = world.elb.balancers[id].name.clone();
            let actions = vec![
                action("Let 20 requests a second come", format!("world traffic {name} 20/s")),
                action("Let 200 requests a second come", format!("world traffic {name} 200/s")),
                action("Let nobody call", format!("world traffic {name} 0/s")),
            ];
            ("load balancer", name.clone(), format!("aws elbv2 describe-load-balancers --names {name}"), actions)
        }
        Entity::Group(id) => {
            let name = world.elb.groups[id].name.clone();
            let command = format!("aws elbv2 describe-target-health --target-group-arn {name}");
            ("target group", name, command, Vec::new())
        }
        Entity::Role(id) => {
            let role = &world.iam.roles[id];
            let detach = |arn: String| {
                let short = arn.rsplit('/').next().unwrap_or(&arn).to_owned();
                let line = format!("aws iam detach-role-policy --role-name {} --policy-arn {arn}", role.name);
                action(&format!("Take {short} away"), line)
            };
            let actions = role.attached_arns().map(|arn| detach(arn.to_owned())).collect();
            ("role", role.name.clone(), String::new(), actions)
        }
        Entity::SecurityGroup(id) => {
            let name = world.network.groups[id].name.clone();
            let actions =
                world.network.groups[id].ingress.iter().filter_map(|rule| revoke(world, &name, &rule.permission));
            let actions = actions.collect();
            ("security group", name.clone(), format!("aws ec2 describe-security-groups --group-names {name}"), actions)
        }
        Entity::Repository(id) => {
            let name = world.ecr.repositories[id].name.clone();
            ("repository", name.clone(), format!("aws ecr describe-images --repository-name {name}"), Vec::new())
        }
        Entity::Host(id) => {
            let host = &world.ec2.hosts[id];
            let name = host.name.to_string();
            let mut actions = Vec::new();
            let instance = world.ecs.instance_of(id).map(|id| &world.ecs.instances[id]);
            if let Some(it) = instance.filter(|it| it.status != InstanceStatus::Inactive) {
                let cluster = &world.ecs.clusters[it.cluster].name;
                let state = |status: &str| {
                    format!(
                        "aws ecs update-container-instances-state --cluster {cluster} --container-instances {name} --status \
                         {status}"
                    )
                };
                actions.push(match it.status {
                    InstanceStatus::Draining => action("Take tasks again", state("ACTIVE")),
                    _ => action("Let it drain", state("DRAINING")),
                });
            }
            actions.push(action("Terminate it", format!("aws ec2 terminate-instances --instance-ids {name}")));
            ("instance", name.clone(), format!("aws ec2 describe-instances --instance-ids {name}"), actions)
        }
        Entity::Registry(id) => {
            let name = world.discovery.name_of(id);
            let command = format!("aws servicediscovery list-instances --service-id {name}");
            ("endpoint", name, command, Vec::new())
        }
        Entity::Fleet(id) => {
            let group = &world.groups.all[id];
            let name = group.name.clone();
            let set = |count: u32| {
                format!(
                    "aws autoscaling set-desired-capacity --auto-scaling-group-name {name} --desired-capacity {count}"
                )
            };
            let mut actions = Vec::new();
            if group.desired < group.max {
                actions.push(action("One instance more", set(group.desired + 1)));
            }
            if group.desired > group.min {
                actions.push(action("One instance less", set(group.desired - 1)));
            }
            let command = format!("aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names {name}");
            ("Auto Scaling group", name, command, actions)
        }
        Entity::Provider(id) => {
            let name = world.ecs.providers[id].name.clone();
            let command = format!("aws ecs describe-capacity-providers --capacity-providers {name}");
            ("capacity provider", name, command, Vec::new())
        }
        Entity::Zone(id) => {
            let name = world.network.zone_name(id).to_owned();
            let actions = vec![
                action("Lose its power for five minutes", format!("world lose {name} 5m")),
                action("Lose its power until the end", format!("world lose {name}")),
            ];
            let command = format!("aws ec2 describe-subnets --filters Name=availability-zone,Values={name}");
            ("zone", name, command, actions)
        }
        Entity::Alarm(id) => {
            let name = world.cloudwatch.alarms.all[id].name.clone();
            let quoted = if name.contains('\'') { format!("\"{name}\"") } else { format!("'{name}'") };
            let set = |state: &str| {
                let line = format!("aws cloudwatch set-alarm-state --alarm-name {quoted} --state-value {state}");
                format!("{line} --state-reason 'by hand'")
            };
            let actions = vec![
                action("Put it into ALARM for a minute", set("ALARM")),
                action("Put it into OK for a minute", set("OK")),
            ];
            ("alarm", name, format!("aws cloudwatch describe-alarms --alarm-names {quoted}"), actions)
        }
    }
}

/// The line that takes a rule away, where it is one for TCP and one port.
fn revoke(world: &World, group: &str, permission: &Permission) -> Option<ActionView> {
    let Permission { protocol: Protocol::Tcp, from, to, other } = *permission else { return None };
    if from != to {
        return None;
    }
    let (words, option) = match other {
        Other::Range(range) => (range.to_string(), format!("--cidr {range}")),
        Other::Group(id) => {
            let name = &world.network.groups[id].name;
            (name.clone(), format!("--source-group {name}"))
        }
    };
    Some(ActionView {
        label: format!("No longer let in {permission} from {words}"),
        line: format!(
            "aws ec2 revoke-security-group-ingress --group-name {group} --protocol tcp --port {from} {option}"
        ),
    })
}

fn is_about(world: &World, entity: Entity, fact: &Fact) -> bool {
    match (entity, fact) {
        (Entity::Task(task), fact) => task_of(fact) == Some(task),
        (Entity::Service(service), fact) => service_of(world, fact) == Some(service),
        (
            Entity::Registry(id),
            Fact::RegistryCreated { registry }
            | Fact::RegistryDeleted { registry }
            | Fact::TaskDiscovered { registry, .. }
            | Fact::TaskUndiscovered { registry, .. }
            | Fact::HostEjected { registry, .. },
        ) => *registry == id,
        (Entity::Registry(id), Fact::NameUnresolved { name, .. }) => world.discovery.registries[id].is_called(name),
        (Entity::Cluster(id), Fact::ClusterCreated { cluster } | Fact::ClusterDeleted { cluster }) => *cluster == id,
        (
            Entity::Definition(id),
            Fact::TaskDefinitionRegistered { definition }
            | Fact::TaskDefinitionDeregistered { definition }
            | Fact::TaskDefinitionDeleted { definition },
        ) => *definition == id,
        (
            Entity::Balancer(id),
            Fact::LoadBalancerCreated { balancer }
            | Fact::LoadBalancerDeleted { balancer }
            | Fact::ZonesOfBalancerSet { balancer, .. }
            | Fact::FirstResponse { balancer, .. },
        ) => *balancer == id,
        (
            Entity::Balancer(id),
            Fact::ListenerCreated { listener }
            | Fact::ListenerModified { listener }
            | Fact::ListenerDeleted { listener }
            | Fact::RuleCreated { listener, .. }
            | Fact::RuleModified { listener, .. }
            | Fact::RuleDeleted { listener, .. }
            | Fact::RulePrioritiesSet { listener },
        ) => world.elb.listeners[*listener].balancer == id,
        (Entity::Balancer(id), Fact::TrafficSet { to, .. }) => **to == *world.elb.balancers[id].name,
        (Entity::Balancer(id), Fact::ConnectionBlocked { from, .. }) => **from == *world.elb.balancers[id].name,
        (
            Entity::Group(id),
            Fact::TargetGroupCreated { group }
            | Fact::TargetRegistered { group, .. }
            | Fact::TargetHealthy { group, .. }
            | Fact::TargetUnhealthy { group, .. }
            | Fact::TargetDraining { group, .. }
            | Fact::TargetUnused { group, .. }
            | Fact::TargetAnomalous { group, .. }
            | Fact::TargetNormal { group, .. }
            | Fact::TargetGroupDeleted { group },
        ) => *group == id,
        (
            Entity::Role(id),
            Fact::RoleCreated { role }
            | Fact::RolePolicyPut { role, .. }
            | Fact::RolePolicyAttached { role, .. }
            | Fact::RolePolicyDeleted { role, .. }
            | Fact::RolePolicyDetached { role, .. }
            | Fact::AccessDenied { role, .. },
        ) => *role == id,
        (
            Entity::SecurityGroup(id),
            Fact::SecurityGroupCreated { group }
            | Fact::IngressAuthorized { group, .. }
            | Fact::IngressRevoked { group, .. }
            | Fact::EgressAuthorized { group, .. }
            | Fact::EgressRevoked { group, .. },
        ) => *group == id,
        (Entity::Repository(id), Fact::RepositoryCreated { repository } | Fact::ImagePushed { repository, .. }) => {
            *repository == id
        }
        (
            Entity::Alarm(id),
            Fact::AlarmPut { alarm } | Fact::AlarmDeleted { alarm } | Fact::AlarmStateChanged { alarm, .. },
        ) => *alarm == id,
        (
            Entity::Host(id),
            Fact::HostLaunched { host } | Fact::HostStopped { host, .. } | Fact::AgentRefused { host, .. },
        ) => *host == id,
        (
            Entity::Host(id),
            Fact::InstanceRegistered { instance }
            | Fact::InstanceStatusChanged { instance, .. }
            | Fact::InstanceDeregistered { instance }
            | Fact::AgentConnected { instance }
            | Fact::AgentDisconnected { instance },
        ) => world.ecs.instances[*instance].host == id,
        (
            Entity::Fleet(id),
            Fact::GroupCreated { group }
            | Fact::GroupDesired { group, .. }
            | Fact::GroupActivity { group, .. }
            | Fact::GroupDeleted { group },
        ) => *group == id,
        (
            Entity::Provider(id),
            Fact::ProviderCreated { provider }
            | Fact::ProviderUpdated { provider }
            | Fact::ProviderDeleted { provider }
            | Fact::ReservationChanged { provider, .. },
        ) => *provider == id,
        (Entity::Zone(id), Fact::ZoneLost { zone } | Fact::ZoneRestored { zone }) => *zone == id,
        _ => false,
    }
}
