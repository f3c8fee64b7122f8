//! A report for people: the verdict first, then what it rests on.

mod breakdown;

use std::fmt::Write;

use sim_core::observe::Report;
use sim_core::observe::report::{EndpointPart, LatencyPart, Moment, ServicePart, TaskPart, TrafficPart, Typed};

/// The narrowest and the widest page [columns].
const WIDTH: std::ops::RangeInclusive<usize> = 60..=120;
/// So often the same line is typed before it is told but once [count].
const FOLDED_MIN: usize = 4;
/// Answers of such a line that are told [count].
const ANSWERS_MAX: usize = 8;
/// The width when nobody watches [columns].
const WIDTH_OF_A_FILE: usize = 100;

/// The report at the width of the terminal.
pub fn report(report: &Report) -> String {
    let width = terminal_width().unwrap_or(WIDTH_OF_A_FILE);
    report_in(report, width.clamp(*WIDTH.start(), *WIDTH.end()))
}

fn terminal_width() -> Option<usize> {
    use std::io::{IsTerminal, stdout};
    stdout().is_terminal().then(textwrap::termwidth)
}

/// A page that is being written.
struct Page {
    text: String,
    width: usize,
}

/// The report in this many columns.
pub fn report_in(report: &Report, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    page.verdict(report);
    for service in &report.services {
        page.service(service);
    }
    for traffic in &report.traffic {
        page.traffic(traffic);
    }
    for endpoint in &report.endpoints {
        page.endpoint(endpoint);
    }
    page.cost(report);
    page.moments("Moments", &report.moments);
    page.transcript(&report.transcript);
    if let Some(traces) = &report.traces {
        page.traces(traces);
    }
    page.run(report);
    page.text
}

impl Page {
    /// Writes text wrapped to the page; further lines begin with `indent` spaces.
    fn line(&mut self, text: &str, indent: usize) {
        let spaces = " ".repeat(indent);
        let options = textwrap::Options::new(self.width).subsequent_indent(&spaces).break_words(false);
        let options = options
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        self.text += &textwrap::fill(text, options);
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.line(text, 0);
        self.text += &"─".repeat(textwrap::core::display_width(text).min(self.width));
        self.text.push('\n');
    }

    /// Rows in columns as wide as their widest cell; numbers to the right. The last column is wrapped.
    fn table(&mut self, header: &[&str], rows: &[Vec<String>]) {
        let columns = header.len();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| textwrap::core::display_width(&row[column]));
            cells.max().unwrap_or(0).max(header[column].len())
        };
        let is_number = |text: &str| {
            let number = text.trim_end_matches(" s");
            !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b",.:-".contains(&b))
        };
        let right =
            |column: usize| !rows.is_empty() && rows.iter().all(|row| is_number(&row[column]) || row[column] == "–");
        let mut write = |cells: Vec<&str>| {
            let mut line = " ".to_owned();
            let mut indent = 1;
            for (column, cell) in cells.iter().enumerate() {
                let pad = width(column).saturating_sub(textwrap::core::display_width(cell));
                line += " ";
                match (column + 1 == columns, right(column)) {
                    (true, false) => line += cell,
                    (_, true) => write!(line, "{}{cell} ", " ".repeat(pad)).expect("a string takes all"),
                    (false, false) => write!(line, "{cell}{} ", " ".repeat(pad)).expect("a string takes all"),
                }
                indent += if column + 1 == columns { 1 } else { width(column) + 2 };
            }
            self.wrapped_row(line.trim_end(), indent);
        };
        write(header.to_vec());
        for row in rows {
            write(row.iter().map(String::as_str).collect());
        }
    }

    /// A row whose text beyond `indent` is wrapped under its column.
    fn wrapped_row(&mut self, line: &str, indent: usize) {
        let split = line.char_indices().nth(indent).map_or(line.len(), |(at, _)| at);
        let (head, tail) = line.split_at(split);
        let room = self.width.saturating_sub(indent).max(20);
        let lines = textwrap::wrap(
            tail,
            textwrap::Options::new(room).break_words(false).word_separator(textwrap::WordSeparator::AsciiSpace),
        );
        for (number, part) in lines.iter().enumerate() {
            let start = if number == 0 { head.to_owned() } else { " ".repeat(indent) };
            writeln!(self.text, "{}", format!("{start}{part}").trim_end()).expect("a string takes all");
        }
        if lines.is_empty() {
            writeln!(self.text, "{}", head.trim_end()).expect("a string takes all");
        }
    }

    fn verdict(&mut self, report: &Report) {
        self.line(&report.scenario.title, 0);
        let broken = report.expectations.iter().filter(|expectation| expectation.held == Some(false)).count();
        let open = report.expectations.iter().filter(|expectation| expectation.held.is_none()).count();
        let all = report.expectations.len();
        self.text.push('\n');
        match (all, broken, open) {
            (0, ..) => self.line("Nothing was expected, so nothing could break.", 0),
            (_, 0, 0) => self.line(&format!("HELD: all {all} expectations."), 0),
            (_, 0, _) => {
                self.line(&format!("OPEN: {open} of {all} expectations were not looked at, the rest held."), 0)
            }
            _ => self.line(&format!("BROKEN: {broken} of {all} expectations."), 0),
        }
        for expectation in &report.expectations {
            let sign = match expectation.held {
                Some(true) => "✓",
                Some(false) => "✗",
                None => "·",
            };
            let found = match (expectation.actual, expectation.held) {
                (_, None) => "the run ended before it was due".to_owned(),
                (Some(actual), _) => format!("found {} {}", number(actual), expectation.unit).trim_end().to_owned(),
                (None, _) => "there was nothing to measure".to_owned(),
            };
            self.line(&format!("  {sign} {} – {found}", expectation.text), 4);
        }
        for service in &report.services {
            let name = &service.name;
            match (service.steady, service.status.as_str(), service.first_steady_s) {
                (_, "DRAINING" | "INACTIVE", _) => self.line(&format!("  service {name} is {}", service.status), 4),
                (true, _, first) => {
                    let since = first.map_or_else(String::new, |first| format!(", first at {}", clock(first)));
                    self.line(&format!("  service {name} is in a steady state{since}"), 4);
                }
                (false, ..) => self.line(
                    &format!(
                        "  service {name} is NOT in a steady state: {} of {} tasks are running",
                        service.running, service.desired
                    ),
                    4,
                ),
            }
        }
        if let Some(stopped) = &report.run.stopped_by {
            self.line(&format!("The run ended early, at {}: {stopped}.", clock(report.run.simulated_s)), 0);
        }
        for service in report.services.iter().filter(|service| !service.because.is_empty()) {
            self.heading(&format!("Why service {} is not steady", service.name));
            for (depth, link) in service.because.iter().enumerate() {
                let arrow = if depth == 0 { "" } else { "← " };
                self.line(&format!("  {:<12}  {arrow}{}", link.at, link.what), 18);
            }
        }
    }

    fn service(&mut self, service: &ServicePart) {
        self.heading(&format!("Service {}/{}", service.cluster, service.name));
        self.line(
            &format!(
                "  {}, {} of {} tasks running, {} pending; {} started so far; deployment of {} {}",
                service.status,
                service.running,
                service.desired,
                service.pending,
                service.tasks_started,
                service.task_definition,
                service.rollout,
            ),
            4,
        );
        let ranges = [("CPU", service.cpu_percent), ("memory", service.memory_percent)];
        let used: Vec<String> = ranges
            .iter()
            .filter_map(|(what, range)| Some((what, (*range)?)))
            .map(|(what, range)| format!("{what} {:.1} % on average, {:.1} % at most", range.average, range.maximum))
            .collect();
        if !used.is_empty() {
            self.line(&format!("  per minute: {}", used.join("; ")), 4);
        }
        if service.requests > 0 {
            self.line(&format!("  requests for it: {}", count(service.requests)), 4);
            self.latency("  response time of its tasks", service.latency_ms.as_ref());
            self.served(service);
        }
        let rows: Vec<Vec<String>> = service.tasks.iter().map(task_row).collect();
        if !rows.is_empty() {
            self.text.push('\n');
            self.table(&["task", "zone", "status", "created", "pull", "to RUNNING", "stopped"], &rows);
        }
        let reasons: Vec<_> = service
            .tasks
            .iter()
            .filter_map(|task| Some((task.id.get(..8)?, task.stop_code.as_ref()?, task.stopped_reason.as_ref()?)))
            .collect();
        for (index, (id, code, reason)) in reasons.iter().enumerate() {
            // Task ids differ in otherwise equal reasons.
            let same =
                |other: &str| other.replace(service_task_id(other), "") == reason.replace(service_task_id(reason), "");
            if reasons[..index].iter().any(|(_, _, earlier)| same(earlier)) {
                continue;
            }
            self.line(&format!("  {id} stops with {code}: {reason}"), 4);
        }
        if !service.events.is_empty() {
            self.text.push('\n');
            self.line("  latest events, newest first", 4);
            for event in &service.events {
                self.line(&format!("  {:<12}  {}", event.at, event.what), 16);
            }
        }
    }

    /// An endpoint of Service Connect reads as a load balancer does.
    fn endpoint(&mut self, endpoint: &EndpointPart) {
        let heading = match &endpoint.service {
            Some(service) => format!("Calls of {}, found by {}: service {service}", endpoint.endpoint, endpoint.by),
            None => format!("Calls of {}, a name that nobody offers", endpoint.endpoint),
        };
        let traffic = TrafficPart {
            load_balancer: endpoint.endpoint.clone(),
            requests: endpoint.requests,
            in_flight: endpoint.in_flight,
            by_status: endpoint.by_status.clone(),
            errors_by_cause: endpoint.errors_by_cause.clone(),
            latency_ms: endpoint.latency_ms.clone(),
            calls: endpoint.calls.clone(),
        };
        self.requests(&heading, &traffic);
    }

    fn traffic(&mut self, traffic: &TrafficPart) {
        self.requests(&format!("Traffic to {}", traffic.load_balancer), traffic);
    }

    fn requests(&mut self, heading: &str, traffic: &TrafficPart) {
        self.heading(heading);
        if traffic.requests == 0 {
            self.line("  no requests", 4);
            return;
        }
        let in_flight = match traffic.in_flight {
            0 => String::new(),
            some => format!(", {some} still in flight"),
        };
        self.line(&format!("  requests: {}{in_flight}", count(traffic.requests)), 4);
        let share = |count: u64| 100.0 * count as f64 / traffic.requests as f64;
        for (status, how_many) in &traffic.by_status {
            self.line(&format!("  {status:>6}  {:>12}  {:.3} %", count(*how_many), share(*how_many)), 4);
        }
        for (cause, how_many) in &traffic.errors_by_cause {
            self.line(&format!("          {:>12}  of them: {cause}", count(*how_many)), 4);
        }
        self.latency("  what clients waited", traffic.latency_ms.as_ref());
        self.calls(traffic);
    }

    fn latency(&mut self, what: &str, latency: Option<&LatencyPart>) {
        let Some(l) = latency else { return };
        let line = format!(
            "{what} [ms]: mean {}, p50 {}, p90 {}, p99 {}, p99.9 {}, max {}",
            ms(l.mean),
            ms(l.p50),
            ms(l.p90),
            ms(l.p99),
            ms(l.p999),
            ms(l.max)
        );
        self.line(&line, 4);
    }

    fn cost(&mut self, report: &Report) {
        let Some(cost) = &report.cost else {
            self.heading("Cost");
            self.line(&format!("  no prices are known for {}", report.scenario.region), 4);
            return;
        };
        self.heading(&format!("Cost: {:.4} USD at list prices", cost.total_usd));
        if cost.items.is_empty() {
            self.line("  nothing that costs was used", 2);
            return;
        }
        let row = |item: &sim_core::observe::report::CostItem| {
            vec![
                item.item.to_owned(),
                quantity(item.quantity),
                item.unit.to_owned(),
                format!("{}", item.unit_price_usd),
                format!("{:.6}", item.usd),
            ]
        };
        let rows: Vec<Vec<String>> = cost.items.iter().map(row).collect();
        self.table(&["item", "quantity", "unit", "USD each", "USD"], &rows);
    }

    fn moments(&mut self, title: &str, moments: &[Moment]) {
        if moments.is_empty() {
            return;
        }
        self.heading(title);
        for moment in moments {
            self.line(&format!("  {:<12}  {}", moment.at, moment.what), 16);
        }
    }

    fn transcript(&mut self, transcript: &[Typed]) {
        if transcript.is_empty() {
            return;
        }
        self.heading("Transcript");
        for typed in transcript.chunk_by(|one, next| one.command == next.command) {
            if let [first, .., last] = typed
                && typed.len() >= FOLDED_MIN
            {
                self.line(&format!("  {:<12}  $ {}", first.at, first.command), 18);
                self.folded(typed, last);
                continue;
            }
            typed.iter().for_each(|typed| self.typed(typed));
        }
    }

    /// The same line typed again and again: what it was answered, and how often.
    fn folded(&mut self, typed: &[Typed], last: &Typed) {
        writeln!(self.text, "                {} times until {}, answered", typed.len(), last.at).expect("a string");
        let mut answers: Vec<(&Typed, usize)> = Vec::new();
        for one in typed {
            match answers.iter_mut().find(|(known, _)| (&known.output, known.exit_code) == (&one.output, one.exit_code))
            {
                Some((_, times)) => *times += 1,
                None => answers.push((one, 1)),
            }
        }
        for (answer, times) in answers.iter().take(ANSWERS_MAX) {
            let mut lines = answer.output.lines();
            let (first, more) = (lines.next().unwrap_or("nothing"), if lines.next().is_some() { " …" } else { "" });
            let code = if answer.exit_code == 0 { String::new() } else { format!(" (exit code {})", answer.exit_code) };
            self.line(&format!("                {times:>5} ×  {first}{more}{code}"), 26);
        }
        if answers.len() > ANSWERS_MAX {
            writeln!(self.text, "                … and {} other answers", answers.len() - ANSWERS_MAX)
                .expect("a string");
        }
    }

    /// A line that was typed, and what it printed.
    fn typed(&mut self, typed: &Typed) {
        self.line(&format!("  {:<12}  $ {}", typed.at, typed.command), 18);
        for line in typed.output.lines() {
            // What a command prints is not ours to wrap.
            writeln!(self.text, "{}", format!("                {line}").trim_end()).expect("a string takes all");
        }
        if typed.exit_code != 0 {
            writeln!(self.text, "                (exit code {})", typed.exit_code).expect("a string takes all");
        }
    }

    fn run(&mut self, report: &Report) {
        let run = &report.run;
        self.heading("Run");
        self.line(
            &format!(
                "  {} of simulated time, {} events, {} facts, {} requests, seed {}",
                clock(run.simulated_s),
                count(run.events),
                count(run.facts),
                count(run.requests),
                report.scenario.seed,
            ),
            4,
        );
        self.line(&format!("  run hash {}", run.hash), 4);
    }
}

fn task_row(task: &TaskPart) -> Vec<String> {
    let since = |moment: Option<f64>| moment.map_or("–".to_owned(), |at| format!("{:.1} s", at - task.created_s));
    let pull = match (task.pull_started_s, task.pull_stopped_s) {
        (Some(from), Some(to)) => format!("{:.1} s", to - from),
        _ => "–".to_owned(),
    };
    let stopped = match (task.stopped_s, &task.stop_code) {
        (Some(at), _) => clock(at),
        (None, Some(_)) => "soon".to_owned(),
        (None, None) => "–".to_owned(),
    };
    vec![
        task.id[..8].to_owned(),
        task.zone.clone(),
        task.status.clone(),
        clock(task.created_s),
        pull,
        since(task.started_s),
        stopped,
    ]
}

/// The longest run of hexadecimal digits in a text: a task's id, if there is one.
fn service_task_id(text: &str) -> &str {
    let words = text.split(|c: char| !c.is_ascii_hexdigit());
    words.filter(|word| word.len() == 32).max_by_key(|word| word.len()).unwrap_or("\u{0}")
}

/// Milliseconds, with a decimal where they are few.
fn ms(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// Seconds as a clock: `00:05:00`.
fn clock(seconds: f64) -> String {
    let whole = seconds as u64;
    format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// A whole number with its digits in groups of three.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number without noise: whole ones without a point, others with up to six digits after it.
fn number(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Four decimals, or as many as show two digits of a small amount.
fn quantity(value: f64) -> String {
    let decimals = (4..=9).find(|&decimals| value * 10f64.powi(decimals) >= 10.0).unwrap_or(9);
    format!("{value:.*}", decimals as usize)
}
