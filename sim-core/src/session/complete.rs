//! What the last word of a line could become, in the world as it stands.

use super::entry::WORDS;
use super::line::{WORLD_LINES, running_tasks};
use crate::api::command;
use crate::observe::view::names;
use crate::world::World;
use crate::world::ecs::{DefinitionStatus, ServiceStatus};

/// Candidates that are offered at most [count].
const SHOWN_MAX: usize = 200;

/// The words that the last word of `prefix` could become, itself included.
pub fn complete(world: &World, prefix: &str) -> Vec<String> {
    let mut words: Vec<&str> = prefix.split_whitespace().collect();
    let last = if prefix.ends_with(char::is_whitespace) { "" } else { words.pop().unwrap_or_default() };
    let mut found = match words.as_slice() {
        [] => first_words(),
        ["aws", rest @ ..] => match rest.last().and_then(|option| values(world, option)) {
            Some(values) => values,
            None => return command::complete(prefix),
        },
        ["docker"] => vec!["push".to_owned()],
        ["docker", "push"] => {
            world.ecr.images.iter().map(|image| format!("{}:{}", image.repository, image.tag)).collect()
        }
        ["world"] => WORLD_LINES.iter().filter_map(|(words, _)| Some(words.split(' ').nth(1)?.to_owned())).collect(),
        ["world", "kill"] => running_tasks(world).map(|task| world.ecs.tasks[task].name.to_string()).collect(),
        ["world", "lose"] => world.network.zones.iter().map(|one| one.name.clone()).collect(),
        ["world", "cut"] => world.ec2.hosts.iter().map(|(_, one)| one.name.to_string()).collect(),
        ["world", "traffic"] => world.elb.live_balancers().map(|(_, one)| one.name.clone()).collect(),
        ["until"] => vec!["steady".to_owned()],
        ["advance"] => ["10s", "1m", "5m"].map(str::to_owned).to_vec(),
        ["why"] => names(world),
        _ => Vec::new(),
    };
    found.retain(|candidate| candidate.starts_with(last));
    found.dedup();
    found.truncate(SHOWN_MAX);
    found
}

fn first_words() -> Vec<String> {
    let own = WORDS.iter().filter_map(|(words, _)| words.split(' ').next());
    ["aws", "docker", "world"].into_iter().chain(own).map(str::to_owned).collect()
}

/// Names that exist, for an option that takes one; none for all other options.
fn values(world: &World, option: &str) -> Option<Vec<String>> {
    let ecs = &world.ecs;
    Some(match option {
        "--cluster" | "--clusters" => ecs.active_clusters().map(|(_, one)| one.name.clone()).collect(),
        "--service" | "--services" => {
            let active = ecs.services.iter().filter(|(_, one)| one.status == ServiceStatus::Active);
            active.map(|(_, one)| one.name.clone()).collect()
        }
        "--task" | "--tasks" => {
            let live = ecs.tasks.iter().filter(|(_, task)| task.at.stopped.is_none());
            live.map(|(_, task)| task.name.split_once('/').map_or(&*task.name, |(_, own)| own).to_owned()).collect()
        }
        "--task-definition" => {
            let active = ecs.definitions.iter().filter(|(_, one)| one.status == DefinitionStatus::Active);
            active.map(|(_, one)| one.name()).collect()
        }
        "--target-group-arn" | "--target-group-arns" => {
            world.elb.live_groups().map(|(_, one)| one.name.clone()).collect()
        }
        "--load-balancer-arn" | "--load-balancer-arns" => {
            world.elb.live_balancers().map(|(_, one)| one.name.clone()).collect()
        }
        "--role-name" => world.iam.roles.iter().map(|(_, one)| one.name.clone()).collect(),
        "--repository-name" | "--repository-names" => {
            world.ecr.repositories.iter().map(|(_, one)| one.name.clone()).collect()
        }
        "--group-name" | "--group-id" | "--security-groups" | "--source-group" => {
            world.network.groups.iter().map(|(_, one)| one.name.clone()).collect()
        }
        _ => return None,
    })
}
