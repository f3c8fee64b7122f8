//! Facts in words.

use crate::world::ecs::{ServiceId, TaskId};
use crate::world::elb::ZoneSet;
use crate::world::{Fact, World};

/// The first eight digits of a task's id: enough to tell tasks apart in a report.
pub fn short(world: &World, task: TaskId) -> &str {
    &world.ecs.tasks[task].uuid[..8]
}

/// `task 1dc5c17a of service web`, or `task 1dc5c17a (family:demo-app)`.
fn task_name(world: &World, task: TaskId) -> String {
    match world.ecs.tasks[task].service {
        Some(service) => format!("task {} of service {}", short(world, task), world.ecs.services[service].name),
        None => {
            let family = &world.ecs.definitions[world.ecs.tasks[task].definition].family;
            format!("task {} (family:{family})", short(world, task))
        }
    }
}

/// The service a fact is about, directly or through its task.
pub fn service_of(world: &World, fact: &Fact) -> Option<ServiceId> {
    match fact {
        Fact::ServiceCreated { service }
        | Fact::ServiceUpdated { service, .. }
        | Fact::ServiceDeleted { service }
        | Fact::DeploymentStarted { service, .. }
        | Fact::DeploymentCompleted { service, .. }
        | Fact::DeploymentFailed { service, .. }
        | Fact::DeploymentRolledBack { service, .. }
        | Fact::RollbackRequested { service, .. }
        | Fact::StageEntered { service, .. }
        | Fact::TrafficShifted { service, .. }
        | Fact::HookAnswered { service, .. }
        | Fact::DeploymentPaused { service, .. }
        | Fact::SteadyStateReached { service }
        | Fact::ServiceEvent { service, .. } => Some(*service),
        fact => world.ecs.tasks[task_of(fact)?].service,
    }
}

/// The task a fact is about.
pub fn task_of(fact: &Fact) -> Option<TaskId> {
    match fact {
        Fact::EniAttached { task, .. }
        | Fact::EniFailed { task, .. }
        | Fact::EniDetached { task }
        | Fact::TaskCreated { task }
        | Fact::TaskWaits { task, .. }
        | Fact::TaskPlaced { task, .. }
        | Fact::TaskStatusChanged { task, .. }
        | Fact::TaskStopRequested { task, .. }
        | Fact::TaskStopped { task, .. }
        | Fact::PullStarted { task, .. }
        | Fact::PullFinished { task, .. }
        | Fact::StartFailed { task, .. }
        | Fact::ContainerStarted { task, .. }
        | Fact::ContainerExited { task, .. }
        | Fact::DependencyFailed { task, .. }
        | Fact::ContainerHealthChanged { task, .. }
        | Fact::ContainerRestarted { task, .. }
        | Fact::AppListening { task }
        | Fact::TargetRegistered { task, .. }
        | Fact::TargetHealthy { task, .. }
        | Fact::TargetUnhealthy { task, .. }
        | Fact::TargetDraining { task, .. }
        | Fact::TargetUnused { task, .. }
        | Fact::TargetAnomalous { task, .. }
        | Fact::TaskDiscovered { task, .. }
        | Fact::TaskUndiscovered { task, .. }
        | Fact::NameUnresolved { task, .. }
        | Fact::HostEjected { host: task, .. }
        | Fact::TargetNormal { task, .. } => Some(*task),
        _ => None,
    }
}

/// What happened, as one would tell a colleague. No full stop at the end.
pub fn sentence(world: &World, fact: &Fact) -> String {
    let service = |id| &world.ecs.services[id].name;
    let role = |id| &world.iam.roles[id].name;
    let group = |id| &world.network.groups[id].name;
    let target_group = |id| &world.elb.groups[id].name;
    let deployment = |id| &world.ecs.deployments[id].name;
    let alarm = |id| &world.cloudwatch.alarms.all[id].name;
    // A rule of a listener: `rule 10 of alb:80`.
    let rule = |id, priority: u32| {
        let listener: &crate::world::elb::Listener = &world.elb.listeners[id];
        let at = format!("{}:{}", world.elb.balancers[listener.balancer].name, listener.port);
        if priority == 0 { format!("the default rule of {at}") } else { format!("rule {priority} of {at}") }
    };
    match fact {
        Fact::CommandTyped { text, .. } => format!("typed: {text}"),
        Fact::OperationRefused { operation, code, message } => format!("{operation} was refused: {code}: {message}"),
        Fact::ImagePushed { repository, tag } => {
            format!("image {}:{tag} was pushed", world.ecr.repositories[*repository].name)
        }
        Fact::FaultBegan { what } => format!("fault: {what}"),
        Fact::FaultEnded { what } => format!("fault over: {what}"),
        Fact::ZoneLost { zone } => format!("zone {} lost its power", world.network.zone_name(*zone)),
        Fact::ZoneRestored { zone } => format!("zone {} has its power again", world.network.zone_name(*zone)),

        Fact::RoleCreated { role: id } => format!("role {} was created", role(*id)),
        Fact::RolePolicyPut { role: id, policy } => format!("role {} got the inline policy {policy}", role(*id)),
        Fact::RolePolicyAttached { role: id, policy } => format!("role {} got the policy {policy}", role(*id)),
        Fact::RolePolicyDeleted { role: id, policy } => format!("role {} lost the inline policy {policy}", role(*id)),
        Fact::RolePolicyDetached { role: id, policy } => format!("role {} lost the policy {policy}", role(*id)),
        Fact::AccessDenied { role: id, action, resource } => {
            format!("role {} is not allowed to perform {action} on {resource}", role(*id))
        }

        Fact::SecurityGroupCreated { group: id } => format!("security group {} was created", group(*id)),
        Fact::IngressAuthorized { group: id, rule } => format!("security group {} now lets in {rule}", group(*id)),
        Fact::IngressRevoked { group: id, rule } => format!("security group {} no longer lets in {rule}", group(*id)),
        Fact::EgressAuthorized { group: id, rule } => format!("security group {} now lets out {rule}", group(*id)),
        Fact::EgressRevoked { group: id, rule } => format!("security group {} no longer lets out {rule}", group(*id)),
        Fact::RouteCreated { table, destination } => format!("route table {table} got a route to {destination}"),
        Fact::RouteDeleted { table, destination } => format!("route table {table} lost its route to {destination}"),
        Fact::ConnectionBlocked { from, to, port, by } => format!("{from} cannot reach {to} on port {port}: {by}"),
        Fact::EniAttached { task, address, .. } => format!("{} got the address {address}", task_name(world, *task)),
        Fact::EniFailed { task, subnet } => {
            let subnet = &world.network.subnet(*subnet).id;
            format!("{} got no network interface in {subnet}", task_name(world, *task))
        }
        Fact::EniDetached { task } => format!("{} gave its address back", task_name(world, *task)),

        Fact::RepositoryCreated { repository } => {
            format!("repository {} was created", world.ecr.repositories[*repository].name)
        }
        Fact::LogGroupCreated { group } => format!("log group {group} was created"),

        Fact::ClusterCreated { cluster } => format!("cluster {} was created", world.ecs.clusters[*cluster].name),
        Fact::TaskDefinitionRegistered { definition } => {
            format!("task definition {} was registered", world.ecs.definitions[*definition].name())
        }
        Fact::WaiterSucceeded { waiter } => format!("the waiter {waiter} is satisfied"),
        Fact::WaiterFailed { message } => message.to_string(),
        Fact::ScheduleCreated { schedule } => format!("schedule {schedule} was created"),
        Fact::ScheduleUpdated { schedule } => format!("schedule {schedule} was updated"),
        Fact::ScheduleDeleted { schedule } => format!("schedule {schedule} was deleted"),
        Fact::TargetInvoked { by, attempt: 1 } => format!("{by} calls RunTask"),
        Fact::TargetInvoked { by, attempt } => format!("{by} calls RunTask again (call {attempt})"),
        Fact::TargetRefused { by, code, message } => format!("RunTask was refused to {by}: {code}: {message}"),
        Fact::TargetStartedNothing { by, reason } => format!("RunTask started no task for {by}: {reason}"),
        Fact::TargetDropped { by, calls: 1 } => format!("{by} does not call again"),
        Fact::TargetDropped { by, calls } => format!("{by} has called {calls} times and gives up"),
        Fact::EventRulePut { rule } => format!("rule {rule} was put"),
        Fact::EventRuleSwitched { rule, enabled: true } => format!("rule {rule} was enabled"),
        Fact::EventRuleSwitched { rule, enabled: false } => format!("rule {rule} was disabled"),
        Fact::EventRuleDeleted { rule } => format!("rule {rule} was deleted"),
        Fact::EventLost { by, group } => format!("an event for {by} was lost: there is no log group {group}"),
        Fact::ClusterDeleted { cluster } => format!("cluster {} was deleted", world.ecs.clusters[*cluster].name),
        Fact::TaskDefinitionDeleted { definition } => {
            format!("task definition {} is to be deleted", world.ecs.definitions[*definition].name())
        }
        Fact::TaskDefinitionDeregistered { definition } => {
            format!("task definition {} was deregistered", world.ecs.definitions[*definition].name())
        }
        Fact::ServiceCreated { service: id } => format!("service {} was created", service(*id)),
        Fact::ServiceUpdated { service: id, desired } => {
            format!("service {} was updated (desired count {desired})", service(*id))
        }
        Fact::ServiceDeleted { service: id } => format!("service {} was deleted", service(*id)),
        Fact::DeploymentStarted { service: id, deployment: of } => {
            let revision = world.ecs.definitions[world.ecs.deployments[*of].recipe.definition].name();
            format!("deployment {} of service {} began: {revision}", deployment(*of), service(*id))
        }
        Fact::DeploymentCompleted { service: id, deployment: of } => {
            format!("deployment {} of service {} completed", deployment(*of), service(*id))
        }
        Fact::DeploymentFailed { service: id, deployment: of } => {
            format!("deployment {} of service {} failed", deployment(*of), service(*id))
        }
        Fact::DeploymentRolledBack { service: id, deployment: of } => {
            let revision = world.ecs.definitions[world.ecs.deployments[*of].recipe.definition].name();
            format!("service {} goes back to deployment {}: {revision}", service(*id), deployment(*of))
        }
        Fact::RollbackRequested { service: id, deployment: of } => {
            format!("deployment {} of service {} was asked to go back", deployment(*of), service(*id))
        }
        Fact::StageEntered { service: id, deployment: of, stage } => {
            format!("deployment {} of service {} is in the stage {stage}", deployment(*of), service(*id))
        }
        Fact::TrafficShifted { service: id, deployment: of, production, test } => {
            let share = |per_mille: u32| format!("{}.{} %", per_mille / 10, per_mille % 10);
            let name = deployment(*of);
            let (production, test) = (share(*production), share(*test));
            format!(
                "deployment {name} of service {} gets {production} of the traffic and {test} of the tests",
                service(*id)
            )
        }
        Fact::HookAnswered { service: id, stage, hook, status } => {
            format!("the hook {hook} of service {} answered {status} in the stage {stage}", service(*id))
        }
        Fact::DeploymentPaused { service: id, deployment: of, hook } => {
            format!("deployment {} of service {} waits for an answer to {hook}", deployment(*of), service(*id))
        }
        Fact::SteadyStateReached { service: id } => format!("service {} has reached a steady state", service(*id)),
        Fact::ServiceEvent { text, .. } => text.to_string(),
        Fact::TaskCreated { task } if world.ecs.tasks[*task].provider.is_some() => {
            let provider = world.ecs.tasks[*task].provider.map_or("", |id| &world.ecs.providers[id].name);
            format!("{} was created for the capacity provider {provider}", task_name(world, *task))
        }
        Fact::TaskWaits { task, reason } => {
            format!("{} waits for an instance ({reason})", task_name(world, *task))
        }
        Fact::TaskPlaced { task, instance } => {
            format!("{} has a place on {}", task_name(world, *task), world.ecs.instances[*instance].name)
        }
        Fact::TaskCreated { task } => {
            let zone = &world.network.subnet(world.ecs.tasks[*task].subnet).zone;
            format!("{} was created in {zone}", task_name(world, *task))
        }
        Fact::TaskStatusChanged { task, status } => format!("{} is {status}", task_name(world, *task)),
        Fact::TaskStopRequested { task, code, reason } => {
            format!("{} is told to stop ({code}): {reason}", task_name(world, *task))
        }
        Fact::TaskStopped { task, code, reason } => format!("{} stopped ({code}): {reason}", task_name(world, *task)),
        Fact::PullStarted { task, image } => format!("{} began to pull {image}", task_name(world, *task)),
        Fact::PullFinished { task, image, bytes } => {
            let megabytes = *bytes as f64 / 1e6;
            format!("{} has pulled {image} ({megabytes:.0} MB)", task_name(world, *task))
        }
        Fact::StartFailed { task, reason } => format!("{} could not start: {reason}", task_name(world, *task)),
        Fact::ContainerStarted { task, container } => {
            format!("container {container} of {} started", task_name(world, *task))
        }
        Fact::ContainerExited { task, container, code } => {
            format!("container {container} of {} exited with code {code}", task_name(world, *task))
        }
        Fact::DependencyFailed { task, container, on, condition } => {
            let of = task_name(world, *task);
            format!("container {container} of {of} cannot start: it depends on {on} ({condition})")
        }
        Fact::ContainerHealthChanged { task, container, status } => {
            format!("container {container} of {} is {status}", task_name(world, *task))
        }
        Fact::ContainerRestarted { task, container, restarts } => {
            let times = if *restarts == 1 { "once".to_owned() } else { format!("{restarts} times") };
            format!("container {container} of {} was started again ({times} so far)", task_name(world, *task))
        }

        Fact::AppListening { task } => format!("the application in {} listens", task_name(world, *task)),

        Fact::LoadBalancerCreated { balancer } => {
            format!("load balancer {} was created", world.elb.balancers[*balancer].name)
        }
        Fact::TargetGroupCreated { group } => format!("target group {} was created", target_group(*group)),
        Fact::ListenerCreated { listener } => {
            let listener = &world.elb.listeners[*listener];
            let balancer = &world.elb.balancers[listener.balancer].name;
            format!("{balancer} listens on port {}", listener.port)
        }
        Fact::TargetRegistered { group, task } => {
            format!("{} is registered in target group {}", task_name(world, *task), target_group(*group))
        }
        Fact::TargetHealthy { group, task } => {
            format!("{} is healthy in target group {}", task_name(world, *task), target_group(*group))
        }
        Fact::TargetUnhealthy { group, task, reason } => {
            format!("{} is unhealthy in target group {}: {}", task_name(world, *task), target_group(*group), reason)
        }
        Fact::TargetDraining { group, task } => {
            format!("{} drains from target group {}", task_name(world, *task), target_group(*group))
        }
        Fact::TargetUnused { group, task } => {
            format!("{} has left target group {}", task_name(world, *task), target_group(*group))
        }
        Fact::ListenerModified { listener } => {
            let listener = &world.elb.listeners[*listener];
            format!(
                "the listener of {} on port {} was modified",
                world.elb.balancers[listener.balancer].name, listener.port
            )
        }
        Fact::ListenerDeleted { listener } => {
            let listener = &world.elb.listeners[*listener];
            format!("{} no longer listens on port {}", world.elb.balancers[listener.balancer].name, listener.port)
        }
        Fact::RuleCreated { listener, priority } => format!("{} was created", rule(*listener, *priority)),
        Fact::RuleModified { listener, priority } => format!("{} was modified", rule(*listener, *priority)),
        Fact::RuleDeleted { listener, priority } => format!("{} was deleted", rule(*listener, *priority)),
        Fact::RulePrioritiesSet { listener } => {
            let listener = &world.elb.listeners[*listener];
            let balancer = &world.elb.balancers[listener.balancer].name;
            format!("the rules of {balancer}:{} have other priorities", listener.port)
        }
        Fact::LoadBalancerDeleted { balancer } => {
            format!("load balancer {} was deleted", world.elb.balancers[*balancer].name)
        }
        Fact::ZonesOfBalancerSet { balancer, enabled, disabled } => {
            let names =
                |zones: &ZoneSet| zones.iter().map(|zone| world.network.zone_name(zone)).collect::<Vec<_>>().join(", ");
            let told = [("enabled", enabled), ("disabled", disabled)].map(|(word, zones)| match zones.is_empty() {
                true => String::new(),
                false => format!(", {word}: {}", names(zones)),
            });
            format!("load balancer {} has other zones{}", world.elb.balancers[*balancer].name, told.concat())
        }
        Fact::TargetGroupDeleted { group } => format!("target group {} was deleted", target_group(*group)),
        Fact::TargetAnomalous { group, task } => {
            let group = target_group(*group);
            format!("{} fails more requests than the other targets of {group}", task_name(world, *task))
        }
        Fact::TargetNormal { group, task } => {
            let group = target_group(*group);
            format!("{} fails no more requests than the other targets of {group}", task_name(world, *task))
        }
        Fact::AlarmPut { alarm: id } => {
            let watched = &world.cloudwatch.alarms.all[*id].rule.watched;
            format!("alarm {} watches {} of {}", alarm(*id), watched.number, watched.metric)
        }
        Fact::AlarmDeleted { alarm: id } => format!("alarm {} was deleted", alarm(*id)),
        Fact::AlarmStateChanged { alarm: id, state, reason } => {
            format!("alarm {} is in {state}: {}", alarm(*id), reason.trim_end_matches('.'))
        }
        Fact::HostLaunched { host } => {
            let host = &world.ec2.hosts[*host];
            format!("{} ({}), a {}, was launched", host.name, host.id, host.kind.name)
        }
        Fact::HostStopped { host, terminated } => {
            let host = &world.ec2.hosts[*host];
            format!("{} ({}) was {}", host.name, host.id, if *terminated { "terminated" } else { "stopped" })
        }
        Fact::AgentRefused { host, reason } => {
            format!("the agent of {} could not register: {reason}", world.ec2.hosts[*host].name)
        }
        Fact::ProviderCreated { provider } => {
            let it = &world.ecs.providers[*provider];
            let group = &world.groups.all[it.group].name;
            format!("capacity provider {} of the Auto Scaling group {group} was created", it.name)
        }
        Fact::ProviderUpdated { provider } => {
            format!("capacity provider {} was updated", world.ecs.providers[*provider].name)
        }
        Fact::ReservationChanged { provider, needed, running } => {
            let name = &world.ecs.providers[*provider].name;
            format!("capacity provider {name} needs {needed} instances and has {running} in service")
        }
        Fact::ProviderDeleted { provider } => {
            format!("capacity provider {} was deleted", world.ecs.providers[*provider].name)
        }
        Fact::GroupCreated { group } => {
            let group = &world.groups.all[*group];
            format!("Auto Scaling group {} was created (desired capacity {})", group.name, group.created_with)
        }
        Fact::GroupDesired { group, from, to } => {
            format!("the desired capacity of {} goes from {from} to {to}", world.groups.all[*group].name)
        }
        Fact::GroupActivity { group, text } => format!("{}: {text}", world.groups.all[*group].name),
        Fact::GroupDeleted { group } => format!("Auto Scaling group {} was deleted", world.groups.all[*group].name),
        Fact::InstanceRegistered { instance } => {
            let it = &world.ecs.instances[*instance];
            format!("{} registered in cluster {}", it.name, world.ecs.clusters[it.cluster].name)
        }
        Fact::InstanceStatusChanged { instance, status } => {
            format!("{} is {status}", world.ecs.instances[*instance].name)
        }
        Fact::InstanceDeregistered { instance } => format!("{} was deregistered", world.ecs.instances[*instance].name),
        Fact::AgentConnected { instance } => {
            format!("ECS hears the agent of {} again", world.ecs.instances[*instance].name)
        }
        Fact::AgentDisconnected { instance } => {
            format!("ECS does not hear the agent of {} any more", world.ecs.instances[*instance].name)
        }
        Fact::NamespaceCreated { namespace } => {
            format!("namespace {} was created", world.discovery.namespaces[*namespace].name)
        }
        Fact::NamespaceDeleted { namespace } => {
            format!("namespace {} was deleted", world.discovery.namespaces[*namespace].name)
        }
        Fact::RegistryCreated { registry } => {
            format!("the service {} of Cloud Map was created", world.discovery.name_of(*registry))
        }
        Fact::RegistryDeleted { registry } => {
            format!("the service {} of Cloud Map was deleted", world.discovery.name_of(*registry))
        }
        Fact::TaskDiscovered { registry, task } => {
            format!("{} is found as {}", task_name(world, *task), world.discovery.name_of(*registry))
        }
        Fact::TaskUndiscovered { registry, task } => {
            format!("{} is no longer found as {}", task_name(world, *task), world.discovery.name_of(*registry))
        }
        Fact::NameUnresolved { task, name, by } => {
            format!("{name} does not resolve in {}: {by}", task_name(world, *task))
        }
        Fact::HostEjected { task, host, registry, seconds } => {
            let (caller, host) = (task_name(world, *task), task_name(world, *host));
            let endpoint = &world.discovery.registries[*registry].name;
            format!(
                "the proxy of {caller} leaves {host} alone for {seconds} s: connections to it for {endpoint} failed"
            )
        }
        Fact::TrafficSet { to, rate } => format!("{to} is called {rate} from now on"),
        Fact::FirstResponse { balancer, status: 0 } => {
            format!("a request through {} was reset", world.elb.balancers[*balancer].name)
        }
        Fact::FirstResponse { balancer, status } => {
            format!("{} answered its first request with {status}", world.elb.balancers[*balancer].name)
        }
    }
}
