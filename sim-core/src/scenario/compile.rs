//! From a scenario file to a scenario that can be started, or to all that is wrong with it.

mod apps;
mod spoken;
mod traffic;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use super::file::{FaultTable, ScenarioFile, TimelineLine};
use super::{Diagnostic, Diagnostics, Loaded, Node, Place, Severity, Sources, Tree, load, refused};
use crate::api::command::{Command, Task};
use crate::api::schema::document;
use crate::api::{ApiError, OPERATIONS, OperationEntry};
use crate::engine::{Empirical, Kernel, Time};
use crate::files::Files;
use crate::units::Span;
use crate::world::app::AppSpec;
use crate::world::ecr::{EcrEvent, Image};
use crate::world::traffic::{NewCaller, NewDatabase};
use crate::world::{Account, Assumptions, Ctx, Event, World};
use crate::{schemas, spelling};

/// The longest run: what a signed 64-bit count of nanoseconds holds, and AWS timestamps can print.
const LONGEST_DAYS: u64 = 3650;

/// Lines that a timeline types at most [count].
const LINES_MAX: usize = 200_000;

/// Periods of a CPU quota that Linux takes.
const CPU_PERIODS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(1);

/// A scenario that was understood: it can be started again and again, with any seed.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name of its file.
    pub name: String,
    /// What its file says.
    pub file: ScenarioFile,
    /// What is odd but no error.
    pub warnings: Vec<Diagnostic>,
    /// The texts it was read from.
    pub sources: Sources,
    /// How containers behave, by their place in `[[world.app]]`.
    apps: Vec<AppSpec>,
    /// What they need beside AWS's services, by their place in `[[world.database]]`.
    databases: Vec<NewDatabase>,
    /// Who calls, by their place in `[[world.traffic]]`.
    callers: Vec<NewCaller>,
    /// Resources that exist from the beginning: operations and their inputs, in the order in which they are made.
    setup: Vec<(&'static OperationEntry, Value)>,
    /// What happens at its time, in order of time and place in the file.
    pub actions: Vec<(Time, Action)>,
    /// When it ends.
    pub end: Time,
    assume: Assumptions,
}

/// Something that is done at its time, from outside the world.
#[derive(Clone)]
pub enum Action {
    /// A command line is typed.
    Type(Box<Command>),
    /// An image is pushed, by its place in `[[world.image]]`.
    Push {
        /// The line as it was written.
        line: String,
        /// Its place in `[[world.image]]`.
        image: u32,
    },
    /// A source of requests begins, by its place in `[[world.traffic]]`.
    Call(usize),
    /// A fault strikes, by its place in `[[world.fault]]`.
    Fault(usize),
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Action::Type(command) => f.write_str(&command.line),
            Action::Push { line, .. } => f.write_str(line),
            Action::Call(index) => write!(f, "traffic {index}"),
            Action::Fault(index) => write!(f, "fault {index}"),
        }
    }
}

/// A whole scenario file: the typed tables, and one table of inputs for every operation that makes something.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Text(ScenarioFile);

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Scenario".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut whole = ScenarioFile::json_schema(generator);
        whole.insert("description".to_owned(), "A scenario of the ECS simulator.".into());
        for entry in OPERATIONS {
            let Some((service, table)) = entry.table.and_then(|table| table.split_once('.')) else { continue };
            let input = (entry.schema)(generator);
            let list = json_schema!({
                "type": "array",
                "description": format!("What {} is given, one table each.", entry.name),
                "items": input,
            });
            let services =
                whole.ensure_object().entry("properties").or_insert_with(|| Value::Object(Default::default()));
            let tables =
                services.as_object_mut().expect("properties are an object").entry(service).or_insert_with(|| {
                    let description = format!("Resources of {service} that exist from the beginning.");
                    serde_json::json!({
                        "type": "object", "description": description, "properties": {}, "additionalProperties": false,
                    })
                });
            tables["properties"][table] = list.to_value();
        }
        whole.insert("additionalProperties".to_owned(), false.into());
        whole
    }
}

/// The JSON Schema of scenario files, in the dialect that editors of TOML understand.
pub fn scenario_schema() -> Value {
    super::editor_schema(&schemas::of::<Text>())
}

/// The schemas that a scenario is checked against, by name: that of its file, and those of the operations' inputs.
pub fn schemas_to_check() -> impl Iterator<Item = (String, Value)> {
    let operations = OPERATIONS.iter().map(|entry| (format!("{entry:?}"), document(entry)));
    std::iter::once(schemas::entry::<Text>()).chain(operations)
}

impl Scenario {
    /// Understands a scenario file, or says all that is wrong with it. `files` answers for the files it names.
    pub fn read(name: &str, bytes: &[u8], files: &dyn Files) -> Result<Scenario, Diagnostics> {
        let Loaded { value: Text(file), tree } = load::<Text>(name, bytes, files)?;
        let Tree { mut sources, root, problems } = tree;
        let mut compiler = Compiler { root: &root, sources: &mut sources, files, problems, measured: BTreeMap::new() };
        let scenario = compiler.scenario(name, file);
        let problems = compiler.problems;
        match problems.iter().any(|problem| problem.severity == Severity::Error) {
            false => Ok(Scenario { warnings: problems, sources, ..scenario }),
            true => Err(Diagnostics::new(sources, problems)),
        }
    }

    /// The world at time zero: what the file makes, with this seed.
    pub fn begin(&self, seed: u64) -> (World, Ctx) {
        let (mut world, mut ctx) = self.empty(seed);
        for (entry, input) in &self.setup {
            let made = (entry.call)(input.clone(), &mut world, &mut ctx);
            debug_assert!(made.is_ok(), "it was tried when the file was read");
        }
        self.push_what_is_there(&mut world, &mut ctx);
        // What the tables made took no tokens [CP-026].
        world.limits.begin();
        (world, ctx)
    }

    /// An image whose repository is there from the beginning is there too, unless a timeline line pushes it.
    fn push_what_is_there(&self, world: &mut World, ctx: &mut Ctx) {
        for (index, table) in (0..).zip(&self.file.world.image) {
            let later = |(_, action): &(Time, Action)| matches!(action, Action::Push { image, .. } if *image == index);
            if world.ecr.repository_named(&table.repository).is_some() && !self.actions.iter().any(later) {
                ctx.within(None, |ctx| world.dispatch(Event::Ecr(EcrEvent::Push(index)), ctx));
            }
        }
    }

    /// The account before anything is made in it.
    fn empty(&self, seed: u64) -> (World, Ctx) {
        let header = &self.file.scenario;
        let account =
            Account { id: header.account.clone(), region: header.region.clone(), start: header.start.0, seed };
        let mut world = World::new(account, self.assume);
        let mut ctx = Kernel::new(seed, self.file.budget.budget());
        for database in &self.databases {
            world.add_database(database.clone(), &ctx);
        }
        for app in &self.apps {
            world.describe_app(app.clone(), &mut ctx);
        }
        for hook in &self.file.world.hook {
            world.ecs.describe_hook(hook.name.clone(), hook.script());
        }
        for image in &self.file.world.image {
            let layers: Vec<u64> = image.layers.iter().map(|layer| layer.0).collect();
            world.ecr.declare(Image::new(&world.account, &image.repository, &image.tag, &layers));
        }
        (world, ctx)
    }

    /// Who calls, as `[[world.traffic]]` describes it at this place.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use sim_core::engine::Time;
    /// use sim_core::scenario::Scenario;
    /// use sim_core::world::traffic::Demand;
    ///
    /// let files = BTreeMap::from([("rates.csv".to_owned(), b"0,10\n30m,50\n".to_vec())]);
    /// let expected = |rate: &str| {
    ///     let text = format!(
    ///         "[scenario]\ntitle = 'x'\nduration = '1h'\n\
    ///          [[elbv2.loadBalancer]]\nName = 'alb'\nSubnets = ['us-east-1a', 'us-east-1b']\n\
    ///          [[world.traffic]]\nto = 'alb'\n{rate}"
    ///     );
    ///     let scenario = Scenario::read("x.toml", text.as_bytes(), &files).unwrap();
    ///     let Demand::Open(arrivals) = scenario.caller(0).demand else { panic!("an open system") };
    ///     arrivals.expected_before(Time::from_secs(3600)).round()
    /// };
    /// assert_eq!(expected("rate = 10"), 36_000.0);
    /// assert_eq!(expected("rate = '600/min'\narrivals = 'constant'\nuntil = '30m'"), 18_000.0);
    /// assert_eq!(expected("rate = { steps = [['0m', 10], ['30m', 20]] }"), 54_000.0);
    /// assert_eq!(expected("rate = { diurnal = { mean = 10, amplitude = 9, period = '1h' } }"), 36_000.0);
    /// assert_eq!(expected("rate = { spike = { base = 10, peak = 40, at = '10m', hold = '1m' } }"), 37_800.0);
    /// assert_eq!(expected("rate = { burst = { peak = 40, on = '10s', off = '30s' } }"), 36_000.0);
    /// assert_eq!(expected("rate = { csv = 'rates.csv' }"), 54_000.0);
    /// ```
    pub fn caller(&self, index: usize) -> NewCaller {
        self.callers[index].clone()
    }
}

/// Reads one file, and collects what is wrong.
pub(super) struct Compiler<'a> {
    root: &'a Node,
    sources: &'a mut Sources,
    files: &'a dyn Files,
    problems: Vec<Diagnostic>,
    /// What was measured, by the file and how it is read: each is read once.
    measured: BTreeMap<String, Option<Arc<Empirical>>>,
}

impl Compiler<'_> {
    pub(super) fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        label: &str,
    ) -> &mut Diagnostic {
        self.problems.push(Diagnostic::error(code, message).at(place, label));
        self.problems.last_mut().expect("one was pushed")
    }

    pub(super) fn warn(&mut self, code: &'static str, message: impl Into<String>, path: &str, help: String) {
        let place = self.place(path);
        self.problems.push(Diagnostic::warning(code, message).at(place, "").help(help));
    }

    /// Where `path` stands in the main file.
    pub(super) fn place(&self, path: &str) -> Place {
        self.root.find(path).0.place()
    }

    fn scenario(&mut self, name: &str, file: ScenarioFile) -> Scenario {
        self.header(&file);
        let end = Time::ZERO + file.scenario.duration.0;
        let databases = (0..).zip(&file.world.database).map(|(index, it)| self.database(index, it)).collect();
        let apps = (0..).zip(&file.world.app).map(|(index, app)| self.app_spec(index, app)).collect();
        let callers: Vec<NewCaller> =
            (0..).zip(&file.world.traffic).map(|(index, traffic)| self.caller(index, traffic, end)).collect();
        self.expected_requests(&file, &callers, end);
        let actions = self.actions(&file, &callers);
        let assume = file.assume.assumptions();
        let scenario = Scenario {
            name: name.to_owned(),
            file,
            warnings: Vec::new(),
            sources: Sources::default(),
            apps,
            databases,
            callers,
            setup: Vec::new(),
            actions,
            end,
            assume,
        };
        self.rehearse(scenario)
    }

    fn header(&mut self, file: &ScenarioFile) {
        let header = &file.scenario;
        if file.assume.cpu_period.is_some_and(|it| !CPU_PERIODS.contains(&it.0)) {
            let place = self.place("assume.cpu_period");
            let problem = self.error("duration", "the period is out of range", place, "expected \"1ms\" to \"1s\"");
            problem.help = "Linux takes \"100ms\"; leave it away for an even share at every moment".to_owned();
        }
        let days = header.duration.0.as_secs() / 86_400;
        if header.duration.0.is_zero() || days > LONGEST_DAYS {
            let place = self.place("scenario.duration");
            let label = format!("expected more than \"0s\" and at most \"{LONGEST_DAYS}d\"");
            self.error("duration", "the scenario's duration is out of range", place, &label);
        }
        if header.account.len() != 12 || !header.account.bytes().all(|b| b.is_ascii_digit()) {
            let place = self.place("scenario.account");
            self.error(
                "account",
                "an AWS account id has twelve digits",
                place,
                "expected something like \"123456789012\"",
            );
        }
        let is_region = |region: &str| {
            let parts: Vec<&str> = region.split('-').collect();
            let words = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
            parts.len() >= 3 && words && parts.last().is_some_and(|last| last.parse::<u8>().is_ok())
        };
        if !is_region(&header.region) {
            let place = self.place("scenario.region");
            self.error(
                "region",
                "this is not the name of an AWS Region",
                place,
                "expected something like \"us-east-1\"",
            );
        }
    }

    /// Everything that happens at its time, in order.
    fn actions(&mut self, file: &ScenarioFile, callers: &[NewCaller]) -> Vec<(Time, Action)> {
        let mut actions = Vec::new();
        for (index, line) in file.timeline.iter().enumerate() {
            self.repeated(index, line);
            if let Some(action) = self.line(index, &line.run, file) {
                let all = line.moments().map(|at| (Time::ZERO + at, action.clone()));
                actions.extend(all.take(LINES_MAX.saturating_sub(actions.len())));
            }
            if actions.len() == LINES_MAX {
                let place = self.place(&format!("timeline[{index}].times"));
                let message = format!("the timeline types {LINES_MAX} lines or more");
                self.error("repeat", message, place, "with this one").help = "repeat less".to_owned();
                break;
            }
        }
        for (index, caller) in callers.iter().enumerate() {
            actions.push((caller.demand.begins(), Action::Call(index)));
        }
        for (index, fault) in file.world.fault.iter().enumerate() {
            actions.push((Time::ZERO + fault.at().0, Action::Fault(index)));
        }
        let end = Time::ZERO + file.scenario.duration.0;
        let too_late = actions.iter().filter(|(at, _)| *at > end).count();
        if too_late > 0 {
            let place = self.place("scenario.duration");
            let message = format!("{too_late} of the things in this file happen after its end and will not be seen");
            self.problems.push(Diagnostic::warning("after-the-end", message).at(place, "the scenario ends here"));
        }
        actions.sort_by_key(|(at, _)| *at);
        actions
    }

    /// A line that is typed several times says how often, and from when to when.
    fn repeated(&mut self, index: usize, line: &TimelineLine) {
        let mut error = |key: &str, message: String, label: &str, help: &str| {
            let place = self.place(&format!("timeline[{index}].{key}"));
            self.error("repeat", message, place, label).help = help.to_owned();
        };
        match (line.every, line.times) {
            (Some(_), None) => {
                error("every", "how often is this line typed?".to_owned(), "", "say `times` as well: times = 10");
            }
            (None, Some(times)) if times > 1 => {
                let message = format!("when is this line typed for the other {} times?", times - 1);
                error("times", message, "", "say `every` as well: every = \"1s\"");
            }
            (Some(every), Some(_)) if every.0.is_zero() => {
                let message = "nobody types a line again at once".to_owned();
                error("every", message, "expected more than \"0s\"", "write as many lines as you mean");
            }
            _ => {}
        }
    }

    /// One line of the timeline.
    fn line(&mut self, index: usize, text: &str, file: &ScenarioFile) -> Option<Action> {
        let text = text.trim();
        if let Some(reference) = text.strip_prefix("docker push ") {
            return self.push(index, text, reference.trim(), file);
        }
        match Command::parse(text, self.files) {
            Ok(command) => {
                if let Some(region) = command.region.as_ref().filter(|region| **region != file.scenario.region) {
                    let message =
                        format!("the scenario is in {}, and nothing exists in {region}", file.scenario.region);
                    let place = self.place(&format!("timeline[{index}].run"));
                    self.error("region", message, place, "leave --region away");
                }
                Some(Action::Type(Box::new(command)))
            }
            Err(problems) => {
                for problem in problems {
                    let place = self.inside(&format!("timeline[{index}].run"), text, problem.span);
                    self.error("command", problem.message, place, "").help = problem.help;
                }
                None
            }
        }
    }

    fn push(&mut self, index: usize, line: &str, reference: &str, file: &ScenarioFile) -> Option<Action> {
        let (repository, tag) = reference.rsplit_once(':').unwrap_or((reference, "latest"));
        let repository = repository.rsplit('/').next().unwrap_or(repository);
        let images = &file.world.image;
        let found = images.iter().position(|image| image.repository == repository && image.tag == tag);
        if found.is_none() {
            let known: Vec<String> = images.iter().map(|image| format!("{}:{}", image.repository, image.tag)).collect();
            let place = self.place(&format!("timeline[{index}].run"));
            let message = format!("there is no image {repository}:{tag} to push");
            let help = spelling::nearest(&format!("{repository}:{tag}"), known.iter().map(String::as_str))
                .map_or("describe it in [[world.image]]".to_owned(), |near| format!("is {near} meant?"));
            self.error("image", message, place, "").help = help;
        }
        Some(Action::Push { line: line.to_owned(), image: found? as u32 })
    }

    /// Where a part of the text of the string at `path` stands in the file. A string with escapes is shown whole.
    fn inside(&self, path: &str, text: &str, part: Range<usize>) -> Place {
        let (source, whole) = self.place(path);
        let written = self.sources.get(source).text.get(whole.clone()).unwrap_or_default();
        match written.find(text) {
            Some(offset) => (source, whole.start + offset + part.start..whole.start + offset + part.end),
            None => (source, whole),
        }
    }

    /// Makes the resources and types all lines in a world in which no time passes: what refers to something that does
    /// not exist, or what AWS refuses to create, is found before the run begins.
    fn rehearse(&mut self, mut scenario: Scenario) -> Scenario {
        let (mut world, mut ctx) = scenario.empty(scenario.file.scenario.seed);
        for entry in OPERATIONS {
            let Some((service, table)) = entry.table.and_then(|table| table.split_once('.')) else { continue };
            let Some(tables) = self.root.get(service).and_then(|service| service.get(table)) else { continue };
            for node in tables.items() {
                let input = node.to_json();
                match (entry.call)(input.clone(), &mut world, &mut ctx) {
                    Ok(_) => scenario.setup.push((entry, input)),
                    Err(error) => self.problems.push(refused(&error, node)),
                }
            }
        }
        let mut secure = spoken::Secure::default();
        secure.look(&world);
        let made_before = balancers(&world);
        let mut made: Vec<(Time, String)> = made_before.into_iter().map(|name| (Time::ZERO, name)).collect();
        for (index, line) in scenario.file.timeline.iter().enumerate() {
            let Some((_, Action::Type(command))) = scenario
                .actions
                .iter()
                .find(|(_, action)| matches!(action, Action::Type(command) if command.line.trim() == line.run.trim()))
            else {
                continue;
            };
            let Task::Call { entry, input } = &command.task else { continue };
            if let Err(error) = (entry.call)(input.clone(), &mut world, &mut ctx)
                && is_about_a_name(&error, &world)
            {
                let place = self.place(&format!("timeline[{index}].run"));
                self.error("refused", error.to_string(), place, "typed here").help.clone_from(&error.help);
            }
            secure.look(&world);
            for name in balancers(&world) {
                if !made.iter().any(|(_, known)| *known == name) {
                    made.push((Time::ZERO + line.at.0, name));
                }
            }
        }
        self.world_half(&scenario, &world, &made);
        self.spoken(&scenario, &world, &secure);
        self.expectations(&scenario, &world);
        scenario
    }

    /// What the world half refers to must be there when it is needed.
    fn world_half(&mut self, scenario: &Scenario, world: &World, balancers: &[(Time, String)]) {
        let containers: Vec<String> = world
            .ecs
            .definitions
            .iter()
            .flat_map(|(_, d)| d.containers.iter().map(move |container| format!("{}/{}", d.family, container.name)))
            .collect();
        for (index, app) in scenario.file.world.app.iter().enumerate() {
            if containers.is_empty() {
                // A world in which somebody will register the task definition by hand, as in a lesson.
                let place = self.place(&format!("world.app[{index}].container"));
                let message = format!("no task definition makes a container {:?} here", app.container);
                let warning = Diagnostic::warning("reference", message).at(place, "");
                self.problems.push(warning.help("this is how it behaves once somebody registers one"));
            } else if !containers.contains(&app.container) {
                let path = format!("world.app[{index}].container");
                self.unknown(&path, "container", &app.container, &containers, "family/container of a task definition");
            }
        }
        for (index, traffic) in scenario.file.world.traffic.iter().enumerate() {
            let path = format!("world.traffic[{index}].to");
            let begins = scenario.callers[index].demand.begins();
            match balancers.iter().find(|(_, name)| *name == traffic.to) {
                None => {
                    let names: Vec<String> = balancers.iter().map(|(_, name)| name.clone()).collect();
                    self.unknown(&path, "load balancer", &traffic.to, &names, "the name of a load balancer");
                }
                Some((at, name)) if begins < *at => {
                    let message = format!("requests to {name} begin at {begins}, before it is created at {at}");
                    let place = self.place(&path);
                    self.error("too-early", message, place, "").help = "let them begin later".to_owned();
                }
                Some(_) => {}
            }
        }
        self.needs(&scenario.file, world, balancers);
        let services: Vec<String> = world
            .ecs
            .services
            .iter()
            .map(|(_, service)| format!("{}/{}", world.ecs.clusters[service.cluster].name, service.name))
            .collect();
        for (index, fault) in scenario.file.world.fault.iter().enumerate() {
            self.fault(&format!("world.fault[{index}]"), fault, &services, world);
        }
    }

    /// A fault strikes something that is there, and lasts for some time.
    fn fault(&mut self, path: &str, fault: &FaultTable, services: &[String], world: &World) {
        match fault {
            FaultTable::Kill(kill) if !services.contains(&kill.kill) => {
                self.unknown(&format!("{path}.kill"), "service", &kill.kill, services, "cluster/service");
            }
            FaultTable::Break(it) if !services.contains(&it.service) => {
                self.unknown(&format!("{path}.break"), "service", &it.service, services, "cluster/service");
            }
            FaultTable::Kill(_) | FaultTable::Break(_) => {}
            // An instance may be launched later than this is read.
            FaultTable::Agent(cut) => self.lasts(path, cut.lasts, "fault"),
            FaultTable::Database(slow) => {
                let databases: Vec<String> =
                    world.traffic.databases.iter().map(|(_, database)| database.name.clone()).collect();
                if !databases.contains(&slow.database) {
                    let path = format!("{path}.database");
                    self.unknown(&path, "database", &slow.database, &databases, "a [[world.database]]");
                }
                self.lasts(path, slow.lasts, "fault");
            }
            FaultTable::Zone(zone) => {
                if world.network.zone_named(&zone.zone).is_none() {
                    let zones: Vec<String> = world.network.zones.iter().map(|one| one.name.clone()).collect();
                    let place = self.place(&format!("{path}.zone"));
                    let help = match spelling::nearest(&zone.zone, zones.iter().map(String::as_str)) {
                        Some(near) => format!("is {near:?} meant?"),
                        None => format!("the zones of {} are {}", world.account.region, zones.join(", ")),
                    };
                    let message = format!("there is no zone {:?}", zone.zone);
                    self.error("reference", message, place, "expected a zone of the Region").help = help;
                }
                self.lasts(path, zone.lasts, "loss");
            }
        }
    }

    /// What lasts for no time does not happen.
    fn lasts(&mut self, path: &str, lasts: Option<Span>, what: &str) {
        if lasts.is_some_and(|lasts| lasts.0.is_zero()) {
            let place = self.place(&format!("{path}.for"));
            let message = format!("a {what} of no length is none");
            let problem = self.error("duration", message, place, "expected more than \"0s\"");
            problem.help = format!("leave it away for a {what} until the end");
        }
    }

    pub(super) fn unknown(&mut self, path: &str, kind: &str, name: &str, known: &[String], expected: &str) {
        let place = self.place(path);
        let help = match spelling::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("is {near:?} meant?"),
            None if known.is_empty() => format!("this scenario makes no {kind}"),
            None => format!("this scenario makes: {}", known.join(", ")),
        };
        let label = format!("expected {expected}");
        self.error("reference", format!("there is no {kind} {name:?}"), place, &label).help = help;
    }

    /// What `[[expect]]` asks must exist, and must be able to fail.
    fn expectations(&mut self, scenario: &Scenario, world: &World) {
        for (index, expect) in scenario.file.expect.iter().enumerate() {
            for refusal in crate::observe::check_expectation(expect, scenario.end, world) {
                let place = self.place(&format!("expect[{index}].{}", refusal.field));
                self.error("expect", refusal.message, place, "").help = refusal.help;
            }
        }
    }
}

/// Whether an error says that something of this name is not there.
fn is_about_a_name(error: &ApiError, world: &World) -> bool {
    // Container instances register when their EC2 instances have booted, and groups launch theirs by and by, so that a
    // rehearsal knows none.
    let launches = !world.groups.all.is_empty() && error.code == "InvalidInstanceID.NotFound";
    let later = error.code == "TargetNotFoundException" || launches;
    !later && (error.code.contains("NotFound") || error.code.contains("NoSuchEntity"))
}

fn balancers(world: &World) -> Vec<String> {
    world.elb.balancers.iter().map(|(_, balancer)| balancer.name.clone()).collect()
}

#[cfg(test)]
mod tests;
