//! The same requests, told apart: by deployment, by task, by caller and class, and one by one.

use sim_core::observe::breakdown::ServedPart;
use sim_core::observe::report::{LatencyPart, ServicePart, TaskPart, TrafficPart};
use sim_core::observe::trace::{TracePart, TracesPart};

use super::{Page, count};

/// Rows of a table at most: the worst ones.
const ROWS_SHOWN: usize = 8;

impl Page {
    /// What each deployment and each task of a service served.
    pub(super) fn served(&mut self, service: &ServicePart) {
        if service.deployments.len() > 1 {
            let row = |part: &sim_core::observe::breakdown::DeploymentPart| {
                let mut row = vec![part.task_definition.clone(), part.rollout.clone(), count(part.tasks as u64)];
                row.extend(numbers(&part.served));
                row
            };
            let rows: Vec<Vec<String>> = service.deployments.iter().map(row).collect();
            self.text.push('\n');
            self.line("  what each deployment served, oldest first [ms]", 4);
            self.table(&["revision", "rollout", "tasks", "requests", "errors", "mean", "p50", "p99", "max"], &rows);
        }
        let mut tasks: Vec<(&TaskPart, &ServedPart)> =
            service.tasks.iter().filter_map(|task| Some((task, task.served.as_ref()?))).collect();
        if tasks.is_empty() {
            return;
        }
        let errors = |served: &ServedPart| served.errors as f64 / served.requests.max(1) as f64;
        let p99 = |served: &ServedPart| served.response_ms.as_ref().map_or(0.0, |latency| latency.p99);
        let whole = tasks.len();
        if whole > ROWS_SHOWN {
            let worse = |a: &ServedPart, b: &ServedPart| (errors(b), p99(b)).partial_cmp(&(errors(a), p99(a)));
            tasks.sort_by(|(_, a), (_, b)| worse(a, b).unwrap_or(std::cmp::Ordering::Equal));
            tasks.truncate(ROWS_SHOWN);
        }
        let row = |(task, served): &(&TaskPart, &ServedPart)| {
            let mut row = vec![task.id[..8].to_owned(), task.zone.clone()];
            row.extend(numbers(served));
            row
        };
        let rows: Vec<Vec<String>> = tasks.iter().map(row).collect();
        self.text.push('\n');
        let which = if whole > rows.len() { format!(", the worst {} of {whole}", rows.len()) } else { String::new() };
        self.line(&format!("  what each task served{which} [ms]"), 4);
        self.table(&["task", "zone", "requests", "errors", "mean", "p50", "p99", "max"], &rows);
    }

    /// The calls by caller and class, where that says more than the whole.
    pub(super) fn calls(&mut self, traffic: &TrafficPart) {
        let retried = traffic.calls.iter().any(|call| call.retries + call.refused_retries > 0);
        if traffic.calls.len() <= 1 && !retried {
            return;
        }
        let mut calls: Vec<_> = traffic.calls.iter().filter(|call| call.calls > 0).collect();
        let whole = calls.len();
        if whole > ROWS_SHOWN {
            calls.sort_by_key(|call| std::cmp::Reverse(call.calls));
            calls.truncate(ROWS_SHOWN);
        }
        let row = |call: &&sim_core::observe::breakdown::CallPart| {
            let class = if call.class.is_empty() { call.line.clone() } else { call.class.clone() };
            let mut row = vec![call.caller.clone(), class, count(call.calls), count(call.good), count(call.failed)];
            row.push(count(call.retries));
            row.push(count(call.refused_retries));
            row.extend(times(call.latency_ms.as_ref()));
            row
        };
        let rows: Vec<Vec<String>> = calls.iter().map(row).collect();
        let which = if whole > rows.len() { format!(", the {} largest of {whole}", rows.len()) } else { String::new() };
        self.text.push('\n');
        self.line(&format!("  calls by caller and class, each counted once{which} [ms]"), 4);
        let header = ["caller", "class", "calls", "good", "failed", "retries", "refused", "mean", "p50", "p99", "max"];
        self.table(&header, &rows);
    }

    /// The calls that were traced: the slowest good one and the slowest bad one, step by step.
    pub(super) fn traces(&mut self, traces: &TracesPart) {
        self.heading(&format!(
            "Traces: {} calls, one in {} [ms]",
            count(traces.calls.len() as u64),
            count(traces.one_in)
        ));
        let slowest = |good: bool| {
            let ended = traces.calls.iter().filter(|call| call.good == Some(good));
            ended.max_by(|a, b| a.took_ms.partial_cmp(&b.took_ms).unwrap_or(std::cmp::Ordering::Equal))
        };
        for (what, call) in [("slowest good one", slowest(true)), ("slowest bad one", slowest(false))] {
            match call {
                Some(call) => self.trace(what, call),
                None => self.line(&format!("  there is no {what}"), 4),
            }
        }
        self.line("  --format json has all of them.", 4);
    }

    fn trace(&mut self, what: &str, call: &TracePart) {
        let class = if call.class.is_empty() { String::new() } else { format!(", class {}", call.class) };
        let took = call.took_ms.map_or_else(String::new, |took| format!(", {took} ms"));
        self.line(&format!("  the {what}: {}{class}, at {}{took}", call.caller, call.at), 4);
        for step in &call.steps {
            let indent = "  ".repeat(step.depth);
            self.line(&format!("  {:>12}  {indent}{}", format!("+{:.3}", step.after_ms), step.what), 16 + indent.len());
        }
    }
}

fn numbers(served: &ServedPart) -> Vec<String> {
    let mut row = vec![count(served.requests), count(served.errors)];
    row.extend(times(served.response_ms.as_ref()));
    row
}

fn times(latency: Option<&LatencyPart>) -> [String; 4] {
    let Some(l) = latency else { return std::array::from_fn(|_| "–".to_owned()) };
    [l.mean, l.p50, l.p99, l.max].map(super::ms)
}
