// The types of what the simulation shows. Written by `UPDATE=1 cargo test -p tests page_types`.

/**
 * How something is doing, for its colour and shape.
 */
export type Tone = "good" | "coming" | "leaving" | "bad" | "gone";

/**
 * Everything that has a place in the network.
 */
export type MapView = { 
/**
 * Who calls.
 */
callers: Array<CallerTile>, 
/**
 * Load balancers.
 */
balancers: Array<BalancerTile>, 
/**
 * Zones of the Region, with their tasks.
 */
zones: Array<ZoneBox>, };

/**
 * Somebody who sends requests.
 */
export type CallerTile = { 
/**
 * Its name.
 */
name: string, 
/**
 * The load balancer it calls.
 */
to: string, 
/**
 * Requests a second at this moment; none for users who wait for answers, whose rate depends on these.
 */
per_second: number | null, 
/**
 * Requests sent so far [count].
 */
sent: number, 
/**
 * Those that did not reach the load balancer [count].
 */
unreached: number, };

/**
 * A load balancer.
 */
export type BalancerTile = { 
/**
 * Its name.
 */
name: string, 
/**
 * `provisioning` or `active`.
 */
state: string, 
/**
 * For its colour and shape.
 */
tone: Tone, 
/**
 * Ports it listens on.
 */
ports: Array<number>, 
/**
 * Zones it is in.
 */
zones: Array<string>, 
/**
 * Targets that are healthy [count].
 */
healthy: number, 
/**
 * Targets that are registered [count].
 */
registered: number, 
/**
 * Requests sent to it so far [count].
 */
requests: number, 
/**
 * Requests whose client still waits [count].
 */
in_flight: number, 
/**
 * Answers with 5XX so far [count].
 */
errors: number, };

/**
 * A zone, and who is in it.
 */
export type ZoneBox = { 
/**
 * `us-east-1a`.
 */
name: string, 
/**
 * Its subnet.
 */
subnet: string, 
/**
 * Whether it is without power.
 */
lost: boolean, 
/**
 * Its tasks, in the order of their creation.
 */
tasks: Array<TaskTile>, 
/**
 * Tasks that were too many to show [count].
 */
more: number, };

/**
 * A task.
 */
export type TaskTile = { 
/**
 * Its number in the order of creation: the same in every view of one run.
 */
key: number, 
/**
 * Its id, 32 hexadecimal digits.
 */
id: string, 
/**
 * `web#1`: what commands take.
 */
name: string, 
/**
 * The service it belongs to.
 */
service: string | null, 
/**
 * `demo-app:1`.
 */
revision: string, 
/**
 * `lastStatus`.
 */
status: string, 
/**
 * For its colour and shape.
 */
tone: Tone, 
/**
 * What goes on: its health, or what it waits for, in a few words.
 */
note: string, 
/**
 * Requests in progress [count].
 */
in_flight: number, 
/**
 * Since when it is in this status [s].
 */
since_s: number, };

/**
 * What moved since the last look. Nothing of it is invented: every dot is a request that the engine simulated.
 */
export type Motion = { 
/**
 * One request dot stands for so many requests [count].
 */
requests_per_dot: number, 
/**
 * Requests that came to an end.
 */
requests: Array<RequestDot>, 
/**
 * Health checks that were sent.
 */
probes: Array<ProbeDot>, 
/**
 * Image pulls in progress.
 */
pulls: Array<Pull>, };

/**
 * A request that came to an end.
 */
export type RequestDot = { 
/**
 * The load balancer it was sent to.
 */
balancer: string, 
/**
 * The task that had it, by its key; none when no target had it.
 */
task: number | null, 
/**
 * When it was sent [s].
 */
from_s: number, 
/**
 * When its outcome was decided [s].
 */
to_s: number, 
/**
 * The status its client saw; none when there was no answer.
 */
status: number | null, 
/**
 * Whether that is no error.
 */
good: boolean, };

/**
 * A health check.
 */
export type ProbeDot = { 
/**
 * The load balancer that sent it.
 */
balancer: string, 
/**
 * The task it was sent to, by its key.
 */
task: number, 
/**
 * When it was sent [s].
 */
from_s: number, 
/**
 * When its verdict is known [s].
 */
to_s: number, 
/**
 * Whether it passes.
 */
good: boolean, };

/**
 * A task that pulls its images.
 */
export type Pull = { 
/**
 * The task, by its key.
 */
task: number, 
/**
 * Since when [s].
 */
from_s: number, };

/**
 * ECS itself: clusters and their services.
 */
export type ControlPlane = { 
/**
 * Names of clusters.
 */
clusters: Array<string>, 
/**
 * `demo-app:1`: active revisions, newest last.
 */
definitions: Array<string>, 
/**
 * Services that are in use or being cleaned up.
 */
services: Array<ServiceTile>, 
/**
 * Log groups.
 */
log_groups: Array<string>, };

/**
 * A service.
 */
export type ServiceTile = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its cluster.
 */
cluster: string, 
/**
 * For its colour and shape.
 */
tone: Tone, 
/**
 * `steady`, or what keeps it from that.
 */
note: string, 
/**
 * Tasks to keep running [count].
 */
desired: number, 
/**
 * Tasks in RUNNING [count].
 */
running: number, 
/**
 * Tasks on their way to RUNNING [count].
 */
pending: number, 
/**
 * The PRIMARY deployment's revision.
 */
revision: string, 
/**
 * Its `rolloutState`.
 */
rollout: string, 
/**
 * `CPUUtilization` of the latest minute [%].
 */
cpu_percent: number | null, 
/**
 * `CPUUtilization` of the busiest minute [%].
 */
cpu_percent_max: number | null, };

/**
 * A repository.
 */
export type RepositoryTile = { 
/**
 * Its name.
 */
name: string, 
/**
 * `latest · 47 MB`.
 */
images: Array<string>, };

/**
 * A role.
 */
export type RoleTile = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its policies, attached ones and its own.
 */
policies: Array<string>, 
/**
 * How often it was refused something [count].
 */
denied: number, 
/**
 * What it was refused last.
 */
last_denied: string | null, };

/**
 * Something that happened.
 */
export type FeedLine = { 
/**
 * Its number in the journal, from 1.
 */
number: number, 
/**
 * When [s].
 */
at_s: number, 
/**
 * When, as a clock.
 */
at: string, 
/**
 * Its kind: the name of the fact.
 */
kind: string, 
/**
 * In words.
 */
text: string, 
/**
 * For its colour and shape.
 */
tone: Tone, 
/**
 * The fact that led to it.
 */
cause: number | null, 
/**
 * The task it is about, by its key on the map.
 */
task: number | null, };

/**
 * One link of a chain of causes.
 */
export type Link = { 
/**
 * When, as a clock.
 */
at: string, 
/**
 * What happened.
 */
what: string, };

/**
 * Something that can be done, with the line that does it.
 */
export type ActionView = { 
/**
 * What it does.
 */
label: string, 
/**
 * The line.
 */
line: string, };

/**
 * One thing, looked at closely.
 */
export type EntityView = { 
/**
 * `task`, `service`, …
 */
kind: string, 
/**
 * Its name, as commands take it.
 */
name: string, 
/**
 * The command that describes it; empty where AWS has none that is modelled.
 */
command: string, 
/**
 * What happened to it, oldest first.
 */
history: Array<FeedLine>, 
/**
 * From its latest change, or its latest trouble, back to the first cause.
 */
why: Array<Link>, 
/**
 * What can be done to it: what it does, and the line that does it.
 */
actions: Array<ActionView>, };

/**
 * A thing, looked at closely.
 */
export type Inspection = { 
/**
 * What it is, what became of it, and why.
 */
entity: EntityView, 
/**
 * What the command that describes it prints; empty where there is none.
 */
json: string, };

/**
 * One line of a chart.
 */
export type SeriesView = { 
/**
 * `AWS/ECS`, `AWS/ApplicationELB` or `AWS/NetworkELB`.
 */
namespace: string, 
/**
 * The metric, in AWS's spelling.
 */
metric: string, 
/**
 * Of what, in short: `service web`.
 */
of: string, 
/**
 * `Sum`, `Average` or a percentile.
 */
statistic: string, 
/**
 * Its unit, as CloudWatch says it.
 */
unit: string, 
/**
 * Ends of minutes [s]; a minute without a report is missing.
 */
at_s: Array<number>, 
/**
 * The values at these moments.
 */
values: Array<number>, };

/**
 * One expectation.
 */
export type GoalView = { 
/**
 * In words.
 */
text: string, 
/**
 * Whether it held when it was due; none before that.
 */
held: boolean | null, 
/**
 * Whether it holds as things stand.
 */
holds: boolean, 
/**
 * What was found; none when there was nothing to measure.
 */
actual: number | null, 
/**
 * The unit of what was found.
 */
unit: string, };

/**
 * One element, or a text.
 */
export type Node = { 
/**
 * Its name: that of an HTML element, `text`, `diagram` (drawn text), or `aws` (commands to be typed).
 */
tag: string, 
/**
 * Its text, where it has one of its own.
 */
text: string, 
/**
 * Where a link leads.
 */
href: string, 
/**
 * What lies in it.
 */
kids: Array<Node>, };

/**
 * The table of contents.
 */
export type Contents = { 
/**
 * The topics in order.
 */
topics: Array<TopicView>, };

/**
 * An exercise in the table of contents.
 */
export type ExerciseLink = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its title.
 */
title: string, };

/**
 * One topic.
 */
export type TopicView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its title.
 */
title: string, 
/**
 * What one can do afterwards.
 */
goal: string, 
/**
 * Ids of its questions.
 */
questions: Array<string>, 
/**
 * Its exercises.
 */
exercises: Array<ExerciseLink>, };

/**
 * A lesson.
 */
export type LessonView = { 
/**
 * Its title.
 */
title: string, 
/**
 * What one can do afterwards.
 */
goal: string, 
/**
 * Its text.
 */
body: Array<Node>, 
/**
 * The world in which its commands run.
 */
world: World | null, };

/**
 * A world to play in: a scenario and the files that it names.
 */
export type World = { 
/**
 * What it is called.
 */
name: string, 
/**
 * Its text.
 */
text: string, 
/**
 * The files beside it.
 */
files: Record<string, string>, };

/**
 * A question before it is answered.
 */
export type QuestionView = { 
/**
 * Its id.
 */
id: string, 
/**
 * `single`, `multiple`, `number`, `order`, `match` or `open`.
 */
kind: string, 
/**
 * What is asked.
 */
ask: Array<Node>, 
/**
 * What can be chosen, ordered, or matched with `left`.
 */
options: Array<string>, 
/**
 * Of match: what is given.
 */
left: Array<string>, 
/**
 * Of number: the unit.
 */
unit: string, 
/**
 * Whether a run reveals the answer.
 */
computed: boolean, };

/**
 * What is said to an answer.
 */
export type GradeView = { 
/**
 * `right`, `partly`, `wrong`; `error` when the answer was none.
 */
verdict: string, 
/**
 * The right answer in words; what was wrong with an answer that is none.
 */
answer: string, 
/**
 * What is to be said about what was chosen: about what, and what.
 */
remarks: Array<[string, string]>, 
/**
 * Why it is so.
 */
explanation: Array<Node>, 
/**
 * Where it is written: address and words.
 */
sources: Array<[string, string]>, };

/**
 * What is said about a world that was played.
 */
export type JudgementView = { 
/**
 * Whether the exercise is solved.
 */
solved: boolean, 
/**
 * Each condition in words, and whether it holds.
 */
outcomes: Array<[string, boolean]>, 
/**
 * Tables of the scenario that may not be changed, and were.
 */
tampered: Array<string>, 
/**
 * Typed lines that came through the world's own door, which an operator does not have.
 */
outside: Array<string>, };

/**
 * An exercise.
 */
export type ExerciseView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its title.
 */
title: string, 
/**
 * What happened.
 */
story: Array<Node>, 
/**
 * What is to be reached.
 */
goal: Array<Node>, 
/**
 * The conditions in words, as the world's last expectations have them.
 */
goals: Array<string>, 
/**
 * How many hints there are [count].
 */
hints: number, 
/**
 * The world that fails.
 */
world: World, };

/**
 * A command line and its answer.
 */
export type Typed = { 
/**
 * When [s].
 */
at_s: number, 
/**
 * When, as a clock.
 */
at: string, 
/**
 * The line.
 */
command: string, 
/**
 * The exit code: 0, or 254 when AWS refused.
 */
exit_code: number, 
/**
 * What was printed, errors included.
 */
output: string, };

/**
 * What is true of a moment: small enough for every look.
 */
export type Instant = { 
/**
 * When [s].
 */
now_s: number, 
/**
 * When, exactly [ns], as digits.
 */
now_ns: string, 
/**
 * When, as a clock.
 */
clock: string, 
/**
 * When the scenario ends [s].
 */
end_s: number, 
/**
 * The run hash so far.
 */
hash: string, 
/**
 * Events handled [count].
 */
events: number, 
/**
 * Facts in the journal [count].
 */
facts: number, 
/**
 * Requests sent [count].
 */
requests: number, 
/**
 * The budget that ended the run, in words.
 */
stopped_by: string | null, 
/**
 * The line that `undo` would take back.
 */
can_undo: string | null, 
/**
 * Lines that are still to come in this future [count].
 */
lines_to_come: number, 
/**
 * Lines typed so far, the scenario's own included [count].
 */
typed: number, };

/**
 * Everything that the page draws of one moment.
 */
export type Look = { 
/**
 * The moment.
 */
instant: Instant, 
/**
 * Callers, load balancers, zones, tasks.
 */
map: MapView, 
/**
 * What moved since the last look.
 */
motion: Motion, 
/**
 * ECS itself.
 */
control: ControlPlane, 
/**
 * The registry.
 */
repositories: Array<RepositoryTile>, 
/**
 * Roles.
 */
roles: Array<RoleTile>, 
/**
 * What happened since the fact that was asked for.
 */
feed: Array<FeedLine>, 
/**
 * What was typed since the line that was asked for, and what was answered.
 */
typed: Array<Typed>, 
/**
 * What was expected, as it stands.
 */
goals: Array<GoalView>, };

/**
 * What became of an entered line.
 */
export type Answer = { "kind": "done", 
/**
 * What it printed.
 */
text: string, 
/**
 * Its exit code.
 */
code: number, 
/**
 * Whether the world was changed or asked, so that there is something to undo.
 */
typed: boolean, } | { "kind": "run", 
/**
 * `steady`, `waited`, or digits [ns].
 */
goal: string, } | { "kind": "hint" } | { "kind": "explain", 
/**
 * Its id.
 */
rule: string, };
