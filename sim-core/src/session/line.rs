//! Typed lines that change the world, or ask it: `aws …`, `docker push …`, and the world's own door, `world …`.

use std::fmt;
use std::ops::Range;

use std::time::Duration;

use crate::Simulation;
use crate::api::command::{Problem, USAGE_ERROR};
use crate::files::Files;
use crate::spelling::nearest;
use crate::units::{Rate, Span};
use crate::world::World;
use crate::world::ecs::{TaskId, TaskStatus};

/// Why a line was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    line: String,
    /// Where, what, and the way out.
    pub problems: Vec<(Range<usize>, String, String)>,
}

impl Refusal {
    /// A line that is refused as a whole.
    pub fn new(line: &str, message: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { line: line.to_owned(), problems: vec![(0..line.len(), message.into(), help.into())] }
    }

    fn of(line: &str, problems: Vec<Problem>) -> Refusal {
        let problems = problems.into_iter().map(|problem| (problem.span, problem.message, problem.help)).collect();
        Refusal { line: line.to_owned(), problems }
    }

    /// What a shell would exit with.
    pub fn code(&self) -> u8 {
        USAGE_ERROR
    }
}

/// How many characters of a long line are shown around a problem [count].
const SHOWN: usize = 72;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (span, message, help)) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "error: {message}")?;
            let (start, end) = (self.line.floor_char_boundary(span.start), self.line.ceil_char_boundary(span.end));
            if start > 0 || end < self.line.len() {
                let before = self.line[..start].chars().count();
                let from = before.saturating_sub(SHOWN / 2);
                let shown: String = self.line.chars().skip(from).take(SHOWN).collect();
                let shown = shown.replace(['\n', '\t'], " ");
                let width = self.line[start..end.max(start)].chars().count().clamp(1, SHOWN);
                write!(f, "\n  {shown}\n  {:indent$}{}", "", "^".repeat(width), indent = before - from)?;
            }
            if !help.is_empty() {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// What the world's own door takes, for help and completion: words, and what they do.
pub const WORLD_LINES: &[(&str, &str)] = &[
    ("world kill TASK", "kill the processes of a running task, as a crash of its host would"),
    ("world lose ZONE [SPAN]", "a zone loses its power, for so long or until the end: us-east-1a 5m"),
    (
        "world cut INSTANCE [SPAN]",
        "ECS does not hear the agent of an instance, for so long or until the end: instance#1 3m",
    ),
    ("world traffic LOAD_BALANCER RATE", "let so many requests come from now on: 50/s"),
];

/// Types a line. What cannot be understood changes nothing.
pub fn apply(to: &mut Simulation, line: &str, files: &dyn Files) -> Result<(), Refusal> {
    let line = line.trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    let refuse = |message: String, help: String| Err(Refusal::new(line, message, help));
    match words.as_slice() {
        ["docker", "push", reference] => push(to, line, reference),
        ["docker", ..] => refuse("of docker only `docker push REPOSITORY:TAG` is known here".into(), String::new()),
        ["world", "kill", task] => match running_task(to.world(), task) {
            Some(task) => {
                to.kill(line, task);
                Ok(())
            }
            None => {
                let world = to.world();
                let running = || running_tasks(world).map(|task| &*world.ecs.tasks[task].name);
                let help = nearest(task, running())
                    .map_or_else(|| format!("running: {}", list(running())), |near| format!("is {near:?} meant?"));
                refuse(format!("no task {task:?} runs"), help)
            }
        },
        ["world", "lose", zone, lasts @ ..] if lasts.len() <= 1 => {
            let Some(id) = to.world().network.zone_named(zone) else {
                let zones = || to.world().network.zones.iter().map(|one| one.name.as_str());
                let help = nearest(zone, zones())
                    .map_or_else(|| format!("there are: {}", list(zones())), |near| format!("is {near:?} meant?"));
                return refuse(format!("there is no zone {zone:?}"), help);
            };
            to.lose_zone(line, id, span_of(line, lasts)?);
            Ok(())
        }
        ["world", "cut", instance, lasts @ ..] if lasts.len() <= 1 => {
            let Some(id) = to.world().ec2.host_named(instance) else {
                let hosts = || to.world().ec2.hosts.iter().map(|(_, one)| &*one.name);
                let help = nearest(instance, hosts())
                    .map_or_else(|| format!("there are: {}", list(hosts())), |near| format!("is {near:?} meant?"));
                return refuse(format!("there is no instance {instance:?}"), help);
            };
            to.cut_agent_off(line, id, span_of(line, lasts)?);
            Ok(())
        }
        ["world", "traffic", balancer, rate] => {
            let Some(id) = to.world().elb.balancer_named(balancer) else {
                let world = to.world();
                let help = list(world.elb.live_balancers().map(|(_, one)| one.name.as_str()));
                return refuse(format!("there is no load balancer {balancer:?}"), format!("there are: {help}"));
            };
            let is_plain = rate.parse::<f64>().is_ok();
            let written = if is_plain { format!("{rate}/s") } else { (*rate).to_owned() };
            match written.parse::<Rate>() {
                Ok(rate) => {
                    to.call(line, id, rate.per_second());
                    Ok(())
                }
                Err(refusal) => refuse(refusal.to_string(), "write requests per second, such as 50/s".into()),
            }
        }
        ["world", ..] => {
            let help = WORLD_LINES.iter().map(|(words, _)| format!("`{words}`")).collect::<Vec<_>>().join(", ");
            refuse("this is no event of the world".into(), format!("there are: {help}"))
        }
        _ => to.type_line(line, files).map(|_| ()).map_err(|problems| Refusal::of(line, problems)),
    }
}

/// For how long something lasts; none for until the end.
fn span_of(line: &str, lasts: &[&str]) -> Result<Option<Duration>, Refusal> {
    let refuse = |message: String, help: &str| Err(Refusal::new(line, message, help));
    match lasts.first().map(|written| written.parse::<Span>()).transpose() {
        Ok(Some(span)) if span.0.is_zero() => {
            refuse("a loss of no length is none".into(), "leave the span away for a loss until the end")
        }
        Ok(span) => Ok(span.map(|span| span.0)),
        Err(refusal) => refuse(refusal.to_string(), "write a duration, such as 5m"),
    }
}

fn push(to: &mut Simulation, line: &str, reference: &str) -> Result<(), Refusal> {
    let (repository, tag) = reference.rsplit_once(':').unwrap_or((reference, "latest"));
    let repository = repository.rsplit('/').next().unwrap_or(repository);
    let images = &to.world().ecr.images;
    let found = images.iter().position(|image| image.repository == repository && image.tag == tag);
    match found {
        Some(place) => {
            to.push(line, place as u32);
            Ok(())
        }
        None => {
            let known: Vec<String> = images.iter().map(|image| format!("{}:{}", image.repository, image.tag)).collect();
            let message = format!("there is no image {repository}:{tag} to push");
            Err(Refusal::new(line, message, format!("this scenario describes: {}", list(known.iter()))))
        }
    }
}

/// The tasks whose processes run, newest last.
pub fn running_tasks(world: &World) -> impl Iterator<Item = TaskId> {
    world.ecs.tasks.iter().filter(|(_, task)| task.status == TaskStatus::Running).map(|(id, _)| id)
}

fn running_task(world: &World, name: &str) -> Option<TaskId> {
    running_tasks(world).find(|&id| crate::observe::view::is_task_called(world, id, name))
}

fn list<S: AsRef<str>>(names: impl Iterator<Item = S>) -> String {
    let names: Vec<String> = names.take(12).map(|name| name.as_ref().to_owned()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
