//! A scenario that runs: what the terminal and the browser hold.

use std::sync::Arc;
use std::time::Duration;

use crate::api::command::{Command, GENERAL_ERROR, Poll, Problem};
use crate::engine::{Budget, Exceeded, FactId, RunHash, Time};
use crate::files::Files;
use crate::observe::report::{self, ExpectationPart, Report, RunPart, ScenarioPart, Typed};
use crate::observe::trace::traces;
use crate::observe::view::GoalView;
use crate::observe::{Verdict, evaluate};
use crate::scenario::{Action, FaultTable, Scenario};
use crate::world::capacity::HostId;
use crate::world::ecr::EcrEvent;
use crate::world::ecs::TaskId;
use crate::world::elb::{LoadBalancerId, Probe};
use crate::world::network::ZoneId;
use crate::world::traffic::RequestSample;
use crate::world::{Ctx, Event, Fact, Name, World};

/// How many events pass between two looks at the budget: at multiples of it, so that pauses change nothing.
pub(crate) const BUDGET_CHECK_INTERVAL: u64 = 4096;
/// How many events pass at least, for each thing that there is, before what all of them take is summed up again: that looks at every
/// one, and so costs no more for each event when there are more of them.
pub(crate) const EVENTS_PER_ENTITY: u64 = 8;

/// A running scenario. Cheap to clone: a clone is a fork, and goes on exactly like the original.
#[derive(Debug)]
pub struct Simulation {
    scenario: Arc<Scenario>,
    world: World,
    ctx: Ctx,
    seed: u64,
    /// The next of the scenario's actions.
    next_action: usize,
    transcript: Vec<Typed>,
    /// Waiters that have not come to an end, in the order in which they were typed.
    waiting: Vec<Waiting>,
    /// Expectations that have been looked at, by their place in the file.
    verdicts: Vec<Option<Verdict>>,
    exceeded: Option<Exceeded>,
    /// What everything took when it was last summed up [bytes].
    memory: u64,
}

/// Derived, it would be compiled once more in every crate that forks: 0.2 MB of WebAssembly each.
impl Clone for Simulation {
    #[inline(never)]
    fn clone(&self) -> Simulation {
        Simulation {
            scenario: Arc::clone(&self.scenario),
            world: self.world.clone(),
            ctx: self.ctx.clone(),
            seed: self.seed,
            next_action: self.next_action,
            transcript: self.transcript.clone(),
            waiting: self.waiting.clone(),
            verdicts: self.verdicts.clone(),
            exceeded: self.exceeded,
            memory: self.memory,
        }
    }
}

/// A waiter that was typed and has not come to an end.
#[derive(Clone)]
struct Waiting {
    command: Arc<Command>,
    /// Its place in the transcript.
    place: usize,
    /// The fact that it was typed.
    typed: FactId,
    /// How often it has called [count].
    calls: u32,
    /// When it calls next.
    next: Time,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} calls)", self.command.line, self.calls)
    }
}

/// What stands in the transcript behind a waiter that has not come to an end.
const STILL_WAITING: &str = "…";

impl Simulation {
    /// Starts a scenario, with another seed than its own if one is given.
    pub fn start(scenario: Arc<Scenario>, seed: Option<u64>) -> Simulation {
        let seed = seed.unwrap_or(scenario.file.scenario.seed);
        let (world, ctx) = scenario.begin(seed);
        let verdicts = vec![None; scenario.file.expect.len()];
        Simulation {
            scenario,
            world,
            ctx,
            seed,
            next_action: 0,
            transcript: Vec::new(),
            waiting: Vec::new(),
            verdicts,
            exceeded: None,
            memory: 0,
        }
    }

    /// The simulated moment.
    pub fn now(&self) -> Time {
        self.ctx.now()
    }

    /// When the scenario ends.
    pub fn end(&self) -> Time {
        self.scenario.end
    }

    /// The world as it stands, to be looked at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The journal, the clock and the counters, to be looked at.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The run hash so far.
    pub fn hash(&self) -> RunHash {
        self.ctx.hash()
    }

    /// The budget that ended the run early, if one did.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded
    }

    /// What was typed so far.
    pub fn transcript(&self) -> &[Typed] {
        &self.transcript
    }

    /// When the next thing happens, up to the scenario's end.
    pub fn peek(&mut self) -> Option<Time> {
        let action = self.scenario.actions.get(self.next_action).map(|(at, _)| *at);
        let poll = self.waiting.iter().map(|waiting| waiting.next).min();
        let event = self.ctx.peek();
        let next = action.into_iter().chain(poll).chain(event).min()?;
        (next <= self.end() && self.exceeded.is_none()).then_some(next)
    }

    /// Lets one thing happen: an action from outside, an event or a timer. False when nothing is left.
    pub fn step(&mut self) -> bool {
        let Some(next) = self.peek() else { return false };
        self.look_at_expectations(next);
        let action = self.scenario.actions.get(self.next_action);
        if action.is_some_and(|(at, _)| *at <= next) {
            self.act();
        } else if self.next_poll() <= next {
            self.ctx.rest_until(next);
            self.poll();
        } else if let Some(next) = self.ctx.next(next) {
            self.world.handle(next, &mut self.ctx);
        }
        self.look_at_budget();
        true
    }

    /// Runs until `time` or the scenario's end, whichever is earlier, or until a budget is used up.
    pub fn run_until(&mut self, time: Time) {
        self.run_some(time, u64::MAX);
    }

    /// The same, but pauses after about so many events: false when it has paused and there is more to do. For callers
    /// that must stay awake. Where it pauses changes nothing.
    pub fn run_some(&mut self, time: Time, events: u64) -> bool {
        let pause = self.ctx.events().saturating_add(events);
        let time = time.min(self.end());
        while self.exceeded.is_none() {
            let action = self.scenario.actions.get(self.next_action).map_or(Time::MAX, |(at, _)| *at);
            // What comes from outside: the scenario's actions, and calls of waiters.
            let action = action.min(self.next_poll());
            let due = self.next_expectation();
            let stop = action.min(due).min(time);
            // Everything before the stop, and with the last stop everything at it: actions come before events of the
            // same instant, expectations after them.
            let is_action = action <= stop;
            let horizon = if is_action { before(stop) } else { Some(stop) };
            if let Some(horizon) = horizon {
                self.run_events(horizon, pause);
                if self.exceeded.is_none()
                    && self.ctx.events() >= pause
                    && self.ctx.peek().is_some_and(|next| next <= horizon)
                {
                    return false;
                }
            }
            if self.exceeded.is_some() {
                break;
            }
            self.ctx.rest_until(if is_action { before(stop).unwrap_or(Time::ZERO) } else { stop });
            if is_action {
                self.ctx.rest_until(stop);
                self.do_from_outside(stop);
                self.hold_to_budget();
            } else if due <= stop {
                self.look_at_expectations(Time::from_nanos(stop.as_nanos().saturating_add(1)));
            } else {
                break;
            }
        }
        if self.ctx.now() >= self.end() {
            self.look_at_expectations(Time::MAX);
        }
        true
    }

    /// Runs to the end of the scenario.
    pub fn run(&mut self) {
        self.run_until(self.end());
    }

    fn run_events(&mut self, until: Time, pause: u64) {
        loop {
            let left = BUDGET_CHECK_INTERVAL - self.ctx.events() % BUDGET_CHECK_INTERVAL;
            if !self.run_a_few(until, left) {
                return;
            }
            self.look_at_budget();
            if self.exceeded.is_some() || self.ctx.events() >= pause {
                return;
            }
        }
    }

    /// Handles so many events; false when there are no more of them. Called again and again, not inlined: a browser compiles
    /// well what is called often, and nothing that it is still in.
    #[inline(never)]
    fn run_a_few(&mut self, until: Time, events: u64) -> bool {
        for _ in 0..events {
            match self.ctx.next(until) {
                Some(next) => self.world.handle(next, &mut self.ctx),
                None => return false,
            }
        }
        true
    }

    fn look_at_budget(&mut self) {
        if self.ctx.events().is_multiple_of(BUDGET_CHECK_INTERVAL) || self.ctx.events() < BUDGET_CHECK_INTERVAL {
            self.hold_to_budget();
        }
    }

    fn hold_to_budget(&mut self) {
        let entities = self.world.entities();
        // A power of two: it is met in time also while there are ever more things.
        let looks = (EVENTS_PER_ENTITY * entities / BUDGET_CHECK_INTERVAL).next_power_of_two();
        if (self.ctx.events() / BUDGET_CHECK_INTERVAL).is_multiple_of(looks) {
            self.memory = self.world.memory();
        }
        self.exceeded = self.exceeded.or(self.ctx.exceeded(entities, self.memory));
    }

    /// When the next expectation is due that has not been looked at.
    fn next_expectation(&self) -> Time {
        let open = self.scenario.file.expect.iter().zip(&self.verdicts).filter(|(_, verdict)| verdict.is_none());
        open.filter_map(|(expect, _)| expect.at.map(|_| expect.due(self.scenario.end))).min().unwrap_or(Time::MAX)
    }

    /// Looks at the expectations that are due before `time`.
    fn look_at_expectations(&mut self, time: Time) {
        let scenario = Arc::clone(&self.scenario);
        for (expect, verdict) in scenario.file.expect.iter().zip(&mut self.verdicts) {
            if verdict.is_none() && expect.due(scenario.end) < time {
                *verdict = Some(evaluate(expect, &self.world, &self.ctx));
            }
        }
    }

    /// When a waiter calls next.
    fn next_poll(&self) -> Time {
        self.waiting.iter().map(|waiting| waiting.next).min().unwrap_or(Time::MAX)
    }

    /// Whether a waiter has not come to an end.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Does what comes from outside at this moment: an action of the scenario before the call of a waiter.
    fn do_from_outside(&mut self, at: Time) {
        match self.scenario.actions.get(self.next_action) {
            Some((action, _)) if *action <= at => self.act(),
            _ => self.poll(),
        }
    }

    /// Lets the waiter call that is due.
    fn poll(&mut self) {
        let now = self.ctx.now();
        let Some(index) = self.waiting.iter().position(|waiting| waiting.next <= now) else { return };
        let mut waiting = self.waiting.remove(index);
        waiting.calls += 1;
        let (typed, command) = (waiting.typed, Arc::clone(&waiting.command));
        let outcome = self.ctx.within(Some(typed), |ctx| command.poll(waiting.calls, &mut self.world, ctx));
        let Some(waiter) = command.waiter() else { return };
        let (code, output, fact) = match outcome {
            Poll::Again => {
                waiting.next = now + waiter.every;
                return self.waiting.insert(index, waiting);
            }
            Poll::Done => (0, String::new(), Fact::WaiterSucceeded { waiter: waiter.kebab().into() }),
            Poll::Failed(message) => {
                let fact = Fact::WaiterFailed { message: message.as_str().into() };
                (GENERAL_ERROR, message, fact)
            }
        };
        self.ctx.within(Some(typed), |ctx| ctx.record(fact));
        let told = &mut self.transcript[waiting.place];
        (told.exit_code, told.output) = (code, output);
    }

    /// Does the next of the scenario's actions.
    fn act(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        let Some((at, action)) = scenario.actions.get(self.next_action) else { return };
        self.next_action += 1;
        self.ctx.rest_until(*at);
        match action {
            Action::Type(command) => self.run_command(command),
            Action::Push { line, image } => self.push(line, *image),
            Action::Call(index) => {
                self.world.add_caller(scenario.caller(*index), &mut self.ctx);
            }
            Action::Fault(index) => match &scenario.file.world.fault[*index] {
                FaultTable::Kill(kill) => self.world.kill_tasks(&kill.kill, kill.count, *index, &mut self.ctx),
                FaultTable::Zone(zone) => {
                    if let Some(id) = self.world.network.zone_named(&zone.zone) {
                        self.world.lose_zone(id, zone.lasts.map(|lasts| lasts.0), &mut self.ctx);
                    }
                }
                FaultTable::Break(it) => {
                    self.world.break_tasks(&it.service, (it.count, it.status), *index, &mut self.ctx);
                }
                FaultTable::Agent(cut) => {
                    self.world.cut_agent_off(&cut.cut_off, cut.lasts.map(|lasts| lasts.0), &mut self.ctx);
                }
                FaultTable::Database(slow) => {
                    if let Some(id) = self.world.traffic.database_named(&slow.database) {
                        let lasts = slow.lasts.map(|lasts| lasts.0);
                        self.world.slow_database(id, slow.thousandths(), lasts, &mut self.ctx);
                    }
                }
            },
        }
    }

    /// Pushes an image, by its place in `[[world.image]]`, because of this line.
    pub fn push(&mut self, line: &str, image: u32) {
        let typed = self.typed(line);
        let facts = self.ctx.journal().len();
        self.ctx.within(Some(typed), |ctx| self.world.dispatch(Event::Ecr(EcrEvent::Push(image)), ctx));
        let refused = self.ctx.journal().iter().skip(facts).find_map(|(_, entry)| match &entry.fact {
            Fact::OperationRefused { code, message, .. } => Some(format!("denied: {code}: {message}")),
            _ => None,
        });
        let code = u8::from(refused.is_some());
        let pushed = &self.world.ecr.images[image as usize];
        let done = format!("{}: digest: {} size: {}", pushed.tag, pushed.digest, pushed.size());
        let output = refused.unwrap_or(done);
        self.transcribe(line, code, output);
    }

    /// Kills the process of a task from outside, because of this line: the second door.
    pub fn kill(&mut self, line: &str, task: TaskId) {
        let typed = self.typed(line);
        self.ctx.within(Some(typed), |ctx| self.world.kill_task(task, ctx));
        self.transcribe(line, 0, String::new());
    }

    /// Lets a zone lose its power, for so long or until the end, because of this line: the second door.
    pub fn lose_zone(&mut self, line: &str, zone: ZoneId, lasts: Option<Duration>) {
        let typed = self.typed(line);
        self.ctx.within(Some(typed), |ctx| self.world.lose_zone(zone, lasts, ctx));
        self.transcribe(line, 0, String::new());
    }

    /// Cuts the agent of an EC2 instance off, for so long or until the end, because of this line: the second door.
    pub fn cut_agent_off(&mut self, line: &str, host: HostId, lasts: Option<Duration>) {
        let typed = self.typed(line);
        let name = self.world.ec2.hosts[host].name.clone();
        self.ctx.within(Some(typed), |ctx| self.world.cut_agent_off(&name, lasts, ctx));
        self.transcribe(line, 0, String::new());
    }

    /// Lets so many requests a second come to a load balancer from now on, because of this line: the second door.
    pub fn call(&mut self, line: &str, balancer: LoadBalancerId, per_second: f64) {
        let typed = self.typed(line);
        let end = self.end();
        self.ctx.within(Some(typed), |ctx| self.world.set_traffic(balancer, per_second, end, ctx));
        self.transcribe(line, 0, String::new());
    }

    /// Keeps one in so many requests and health checks for [`Simulation::take_requests`] and
    /// [`Simulation::take_probes`]; none when zero. It changes nothing in the run.
    pub fn watch(&mut self, requests: u32, probes: u32) {
        self.world.traffic.samples.keep_one_in(requests);
        self.world.elb.watch_probes(probes, self.ctx.now());
    }

    /// Follows one in so many calls of clients from end to end, from now on; none when zero. It changes nothing in the run.
    pub fn trace_requests(&mut self, one_in: u64) {
        self.world.traffic.traces.keep_one_in(one_in);
    }

    /// The requests that were kept since the last time.
    pub fn take_requests(&mut self) -> Vec<RequestSample> {
        self.world.traffic.samples.take()
    }

    /// The health checks that were kept since the last time.
    pub fn take_probes(&mut self) -> Vec<Probe> {
        self.world.elb.take_probes(self.ctx.now())
    }

    /// Lowers the limits of the run to what this place can bear; a limit that is lower already stays.
    pub fn limit_to(&mut self, budget: Budget) {
        self.ctx.limit_to(budget);
    }

    /// The scenario that runs.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The seed of this run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What was expected, as it stands while the run goes on.
    pub fn goals(&self) -> Vec<GoalView> {
        let expectations = self.scenario.file.expect.iter().zip(&self.verdicts).map(|(expect, verdict)| {
            let now = evaluate(expect, &self.world, &self.ctx);
            let held = verdict.as_ref().map(|verdict| verdict.held);
            GoalView { text: now.text, held, holds: now.held, actual: now.actual, unit: now.unit.to_owned() }
        });
        expectations.collect()
    }

    /// What was expected, and how it came out where it was looked at.
    pub fn expectations(&self) -> Vec<ExpectationPart> {
        let expectations = self.scenario.file.expect.iter().zip(&self.verdicts).map(|(expect, verdict)| {
            let now = evaluate(expect, &self.world, &self.ctx);
            let looked = verdict.is_some();
            let Verdict { text, held, actual, unit } = verdict.clone().unwrap_or(now);
            ExpectationPart { text, held: looked.then_some(held), actual, unit }
        });
        expectations.collect()
    }

    /// Types a line at this moment. Problems of the line itself come back; what AWS answers is in the transcript.
    pub fn type_line(&mut self, line: &str, files: &dyn Files) -> Result<&Typed, Vec<Problem>> {
        let command = Command::parse(line, files)?;
        self.run_command(&command);
        Ok(self.transcript.last().expect("it was just written"))
    }

    fn run_command(&mut self, command: &Command) {
        let typed = self.typed(&command.line);
        if command.waiter().is_some() {
            let (command, next) = (Arc::new(command.clone()), self.ctx.now());
            self.transcribe(&command.line, 0, STILL_WAITING.to_owned());
            self.waiting.push(Waiting { command, place: self.transcript.len() - 1, typed, calls: 0, next });
            return self.poll();
        }
        let outcome = self.ctx.within(Some(typed), |ctx| command.run(&mut self.world, ctx));
        if let Err(error) = &outcome.result {
            let name = |text: &str| Name::from(text);
            let refused = Fact::OperationRefused {
                operation: name(command.operation()),
                code: name(error.code),
                message: name(&error.message),
            };
            self.ctx.within(Some(typed), |ctx| ctx.record(refused));
        }
        self.transcribe(&command.line, outcome.code, format!("{}{}", outcome.stdout, outcome.stderr));
    }

    /// Records that a line is typed.
    fn typed(&mut self, line: &str) -> FactId {
        let text = one_line(line).into();
        let number = self.transcript.len() as u32 + 1;
        self.ctx.within(None, |ctx| ctx.record(Fact::CommandTyped { line: number, text }))
    }

    fn transcribe(&mut self, line: &str, exit_code: u8, output: String) {
        let at = self.ctx.now();
        self.transcript.push(Typed {
            at_s: report::seconds(at),
            at: at.to_string(),
            command: one_line(line),
            exit_code,
            output: output.trim_matches('\n').to_owned(),
        });
    }

    /// Everything that a reader wants to know of the run so far.
    pub fn report(&self) -> Report {
        let header = &self.scenario.file.scenario;
        Report {
            scenario: ScenarioPart {
                title: header.title.clone(),
                file: self.scenario.name.clone(),
                seed: self.seed,
                region: header.region.clone(),
                duration_s: report::seconds(self.scenario.end),
            },
            run: RunPart {
                hash: self.hash().to_string(),
                events: self.ctx.events(),
                facts: self.ctx.journal().len() as u64,
                requests: self.world.requests_sent(),
                simulated_s: report::seconds(self.now()),
                stopped_by: self.exceeded.map(|exceeded| exceeded.to_string()),
            },
            expectations: self.expectations(),
            services: report::services(&self.world, &self.ctx),
            traffic: report::traffic(&self.world),
            endpoints: report::endpoints(&self.world),
            cost: report::cost(&self.world, self.now()),
            moments: report::moments(&self.world, &self.ctx),
            transcript: self.transcript.clone(),
            traces: traces(&self.world),
        }
    }
}

/// The last moment before `time`; none before the beginning.
fn before(time: Time) -> Option<Time> {
    time.as_nanos().checked_sub(1).map(Time::from_nanos)
}

/// A command without its line continuations.
fn one_line(line: &str) -> String {
    line.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
