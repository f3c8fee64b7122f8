//! `[[expect]]`: what must hold.

use schemars::JsonSchema;
use serde::Deserialize;
use strum::VariantNames;

use super::metric::{METRICS, Scope};
use super::published::{self, Statistic};
use super::sentence::sentence;
use crate::engine::Time;
use crate::spelling;
use crate::units::Span;
use crate::world::{Ctx, Fact, World};

/// What must hold: a condition on a metric, or on facts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The metric: `sim-cli metrics` lists them. At the end of the run, unless `at` is set. A metric of CloudWatch, such
    /// as `CPUUtilization`, is asked for with a `statistic`, over all whole minutes between `after` and `before`.
    pub metric: Option<String>,
    /// Which statistic of a metric of CloudWatch.
    pub statistic: Option<Statistic>,
    /// The kind of fact to count, such as `TaskStopped`.
    pub fact: Option<String>,
    /// Only of this service, by name.
    pub service: Option<String>,
    /// Only of this load balancer, by name.
    pub load_balancer: Option<String>,
    /// Only facts whose sentence contains this.
    pub contains: Option<String>,
    /// When the metric is looked at; at the end of the run unless set.
    pub at: Option<Span>,
    /// Only facts, or minutes of CloudWatch, after this moment.
    pub after: Option<Span>,
    /// Only facts, or minutes of CloudWatch, before this moment.
    pub before: Option<Span>,
    /// Less than this.
    pub below: Option<f64>,
    /// More than this.
    pub above: Option<f64>,
    /// This or less.
    pub at_most: Option<f64>,
    /// This or more. For facts, 1 when no condition is given.
    pub at_least: Option<f64>,
    /// Exactly this.
    pub equals: Option<f64>,
}

/// What is wrong with an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The key that is wrong.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
}

/// How an expectation came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What was expected, in words.
    pub text: String,
    /// Whether it held.
    pub held: bool,
    /// What was found; none when there was nothing to measure.
    pub actual: Option<f64>,
    /// The unit of what was found.
    pub unit: &'static str,
}

impl Expect {
    /// The conditions that are set: their words and limits.
    fn conditions(&self) -> Vec<(&'static str, f64)> {
        let all = [
            ("below", self.below),
            ("above", self.above),
            ("at most", self.at_most),
            ("at least", self.at_least),
            ("exactly", self.equals),
        ];
        let set: Vec<_> = all.into_iter().filter_map(|(word, limit)| Some((word, limit?))).collect();
        if set.is_empty() && self.fact.is_some() { vec![("at least", 1.0)] } else { set }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { service: self.service.as_deref(), load_balancer: self.load_balancer.as_deref() }
    }

    /// The stretch of time that it is about.
    fn window(&self) -> (Time, Time) {
        let after = self.after.map_or(Time::ZERO, |after| Time::ZERO + after.0);
        (after, self.before.map_or(Time::MAX, |before| Time::ZERO + before.0))
    }

    /// When it is looked at.
    pub fn due(&self, end: Time) -> Time {
        self.at.map_or(end, |at| (Time::ZERO + at.0).min(end))
    }

    /// The expectation in words.
    fn text(&self) -> String {
        let mut text = match (&self.metric, &self.fact) {
            (Some(metric), _) => match self.statistic {
                Some(statistic) => format!("{statistic} of {metric}"),
                None => metric.clone(),
            },
            (None, Some(fact)) => format!("facts {fact}"),
            (None, None) => String::new(),
        };
        if let Some(contains) = &self.contains {
            text += &format!(" with {contains:?}");
        }
        if let Some(name) = self.service.as_ref().or(self.load_balancer.as_ref()) {
            text += &format!(" of {name}");
        }
        for (word, moment) in [("after", self.after), ("before", self.before), ("at", self.at)] {
            if let Some(moment) = moment {
                text += &format!(" {word} {}", Time::ZERO + moment.0);
            }
        }
        let conditions: Vec<String> = self.conditions().iter().map(|(word, limit)| format!("{word} {limit}")).collect();
        format!("{text}: {}", conditions.join(" and "))
    }
}

/// What is wrong with an expectation, before anything runs.
pub fn check(expect: &Expect, end: Time, world: &World) -> Vec<Refusal> {
    let mut found = Vec::new();
    let mut refuse = |field, message: String, help: String| found.push(Refusal { field, message, help });
    match (&expect.metric, &expect.fact) {
        (None, None) => {
            refuse("", "it says neither metric nor fact".into(), "write metric = \"…\" or fact = \"…\"".into())
        }
        (Some(_), Some(_)) => {
            refuse("fact", "an expectation is about a metric or about facts, not both".into(), "make two of it".into());
        }
        (Some(metric), None) => {
            let names = METRICS.iter().map(|metric| metric.name).chain(published::names());
            let in_cloud_watch = published::unit(metric).is_some();
            if in_cloud_watch && expect.statistic.is_none() {
                let help = "add statistic = \"Average\", \"Sum\", \"Minimum\", \"Maximum\" or \"SampleCount\"";
                refuse("metric", format!("{metric} is a metric of CloudWatch, which has statistics"), help.into());
            } else if !in_cloud_watch && expect.statistic.is_some() {
                let message = format!("`statistic` is for metrics of CloudWatch, and {metric} is none");
                refuse("statistic", message, "remove it".into());
            }
            if in_cloud_watch && expect.at.is_some() {
                let message = "a metric of CloudWatch is asked for over minutes, not at a moment".to_owned();
                refuse("at", message, "set `after` and `before`".into());
            }
            if !names.clone().any(|name| name == metric) {
                let help = spelling::nearest(metric, names).map_or_else(
                    || "`sim-cli metrics` lists the metrics".to_owned(),
                    |near| format!("is {near:?} meant? `sim-cli metrics` lists all"),
                );
                refuse("metric", format!("there is no metric {metric:?}"), help);
            }
            for (field, set) in [
                ("contains", expect.contains.is_some()),
                ("after", expect.after.is_some()),
                ("before", expect.before.is_some()),
            ] {
                if set && (field == "contains" || !in_cloud_watch) {
                    refuse(field, format!("`{field}` is for facts, not for metrics"), "for a metric, set `at`".into());
                }
            }
            if expect.conditions().is_empty() {
                let help = "add below, above, at_most, at_least or equals".to_owned();
                refuse("metric", "there is no condition, so nothing can break it".into(), help);
            }
        }
        (None, Some(fact)) => {
            if !Fact::VARIANTS.contains(&fact.as_str()) {
                let help = spelling::nearest(fact, Fact::VARIANTS.iter().copied()).map_or_else(
                    || format!("facts are: {}", Fact::VARIANTS.join(", ")),
                    |near| format!("is {near:?} meant?"),
                );
                refuse("fact", format!("there is no fact {fact:?}"), help);
            }
            if expect.statistic.is_some() {
                refuse("statistic", "`statistic` is for metrics, not for facts".into(), "remove it".into());
            }
            if expect.at.is_some() {
                refuse("at", "`at` is for metrics, not for facts".into(), "for facts, set `after` and `before`".into());
            }
        }
    }
    let limits = [
        ("below", expect.below),
        ("above", expect.above),
        ("at_most", expect.at_most),
        ("at_least", expect.at_least),
        ("equals", expect.equals),
    ];
    for (field, limit) in limits {
        if limit.is_some_and(|limit| !limit.is_finite()) {
            refuse(field, "a limit is a finite number".into(), String::new());
        }
    }
    if expect.at.is_some_and(|at| Time::ZERO + at.0 > end) {
        refuse("at", format!("the scenario ends at {end}"), "choose an earlier moment".into());
    }
    let services: Vec<&str> = world.ecs.services.iter().map(|(_, service)| service.name.as_str()).collect();
    let balancers: Vec<&str> = world.elb.balancers.iter().map(|(_, balancer)| balancer.name.as_str()).collect();
    let scopes = [("service", &expect.service, services), ("load_balancer", &expect.load_balancer, balancers)];
    for (field, name, known) in scopes {
        let Some(name) = name.as_deref().filter(|name| !known.contains(name)) else { continue };
        let help = match spelling::nearest(name, known.iter().copied()) {
            Some(near) => format!("is {near:?} meant?"),
            None => format!("this scenario makes: {}", known.join(", ")),
        };
        refuse(field, format!("there is no {} {name:?}", field.replace('_', " ")), help);
    }
    found
}

/// How the expectation comes out, as the world stands.
pub fn evaluate(expect: &Expect, world: &World, ctx: &Ctx) -> Verdict {
    let (actual, unit) = match (&expect.metric, &expect.fact) {
        (Some(name), _) if expect.statistic.is_some() => {
            let statistic = expect.statistic.unwrap_or(Statistic::Average);
            let value = published::ask(world, name, statistic, &expect.scope(), expect.window());
            (value, if statistic == Statistic::SampleCount { "Count" } else { published::unit(name).unwrap_or("") })
        }
        (Some(name), _) => match METRICS.iter().find(|metric| metric.name == name) {
            Some(metric) => ((metric.value)(world, ctx, &expect.scope()), metric.unit),
            None => (None, ""),
        },
        (None, Some(name)) => (Some(count(expect, name, world, ctx) as f64), "facts"),
        (None, None) => (None, ""),
    };
    let holds = |actual: f64, (word, limit): (&str, f64)| match word {
        "below" => actual < limit,
        "above" => actual > limit,
        "at most" => actual <= limit,
        "at least" => actual >= limit,
        _ => actual == limit,
    };
    let held = actual.is_some_and(|actual| expect.conditions().into_iter().all(|condition| holds(actual, condition)));
    Verdict { text: expect.text(), held, actual, unit }
}

fn count(expect: &Expect, name: &str, world: &World, ctx: &Ctx) -> usize {
    let (after, before) = expect.window();
    let fits = |fact: &Fact| {
        let kind: &'static str = fact.into();
        let mine = match (&expect.service, super::sentence::service_of(world, fact)) {
            (Some(wanted), Some(service)) => world.ecs.services[service].name == *wanted,
            (Some(_), None) => false,
            (None, _) => true,
        };
        let said = |text: &String| sentence(world, fact).contains(text);
        kind == name && mine && expect.contains.as_ref().is_none_or(said)
    };
    ctx.journal().iter().filter(|(_, entry)| entry.at >= after && entry.at <= before && fits(&entry.fact)).count()
}
