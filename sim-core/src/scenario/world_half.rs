//! Checks of the world half that no schema can say: who is needed exists, nobody needs himself, and a caller says in
//! one way how its requests come about.

use std::collections::{BTreeMap, BTreeSet};

use super::app_table::NeedTable;
use super::compile::Compiler;
use super::file::{ScenarioFile, TrafficTable};
use crate::engine::Time;
use crate::spelling;
use crate::world::World;
use crate::world::discovery::RegistryId;

/// Cycles of needs that are shown at most [count].
const CYCLES_MAX: usize = 20;
/// Names of classes that are looked for among the others [count]; who has more of them wrong has enough to do.
const CLASSES_MAX: usize = 100;

/// Whom a container needs, and where that is said.
type Edges<'a> = BTreeMap<&'a str, Vec<(&'a str, &'a str)>>;

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
                (None, Some(service)) if !names.contains(service) && !self.is_endpoint(service, world) => {
                    self.unknown(
                        &format!("{path}.service"),
                        "load balancer or endpoint",
                        service,
                        &[&names[..], &endpoints(world)].concat(),
                        "the name of a load balancer, or of an endpoint of Service Connect with its port",
                    );
                }
                (Some(_), None) | (None, Some(_)) => {}
                _ => {
                    let place = self.place(path);
                    let message = "a need is either a database or a service behind a load balancer or an endpoint";
                    self.error("need", message, place, "").help =
                        "write { database = \"orders\" } or { service = \"inventory-alb\" }".to_owned();
                }
            }
            let only_database = [("query", need.query.is_some())];
            let only_service = [
                ("class", need.class.is_some()),
                ("path", need.path.is_some()),
                ("timeout", need.timeout.is_some()),
                ("keep_alive", need.keep_alive.is_some()),
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
        self.described_once(file);
        self.ends(file);
        self.classes(file, &found);
    }

    /// Whether an application can call this name through Service Connect, or could by the time that somebody has typed what
    /// the timeline says.
    fn is_endpoint(&self, name: &str, world: &World) -> bool {
        let endpoint = world.discovery.registries.iter().any(|(_, registry)| registry.is_called(name));
        endpoint || world.discovery.registry_by_dns(name).is_some()
    }

    /// A process ends in one way, and has an exit code only when it ends.
    fn ends(&mut self, file: &ScenarioFile) {
        for (index, app) in file.world.app.iter().enumerate() {
            if app.crash_after.is_some() && app.exits_after.is_some() {
                let place = self.place(&format!("world.app[{index}].crash_after"));
                self.error("exit", "`exits_after` says already when the process ends", place, "").help =
                    "keep one of them; `exit_code = 1` makes an exit a failure".to_owned();
            } else if app.exit_code.is_some() && app.exits_after.is_none() {
                let place = self.place(&format!("world.app[{index}].exit_code"));
                self.error("exit", "`exit_code` is that of a process that ends by itself", place, "").help =
                    "say when it does: `exits_after = \"10s\"`; `shutdown_code` is that after the stop signal"
                        .to_owned();
            }
        }
    }

    /// No container, and no class of one, is described twice: the second description would win without a word.
    fn described_once(&mut self, file: &ScenarioFile) {
        let mut containers = BTreeSet::new();
        for (index, app) in file.world.app.iter().enumerate() {
            if !containers.insert(app.container.as_str()) {
                let place = self.place(&format!("world.app[{index}].container"));
                let message = format!("{:?} is described twice", app.container);
                self.error("reference", message, place, "described a second time here").help =
                    "say all about it in one [[world.app]]".to_owned();
            }
            let mut names = BTreeSet::new();
            for (at, class) in app.class.iter().enumerate() {
                if !names.insert(class.name.as_str()) {
                    let place = self.place(&format!("world.app[{index}].class[{at}].name"));
                    let message = format!("{:?} has two classes {:?}", app.container, class.name);
                    self.error("reference", message, place, "named a second time here").help =
                        "give it another name".to_owned();
                }
            }
        }
    }

    /// Classes are named by those who call and described by those who are called: a name that only one of them knows is
    /// most likely misspelt.
    fn classes(&mut self, file: &ScenarioFile, found: &[Found<'_>]) {
        let mut asked: Vec<(String, &str)> = Vec::new();
        for (index, traffic) in file.world.traffic.iter().enumerate() {
            let path = format!("world.traffic[{index}]");
            let mix = traffic.mix.iter().enumerate().map(|(at, class)| (format!("{path}.mix[{at}].name"), class));
            let all = mix.chain(traffic.request.as_ref().map(|class| (format!("{path}.request.name"), class)));
            asked.extend(all.filter_map(|(path, class)| Some((path, class.name.as_deref()?))));
        }
        let of_needs =
            found.iter().filter_map(|(path, _, need)| Some((format!("{path}.class"), need.class.as_deref()?)));
        asked.extend(of_needs);
        let described: BTreeSet<&str> =
            file.world.app.iter().flat_map(|app| app.class.iter().map(|class| class.name.as_str())).collect();
        if !described.is_empty() {
            for (path, name) in asked.iter().filter(|(_, name)| !described.contains(name)).take(CLASSES_MAX) {
                let help = match spelling::nearest(name, described.iter().copied()) {
                    Some(near) => format!("is {near:?} meant?"),
                    None => "its requests take what `request` says".to_owned(),
                };
                let message = format!("no application says what requests of the class {name:?} take");
                self.warn("class", message, path, help);
            }
        }
        let asked: BTreeSet<&str> = asked.iter().map(|(_, name)| *name).collect();
        for (index, app) in file.world.app.iter().enumerate() {
            let unasked = app.class.iter().enumerate().filter(|(_, class)| !asked.contains(class.name.as_str()));
            // Whoever misspelt it has been asked already whether it is meant.
            let unasked = unasked.take(CLASSES_MAX);
            for (at, class) in unasked.filter(|(_, it)| spelling::nearest(&it.name, asked.iter().copied()).is_none()) {
                let message = format!("nobody makes requests of the class {:?}", class.name);
                let help = "name it in the `mix` or the `request` of a [[world.traffic]]".to_owned();
                self.warn("class", message, &format!("world.app[{index}].class[{at}].name"), help);
            }
        }
    }

    /// A service that needs itself, over however many others, would wait for itself for ever.
    fn cycles(&mut self, found: &[Found<'_>], world: &World) {
        let (behind, endpoint_behind) = (behind(world), behind_endpoints(world));
        let mut edges = Edges::new();
        for (path, container, need) in found {
            let Some(service) = &need.service else { continue };
            let by_dns = world.discovery.registry_by_dns(service);
            let all = world.discovery.registries.iter();
            let called = all.filter(|(id, registry)| registry.is_called(service) || Some(*id) == by_dns);
            let proxied = called.filter_map(|(id, _)| endpoint_behind.get(&id)).flatten();
            for other in behind.get(service.as_str()).into_iter().flatten().chain(proxied) {
                edges.entry(container).or_default().push((other, path));
            }
        }
        for cycle in cycles_of(&edges) {
            let Some(((first, _), (_, place))) = cycle.last().zip(cycle.first()) else { continue };
            let names = std::iter::once(first).chain(cycle.iter().map(|(container, _)| container));
            let names: Vec<&str> = names.copied().collect();
            let place = self.place(place);
            let message = format!("requests would wait for themselves: {}", names.join(" needs "));
            self.error("cycle", message, place, "the way around begins here").help =
                "let one of them not need the next".to_owned();
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
        let family = &world.ecs.definitions[world.ecs.deployments[deployment].recipe.definition].family;
        for link in &service.load_balancers {
            if let Some(balancer) = world.elb.groups[link.group].balancer {
                let name = world.elb.balancers[balancer].name.as_str();
                behind.entry(name).or_default().push(format!("{family}/{}", link.container));
            }
        }
    }
    behind
}

/// The names by which endpoints of Service Connect are called.
fn endpoints(world: &World) -> Vec<String> {
    let all = world.discovery.registries.iter().filter_map(|(_, registry)| registry.endpoint.as_ref());
    let named = world.discovery.registries.iter().filter(|(_, registry)| registry.dns.is_some());
    let names = named.map(|(id, _)| world.discovery.name_of(id));
    all.map(|endpoint| format!("{}:{}", endpoint.dns_name, endpoint.port)).chain(names).collect()
}

/// The containers behind each endpoint, as `family/container`.
fn behind_endpoints(world: &World) -> BTreeMap<RegistryId, Vec<String>> {
    let mut behind: BTreeMap<RegistryId, Vec<String>> = BTreeMap::new();
    for (_, service) in world.ecs.services.iter() {
        let recipe = &world.ecs.deployments[service.primary()].recipe;
        let definition = &world.ecs.definitions[recipe.definition];
        for offered in recipe.connect.iter().flat_map(|connect| &connect.services) {
            if let Some((container, _)) = definition.port_named(&offered.port_name) {
                let name = &definition.containers[usize::from(container)].name;
                behind.entry(offered.registry).or_default().push(format!("{}/{name}", definition.family));
            }
        }
        for link in &recipe.registries {
            let first = definition.containers.first().map(|container| &container.name);
            if let Some(name) = link.container.as_ref().or(first) {
                behind.entry(link.registry).or_default().push(format!("{}/{name}", definition.family));
            }
        }
    }
    behind
}

/// Ways from a container back to itself, each as (container that is needed, where that is said). Every container that
/// is on such a way is on one of these, unless there are very many.
fn cycles_of<'a>(edges: &Edges<'a>) -> Vec<Vec<(&'a str, &'a str)>> {
    let (mut cycles, mut done) = (Vec::new(), BTreeSet::new());
    for &start in edges.keys() {
        // The way to where we are: container, where it is needed, and how many of its own needs were followed.
        let mut way = vec![(start, "", 0)];
        let mut on_way = BTreeMap::from([(start, 0)]);
        while let Some((at, _, followed)) = way.last_mut() {
            let need = edges.get(at).filter(|_| !done.contains(at)).and_then(|needs| needs.get(*followed));
            let Some(&(needed, path)) = need else {
                done.insert(*at);
                on_way.remove(at);
                way.pop();
                continue;
            };
            *followed += 1;
            if let Some(&begin) = on_way.get(needed) {
                let mut cycle: Vec<_> = way[begin + 1..].iter().map(|&(at, path, _)| (at, path)).collect();
                cycle.push((needed, path));
                cycles.push(cycle);
                if cycles.len() == CYCLES_MAX {
                    return cycles;
                }
            } else if !done.contains(needed) {
                on_way.insert(needed, way.len());
                way.push((needed, path, 0));
            }
        }
    }
    cycles
}
