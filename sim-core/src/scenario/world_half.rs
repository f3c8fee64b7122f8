//! Checks of the world half that no schema can say: who is needed exists, nobody needs himself, and a caller says in
//! one way how its requests come about.

use std::collections::BTreeMap;

use super::app_table::NeedTable;
use super::compile::Compiler;
use super::file::{ScenarioFile, TrafficTable};
use crate::engine::Time;
use crate::world::World;

/// Where a need stands in the file, who has it, and what it says.
type Found<'a> = (String, &'a str, &'a NeedTable);

impl Compiler<'_> {
    /// What requests need: it exists, and does not need them in turn.
    pub(super) fn needs(&mut self, file: &ScenarioFile, world: &World, balancers: &[(Time, String)]) {
        let databases: Vec<String> = file.world.database.iter().map(|database| database.name.clone()).collect();
        for (index, database) in databases.iter().enumerate() {
            if databases[..index].contains(database) {
                let place = self.place(&format!("world.database[{index}].name"));
                let message = format!("there are two databases {database:?}");
                self.error("reference", message, place, "named a second time here").help =
                    "give it another name".to_owned();
            }
        }
        let names: Vec<String> = balancers.iter().map(|(_, name)| name.clone()).collect();
        let found = found(file);
        for (path, _, need) in &found {
            match (&need.database, &need.service) {
                (Some(database), None) if !databases.contains(database) => {
                    self.unknown(&format!("{path}.database"), "database", database, &databases, "a [[world.database]]");
                }
                (None, Some(service)) if !names.contains(service) => {
                    self.unknown(
                        &format!("{path}.service"),
                        "load balancer",
                        service,
                        &names,
                        "a load balancer's name",
                    );
                }
                (Some(_), None) | (None, Some(_)) => {}
                _ => {
                    let place = self.place(path);
                    let message = "a need is either a database or a service behind a load balancer";
                    self.error("need", message, place, "").help =
                        "write { database = \"orders\" } or { service = \"inventory-alb\" }".to_owned();
                }
            }
            let only_database = [("query", need.query.is_some())];
            let only_service = [
                ("class", need.class.is_some()),
                ("path", need.path.is_some()),
                ("timeout", need.timeout.is_some()),
                ("retry", need.retry.is_some()),
            ];
            let misplaced = if need.database.is_some() { &only_service[..] } else { &only_database[..] };
            for (key, _) in misplaced.iter().filter(|(_, set)| *set) {
                let place = self.place(&format!("{path}.{key}"));
                let whom = if need.database.is_some() { "database" } else { "service" };
                self.error("need", format!("`{key}` says nothing about a {whom}"), place, "").help =
                    "leave it away".to_owned();
            }
        }
        for (index, app) in file.world.app.iter().enumerate() {
            if let Some(database) = app.health_database.as_ref().filter(|name| !databases.contains(name)) {
                let path = format!("world.app[{index}].health_database");
                self.unknown(&path, "database", database, &databases, "a [[world.database]]");
            }
        }
        self.cycles(&found, world);
    }

    /// A service that needs itself, over however many others, would wait for itself for ever.
    fn cycles(&mut self, found: &[Found<'_>], world: &World) {
        let behind = behind(world);
        let mut edges: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (path, container, need) in found {
            let there = need.service.as_ref().and_then(|service| behind.get(service.as_str()));
            for other in there.into_iter().flatten() {
                edges.entry(container).or_default().push((other, path));
            }
        }
        let mut told = Vec::new();
        for &start in edges.keys() {
            let mut way: Vec<(&str, &str)> = Vec::new();
            if let Some(cycle) = around(start, start, &edges, &mut way, &mut Vec::new())
                && !told.contains(&start)
            {
                told.extend(cycle.iter().map(|(container, _)| *container));
                let names: Vec<&str> =
                    std::iter::once(start).chain(cycle.iter().map(|(container, _)| *container)).collect();
                let place = self.place(cycle[0].1);
                let message = format!("requests would wait for themselves: {}", names.join(" needs "));
                self.error("cycle", message, place, "the way around begins here").help =
                    "let one of them not need the next".to_owned();
            }
        }
    }

    /// How a caller's requests come about is said in one way, and so is what they are.
    pub(super) fn demand(&mut self, index: usize, traffic: &TrafficTable) {
        let path = format!("world.traffic[{index}]");
        if !traffic.mix.is_empty() && traffic.request.is_some() {
            let place = self.place(&format!("{path}.request"));
            self.error("request", "`mix` says already what is asked for", place, "").help =
                "make it one more of the mix".to_owned();
        }
        let shares = traffic.mix.iter().map(|class| u64::from(class.share.unwrap_or(1)));
        if !traffic.mix.is_empty() && shares.sum::<u64>() == 0 {
            let place = self.place(&format!("{path}.mix"));
            self.error("mix", "the shares of a mix cannot all be zero", place, "").help =
                "give one of them a share".to_owned();
        }
        for (key, set) in [("rate", traffic.rate.is_some()), ("log", traffic.log.is_some())] {
            if set && traffic.users.is_some() {
                let place = self.place(&format!("{path}.{key}"));
                let message = format!("users come back when they have their answers, so `{key}` has no place");
                self.error("rate", message, place, "").help = "keep `users` or this".to_owned();
            }
        }
        if traffic.users.is_none() && traffic.think.is_some() {
            let place = self.place(&format!("{path}.think"));
            self.error("think", "only `users` think", place, "").help = "say how many `users` there are".to_owned();
        }
        if traffic.users.is_some() && traffic.sessions.is_some() {
            let place = self.place(&format!("{path}.sessions"));
            self.error("sessions", "each of `users` is a session already", place, "").help = "leave it away".to_owned();
        }
    }
}

/// All needs of all applications.
fn found(file: &ScenarioFile) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for (index, app) in file.world.app.iter().enumerate() {
        for (place, need) in app.request.needs.iter().enumerate() {
            found.push((format!("world.app[{index}].request.needs[{place}]"), app.container.as_str(), need));
        }
        for (class, table) in app.class.iter().enumerate() {
            for (place, need) in table.request.needs.iter().enumerate() {
                let path = format!("world.app[{index}].class[{class}].needs[{place}]");
                found.push((path, app.container.as_str(), need));
            }
        }
    }
    found
}

/// The containers behind each load balancer, as `family/container`.
fn behind(world: &World) -> BTreeMap<&str, Vec<String>> {
    let mut behind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (_, service) in world.ecs.services.iter() {
        let Some(&deployment) = service.deployments.last() else { continue };
        let family = &world.ecs.definitions[world.ecs.deployments[deployment].definition].family;
        for link in &service.load_balancers {
            if let Some(balancer) = world.elb.groups[link.group].balancer {
                let name = world.elb.balancers[balancer].name.as_str();
                behind.entry(name).or_default().push(format!("{family}/{}", link.container));
            }
        }
    }
    behind
}

/// The way from `at` back to `start`, as (container that is needed, where that is said); none when there is none.
fn around<'a>(
    start: &str,
    at: &'a str,
    edges: &BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
    way: &mut Vec<(&'a str, &'a str)>,
    seen: &mut Vec<&'a str>,
) -> Option<Vec<(&'a str, &'a str)>> {
    for &(next, path) in edges.get(at).into_iter().flatten() {
        way.push((next, path));
        if next == start {
            return Some(way.clone());
        }
        if !seen.contains(&next) {
            seen.push(next);
            if let Some(cycle) = around(start, next, edges, way, seen) {
                return Some(cycle);
            }
        }
        way.pop();
    }
    None
}
