//! Calls that were traced, from the client to its answer, in words.

use serde::Serialize;

use super::breakdown::caller_name;
use super::report::{moment, round};
use super::sentence::short;
use crate::engine::Time;
use crate::world::World;
use crate::world::cloudwatch::Outcome;
use crate::world::elb::TargetId;
use crate::world::traffic::{Span, Step};

/// All calls that were traced.
#[derive(Clone, Debug, Serialize)]
pub struct TracesPart {
    /// One in so many calls of clients was traced.
    pub one_in: u64,
    /// In the order in which they began.
    pub calls: Vec<TracePart>,
}

/// One call, with everything that was done for it.
#[derive(Clone, Debug, Serialize)]
pub struct TracePart {
    /// Who called.
    pub caller: String,
    /// The class of the call; empty where the caller makes one kind only.
    pub class: String,
    /// When it began [s].
    pub at_s: f64,
    /// The same as a clock.
    pub at: String,
    /// From the first attempt to the end, round trips included [ms]; none while it is open.
    pub took_ms: Option<f64>,
    /// Whether the caller got what it wanted; none while the call is open.
    pub good: Option<bool>,
    /// What happened, in order.
    pub steps: Vec<StepPart>,
}

/// One step of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepPart {
    /// Since the call began [ms].
    pub after_ms: f64,
    /// How many calls of services this step is inside of: 0 for the client's own [count].
    pub depth: usize,
    /// What kind of step.
    pub step: &'static str,
    /// In words.
    pub what: String,
}

/// What was traced so far; none when nobody asked for traces.
pub fn traces(world: &World) -> Option<TracesPart> {
    let traces = &world.traffic.traces;
    if traces.every() == 0 {
        return None;
    }
    let mut of_call: Vec<Vec<&Span>> = vec![Vec::new(); traces.len() as usize];
    for span in traces.spans() {
        if let Some(spans) = of_call.get_mut(span.trace as usize - 1) {
            spans.push(span);
        }
    }
    let calls = of_call.iter().filter_map(|spans| trace(world, spans)).collect();
    Some(TracesPart { one_in: traces.every(), calls })
}

fn trace(world: &World, spans: &[&Span]) -> Option<TracePart> {
    let Span { at: began, step: Step::Sent { caller, class, .. }, .. } = **spans.first()? else { return None };
    let it = &world.traffic.callers[caller];
    let mut part = TracePart {
        caller: caller_name(world, it),
        class: it.classes[usize::from(class)].name.clone(),
        at_s: moment(began, String::new()).at_s,
        at: began.to_string(),
        took_ms: None,
        good: None,
        steps: Vec::with_capacity(spans.len()),
    };
    // Calls of services that have begun and are not over: the innermost is the one that a step speaks of.
    let mut depth = 0usize;
    let mut outcome = None;
    for span in spans {
        match span.step {
            Step::Sent { attempt: 0, .. } => depth += 1,
            Step::Answered(answer) => outcome = Some(answer.status()),
            Step::Failed(_) => outcome = Some(0),
            _ => {}
        }
        part.steps.push(StepPart {
            after_ms: after(began, span.at),
            depth: depth.saturating_sub(1),
            step: kind(&span.step),
            what: sentence(world, &span.step),
        });
        if let Step::Over(nanos) = span.step {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                part.took_ms = Some(round(nanos as f64 / 1e6, 3));
                part.good = outcome.map(|status| (1..400).contains(&status));
            }
        }
    }
    Some(part)
}

fn after(began: Time, at: Time) -> f64 {
    round(at.since(began).as_nanos() as f64 / 1e6, 3)
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Sent { .. } => "sent",
        Step::Node(..) => "node",
        Step::Target(..) => "target",
        Step::Endpoint(_) => "endpoint",
        Step::Host(..) => "host",
        Step::Queued(_) => "queued",
        Step::Working => "working",
        Step::Waiting(_) => "waiting",
        Step::Query(_) => "query",
        Step::Calling(_) => "calling",
        Step::Needed(_) => "needed",
        Step::Answered(_) => "answered",
        Step::Failed(_) => "failed",
        Step::Retrying(_) => "retrying",
        Step::Over(_) => "over",
    }
}

/// A step, as one would tell a colleague.
fn sentence(world: &World, step: &Step) -> String {
    let ms = |nanos: u64| format!("{} ms", round(nanos as f64 / 1e6, 3));
    match *step {
        Step::Sent { caller, class, attempt } => {
            let it = &world.traffic.callers[caller];
            let line = &it.classes[usize::from(class)].line;
            let again = if attempt > 0 { format!(", attempt {}", attempt + 1) } else { String::new() };
            format!("{} {} to {}{again}", line.method, line.path, it.to)
        }
        Step::Node(balancer, zone) => {
            let name = &world.elb.balancers[balancer].name;
            format!("reaches the node of {name} in {}", world.network.zone_name(zone))
        }
        Step::Target(target, opened) => {
            let connection = if opened { "a new connection" } else { "a connection kept open" };
            format!("is given to {} over {connection}", target_name(world, target))
        }
        Step::Endpoint(registry) => format!("is sent to the endpoint {}", world.discovery.name_of(registry)),
        Step::Host(task, opened) => {
            let connection = if opened { "a new connection" } else { "a connection kept open" };
            format!("is given to task {} over {connection}", short(world, task))
        }
        Step::Queued(place) => format!("waits for a worker, number {place} in the queue"),
        Step::Working => "gets its share of the CPU".to_owned(),
        Step::Waiting(nanos) => format!("has had its CPU time, waits {}", ms(nanos)),
        Step::Query(database) => format!("asks database {}", world.traffic.databases[database].name),
        Step::Calling(caller) => format!("calls {}", world.traffic.callers[caller].to),
        Step::Needed(false) => "has what it needed".to_owned(),
        Step::Needed(true) => "what it needed has failed".to_owned(),
        Step::Answered(outcome) => answer(outcome),
        Step::Failed(why) => format!("has no answer: {why}"),
        Step::Retrying(nanos) => format!("will be tried again in {}", ms(nanos)),
        Step::Over(nanos) => format!("is over for its caller after {}", ms(nanos)),
    }
}

fn answer(outcome: Outcome) -> String {
    match outcome {
        Outcome::ClientClosed => "its client gives up and closes the connection: 460".to_owned(),
        Outcome::ResetByBalancer | Outcome::ResetByTarget => format!("is reset: {}", outcome.cause()),
        _ if outcome.cause().is_expected() => format!("is answered {}", outcome.status()),
        _ => format!("is answered {}: {}", outcome.status(), outcome.cause()),
    }
}

fn target_name(world: &World, id: TargetId) -> String {
    let target = &world.elb.targets[id];
    format!("task {} at {}:{} in {}", short(world, target.task), target.address, target.port, target.zone)
}
