//! `[[world.traffic]]`: when requests come.

use std::sync::Arc;
use std::time::Duration;

use super::Compiler;
use crate::engine::Time;
use crate::scenario::file::{
    CourseTable, CsvForm, CsvTable, LogForm, LogTable, RateTable, ScenarioFile, Spacing, TrafficTable,
};
use crate::scenario::traffic_table::{SpokenProtocol, policy};
use crate::scenario::{Diagnostic, data};
use crate::units;
use crate::world::Distribution;
use crate::world::traffic::{Arrivals, Bursts, Demand, Diurnal, NewCaller, NewClass, Policy, Rate, Spike};

/// How long users think unless they are said to.
const THINK: Duration = Duration::from_secs(1);

/// A day, the period of a diurnal rate.
const DAY: Duration = Duration::from_secs(86_400);

fn moment(span: units::Span) -> Time {
    Time::ZERO + span.0
}

impl Compiler<'_> {
    /// Who calls. What is wrong is reported.
    pub(super) fn caller(&mut self, index: usize, table: &TrafficTable, end: Time) -> NewCaller {
        self.demand(index, table);
        let usual = Policy::default();
        let demand = match table.users {
            Some(users) => Demand::Closed {
                users,
                think: self.think(&format!("world.traffic[{index}].think"), table),
                from: table.from.map_or(Time::ZERO, moment),
                until: table.until.map_or(end, moment),
            },
            None => Demand::Open(self.arrivals(index, table, end)),
        };
        let spoken = table.protocol.unwrap_or_default();
        let one = [table.request.clone().unwrap_or_default()];
        let (all, path) = if table.mix.is_empty() { (&one[..], "request") } else { (&table.mix[..], "mix") };
        let classes: Vec<NewClass> = all.iter().map(|it| it.compile(spoken)).collect();
        for (place, class) in classes.iter().enumerate() {
            if spoken == SpokenProtocol::Grpc && class.line.method != "POST" {
                let at = if path == "mix" { format!("mix[{place}].method") } else { "request.method".to_owned() };
                let place = self.place(&format!("world.traffic[{index}].{at}"));
                let message = format!("gRPC knows no {}: each of its calls is a POST", class.line.method);
                self.error("protocol", message, place, "").help =
                    "leave the method away, or let `protocol` be \"http2\"".to_owned();
            }
        }
        let policy = Policy {
            timeout: table.timeout.map(|span| span.0),
            keep_alive: table.keep_alive.map_or(usual.keep_alive, |span| span.0),
            requests_per_connection: table.requests_per_connection,
            dns_ttl: table.dns_ttl.map_or(usual.dns_ttl, |span| span.0),
            sessions: table.sessions.unwrap_or(0),
            ..policy(table.retry.as_ref(), usual)
        };
        let name = table.name.clone().unwrap_or_else(|| table.to.clone());
        NewCaller { name, to: table.to.clone(), port: table.port, demand, classes, version: spoken.version(), policy }
    }

    /// How long users think.
    fn think(&mut self, path: &str, table: &TrafficTable) -> Distribution {
        let Some(think) = self.distribution(path, &table.think) else { return Distribution::constant(THINK) };
        if think.mean().is_none() {
            let place = self.place(path);
            let message = "the mean of this distribution is infinite: hardly any user would come back";
            self.error("distribution", message, place, "").help =
                "let a Pareto distribution have a shape above 1, or a `max`".to_owned();
        }
        think
    }

    /// When the requests of a source come. What is wrong is reported; then none come.
    fn arrivals(&mut self, index: usize, table: &TrafficTable, end: Time) -> Arrivals {
        let path = format!("world.traffic[{index}]");
        let (from, until) = (table.from.map_or(Time::ZERO, moment), table.until.map_or(end, moment));
        if table.from.is_some() && table.until.is_some() && until <= from {
            let place = self.place(&format!("{path}.until"));
            let message = format!("these requests end at {until}, and begin at {from}");
            self.error("rate", message, place, "").help = "let `until` be later than `from`".to_owned();
        }
        match (&table.rate, &table.log) {
            (Some(rate), None) => {
                let rate = self.rate(&path, table, rate, from, until);
                match table.arrivals.unwrap_or(Spacing::Poisson) {
                    Spacing::Poisson => Arrivals::poisson(rate),
                    Spacing::Constant => Arrivals::even(rate),
                }
            }
            (None, Some(log)) => {
                if table.arrivals.is_some() {
                    let place = self.place(&format!("{path}.arrivals"));
                    let message = "requests from a log come when the log says, so `arrivals` has no place";
                    self.error("rate", message, place, "").help = "leave it away, or give a `rate`".to_owned();
                }
                self.replay(&path, log, from, until)
            }
            (None, None) => {
                let place = self.place(&path);
                let message = "nothing says when these requests come: no `rate`, no `log`, no `users`";
                self.error("rate", message, place, "").help =
                    "give a rate such as `rate = 200`, or `log = \"access.log\"`, or `users = 50`".to_owned();
                Rate::default().into()
            }
            (Some(_), Some(_)) => {
                let place = self.place(&format!("{path}.log"));
                let message = "`rate` and `log` both say when these requests come";
                self.error("rate", message, place, "").help =
                    "keep one of them; two sources may call the same load balancer".to_owned();
                Rate::default().into()
            }
        }
    }

    fn replay(&mut self, path: &str, log: &LogForm, from: Time, until: Time) -> Arrivals {
        let (file, start, skip_broken) = match log {
            LogForm::File(file) => (file, None, false),
            LogForm::Table(LogTable { file, start, skip_broken }) => (file, *start, *skip_broken),
        };
        let named = data::Named { path: file, skip_broken, place: self.place(&format!("{path}.log")) };
        let mut reader = data::Reader { files: self.files, sources: self.sources, problems: &mut self.problems };
        match data::access_log(&mut reader, &named, start.map(|start| start.0)) {
            Some(log) => Arrivals::replay(Arc::new(log), from, until),
            None => Rate::default().into(),
        }
    }

    /// The rate of a source over time.
    fn rate(&mut self, path: &str, table: &TrafficTable, rate: &RateTable, from: Time, until: Time) -> Rate {
        let points = |course: &[(units::Span, units::Rate)]| -> Vec<(Time, f64)> {
            course.iter().map(|(at, rate)| (moment(*at), rate.per_second())).collect()
        };
        let course = match rate {
            RateTable::Constant(rate) => return Rate::constant(rate.per_second(), from, until),
            RateTable::Course(course) => course,
        };
        match course {
            CourseTable::Ramp(course) => {
                self.says_itself(path, table, true);
                self.course(&format!("{path}.rate.ramp"), &points(course), 2);
                Rate::through(&points(course))
            }
            CourseTable::Steps(course) => {
                self.says_itself(path, table, false);
                self.course(&format!("{path}.rate.steps"), &points(course), 1);
                Rate::steps(&points(course), until)
            }
            CourseTable::Diurnal { mean, amplitude, period, peak } => {
                let period = period.map_or(DAY, |period| period.0);
                let peak = peak.map_or(period / 2, |peak| peak.0);
                let shape = Diurnal { mean: mean.per_second(), amplitude: amplitude.per_second(), period, peak };
                if shape.amplitude > shape.mean {
                    let place = self.place(&format!("{path}.rate.diurnal.amplitude"));
                    let message =
                        format!("the amplitude {amplitude} is above the mean {mean}: the rate would be negative");
                    self.error("rate", message, place, "").help = format!("give at most {mean}");
                }
                if period < Duration::from_secs(1) {
                    let place = self.place(&format!("{path}.rate.diurnal.period"));
                    self.error("rate", "the period is too short", place, "expected \"1s\" or more");
                }
                Rate::diurnal(shape, from, until)
            }
            CourseTable::Spike { base, peak, at, rise, hold, fall } => {
                let span = |span: &Option<units::Span>| span.map_or(Duration::ZERO, |span| span.0);
                let (base, peak) = (base.per_second(), peak.per_second());
                let shape = Spike { base, peak, at: moment(*at), rise: span(rise), hold: hold.0, fall: span(fall) };
                Rate::spike(shape, from, until)
            }
            CourseTable::Burst { peak, base, on, off } => {
                for (key, span) in [("on", on), ("off", off)] {
                    if span.0.is_zero() {
                        let place = self.place(&format!("{path}.rate.burst.{key}"));
                        let message = format!("bursts that are {key} for no time are none");
                        self.error("rate", message, place, "expected more than \"0s\"");
                    }
                }
                let base = base.map_or(0.0, units::Rate::per_second);
                Rate::bursts(Bursts { peak: peak.per_second(), base, on: on.0, off: off.0 }, from, until)
            }
            CourseTable::Csv(form) => {
                let (file, steps, skip_broken) = match form {
                    CsvForm::File(file) => (file, false, false),
                    CsvForm::Table(CsvTable { file, steps, skip_broken }) => (file, *steps, *skip_broken),
                };
                self.says_itself(path, table, !steps);
                let named = data::Named { path: file, skip_broken, place: self.place(&format!("{path}.rate.csv")) };
                let mut reader =
                    data::Reader { files: self.files, sources: self.sources, problems: &mut self.problems };
                let Some(points) = data::rates(&mut reader, &named) else { return Rate::default() };
                if points.len() < 2 && !steps {
                    let message = format!("{file:?} has one line, and no course");
                    let help = "give a second line, or `steps = true` to keep the rate";
                    self.error("rate", message, named.place, "").help = help.to_owned();
                }
                if steps { Rate::steps(&points, until) } else { Rate::through(&points) }
            }
        }
    }

    /// A course over time says itself when it begins and, if `ends`, when it ends.
    fn says_itself(&mut self, path: &str, table: &TrafficTable, ends: bool) {
        for (key, set) in [("from", table.from.is_some()), ("until", table.until.is_some() && ends)] {
            if set {
                let place = self.place(&format!("{path}.{key}"));
                let message =
                    format!("a course over time says itself when it begins and ends, so `{key}` has no place");
                self.error("rate", message, place, "").help = "leave it away, or give a plain rate".to_owned();
            }
        }
    }

    /// The points of a course come in the order of time.
    fn course(&mut self, path: &str, course: &[(Time, f64)], least: usize) {
        if course.len() < least {
            let place = self.place(path);
            self.error("rate", "this course has too few points", place, "expected [[\"0m\", 20], [\"10m\", 200]]");
        } else if let Some(before) = course.windows(2).position(|pair| pair[1].0 < pair[0].0) {
            let place = self.place(&format!("{path}[{}]", before + 1));
            let (earlier, later) = (course[before + 1].0, course[before].0);
            let message = format!("this point of the course, at {earlier}, comes after one at {later}");
            self.error("rate", message, place, "").help = "sort the points by time".to_owned();
        }
    }

    /// More requests than the budget allows: the run would end early, which is better known before it begins. A budget
    /// that the file gives itself is what somebody wants; the one that always holds is met by a slip of the pen.
    pub(super) fn expected_requests(&mut self, file: &ScenarioFile, callers: &[NewCaller], end: Time) {
        let budget = file.budget.budget().events;
        let expected = |caller: &NewCaller| match &caller.demand {
            Demand::Open(arrivals) => arrivals.expected_before(end),
            _ => 0.0,
        };
        let each: Vec<f64> = callers.iter().map(expected).collect();
        let all = each.iter().sum::<f64>();
        if all <= budget as f64 {
            return;
        }
        let most = (0..each.len()).max_by(|&a, &b| each[a].total_cmp(&each[b])).unwrap_or_default();
        let key = if file.world.traffic[most].log.is_some() { "log" } else { "rate" };
        let place = self.place(&format!("world.traffic[{most}].{key}"));
        let message = format!(
            "about {all:.0} requests are expected, and each is at least one of the {budget} events of the budget"
        );
        let enough = all * EVENTS_PER_REQUEST;
        let problem = match file.budget.events {
            Some(_) => Diagnostic::warning("budget", message).help(format!(
                "the run will end early: let `budget.events` be {enough:.0} or more, or let fewer requests come"
            )),
            None => Diagnostic::error("budget", message).help(format!(
                "let fewer requests come; or write [budget] with `events = {enough:.0}` for the whole run, or with less for \
                 its beginning"
            )),
        };
        self.problems.push(problem.at(place, ""));
    }
}

/// Its arrival, the end of its CPU time and the end of its wait.
const EVENTS_PER_REQUEST: f64 = 3.0;
