// What the page and its worker say to each other: calls with an answer, and news without a question.
import type {
  Answer, Contents, ExerciseView, GradeView, Inspection, Instant, JudgementView, LessonView, Look, Node, QuestionView, SeriesView,
} from "./generated/views";

/** A scenario as text, with the files that it names. */
export interface Source {
  /** The name of its file: `lab/fargate-alb.toml`. */
  name: string;
  text: string;
  files: Record<string, string>;
}

/** A typed line and its moment [ns], as digits. */
export interface Line {
  at: string;
  line: string;
}

/** One or two futures: the second is there after a fork. */
export type Side = 0 | 1;

/** The second of two futures: what was typed in it, and which of the two the terminal types into. */
export interface Fork {
  lines: Line[];
  focus: Side;
}

/** What is set up when a scenario was loaded. */
export interface Loaded {
  title: string;
  seed: string;
  end_s: number;
}

/** How the time goes. */
export interface Going {
  playing: boolean;
  /** Simulated seconds per second. */
  speed: number;
  /** A typed command lets time pass. */
  busy: boolean;
  sides: 1 | 2;
  focus: Side;
}

/** A problem in a scenario text, as an editor shows it: bytes from 0. */
export interface Diagnostic {
  severity: "error" | "warning";
  code: string;
  message: string;
  help: string;
  places: { file: string; line: number; column: number; endLine: number; endColumn: number; bytes: [number, number]; text: string }[];
}

/** Everything that the page can ask. */
export interface Calls {
  /** Loads a scenario and goes to a moment; with `fork` two futures of it. */
  load(source: Source, seed: string, lines: Line[], at: string, fork?: Fork): Loaded;
  play(on: boolean): void;
  speed(factor: number): void;
  seek(seconds: number): void;
  step(what: "event" | "change"): void;
  enter(text: string): Answer;
  stop(): void;
  undo(): string;
  fork(): void;
  focus(side: Side): void;
  drop(side: Side): void;
  /** The typed lines of the first future, the moment, and the second future if there is one: for a permalink. */
  where(): { lines: Line[]; at: string; fork?: Fork };
  /** The typed lines of the future in focus. */
  lines(): Line[];
  series(side: Side): SeriesView[];
  inspect(name: string): Inspection | null;
  names(): string[];
  complete(prefix: string): string[];
  check(source: Source): Diagnostic[];
  schema(): unknown;
  contents(): Contents;
  lesson(topic: string): LessonView;
  question(id: string, seed: number): QuestionView;
  grade(question: string, seed: number, answer: QuizAnswer): GradeView;
  exercise(name: string): ExerciseView;
  hint(name: string, number: number): string;
  solution(name: string): Node[];
  /** What the exercise's own judge says of this text with these typed lines, if nothing more is done. */
  judge(name: string, text: string, lines: Line[]): JudgementView;
  /** Takes news into a learner's progress; refuses what is damaged. */
  progress(kept: string, news: string): string;
}

/** An answer to a question; options have the numbers under which they are shown. */
export type QuizAnswer =
  | { single: number } | { multiple: number[] } | { number: number } | { order: number[] } | { match: number[] } | { open: number[] };

export type CallName = keyof Calls;

/** From the page to the worker. */
export interface Call {
  id: number;
  call: CallName;
  args: unknown[];
}

/** From the worker to the page. */
export type News =
  | { is: "answer"; id: number; value: unknown }
  | { is: "refusal"; id: number; message: string }
  | { is: "look"; side: Side; look: Look; fresh: boolean }
  | { is: "going"; going: Going }
  | { is: "dead"; message: string };

export type { Answer, Instant, Look };
