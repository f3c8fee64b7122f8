// Lets time pass in one future or two, in slices short enough that the worker always listens.
import type { Answer } from "../generated/views";
import type { Fork, Going, Line, Loaded, News, Side, Source } from "../protocol";
import { Session } from "../wasm/sim_web";
import { Future, nanos } from "./future";

/** Between two looks while time passes [ms]. */
const LOOK_EVERY = 50;
/** How long one slice of work may take [ms]. */
const SLICE = 25;
/** Events between two glances at the clock. */
const EVENTS = 4096;
/** Longest leap after a pause of the worker [s]. */
const LEAP = 0.25;

interface Pursuit {
  side: Side;
  goal: string;
  done: (reached: boolean) => void;
}

export class Player {
  private futures: Future[] = [];
  private going: Going = { playing: false, speed: 30, busy: false, sides: 1, focus: 0 };
  private pursuit: Pursuit | undefined;
  /** Where a seek is on its way to. */
  private target: bigint | undefined;
  private arrived: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** A scenario was loaded and not shown yet. */
  private freshly = false;
  private last = 0;
  private looked = 0;

  constructor(private readonly tell: (news: News) => void) {}

  load(source: Source, seed: string, lines: Line[], at: string, fork?: Fork): Promise<Loaded> {
    const begin = (typed: Line[]) => new Future(new Session(source.name, source.text, JSON.stringify(source.files), seed, JSON.stringify(typed)));
    // Both are begun before anything is given up: what cannot be loaded leaves everything as it is.
    const future = begin(lines);
    const other = fork ? [begin(fork.lines)] : [];
    this.abandon();
    for (const old of this.futures) old.free();
    this.futures = [future, ...other];
    this.change({ playing: false, busy: false, sides: fork ? 2 : 1, focus: fork?.focus ?? 0 });
    const loaded = { title: future.title, seed: future.seed, end_s: Number(future.end) / 1e9 };
    this.freshly = true;
    return this.seek(BigInt(at)).then(() => loaded);
  }

  play(on: boolean): void {
    if (on && this.futures.every((future) => future.now >= future.end)) return;
    this.last = performance.now();
    this.change({ playing: on });
    this.wake();
  }

  speed(factor: number): void {
    this.change({ speed: Math.min(3600, Math.max(0.1, factor)) });
  }

  /** Goes to a moment [ns]. The latest wish wins. */
  seek(at: bigint): Promise<void> {
    this.stop();
    for (const future of this.futures) future.rewind(at);
    this.target = at;
    const there = new Promise<void>((done) => this.arrived.push(done));
    this.run();
    return there;
  }

  seekSeconds(seconds: number): Promise<void> {
    return this.seek(nanos(seconds));
  }

  async step(what: "event" | "change"): Promise<void> {
    this.change({ playing: false });
    if (what === "event") {
      this.focus().step();
      this.follow();
      this.show();
    } else {
      await this.pursue("change");
    }
  }

  async enter(text: string): Promise<Answer> {
    const answer = this.focus().enter(text);
    if (answer.kind !== "run") {
      if (answer.kind === "done" && !answer.typed) this.focus().forget();
      this.show();
      return answer;
    }
    const playing = this.going.playing;
    this.change({ playing: false });
    const before = this.focus().now;
    const reached = await this.pursue(answer.goal);
    if (reached && answer.goal === "waited") {
      if (playing) this.play(true);
      const outcome = this.focus().outcome();
      return outcome.kind === "done" && outcome.text === "" ? { ...outcome, text: `${clock(Number(this.focus().now - before) / 1e9)} later` } : outcome;
    }
    const passed = Number(this.focus().now - before) / 1e9;
    const ended = answer.goal === "steady" ? "no steady state until the scenario's end" : "the scenario ends here";
    if (playing) this.play(true);
    return { kind: "done", text: reached ? `${clock(passed)} later` : ended, code: reached ? 0 : 1, typed: false };
  }

  undo(): string {
    this.stop();
    this.change({ playing: false });
    const line = this.focus().undo();
    this.follow();
    this.show();
    return line ?? "";
  }

  /** Ends a pursuit where it is. */
  stop(): void {
    const pursuit = this.pursuit;
    this.pursuit = undefined;
    if (pursuit) {
      this.change({ busy: false });
      pursuit.done(false);
    }
  }

  fork(): void {
    if (this.futures.length === 2) return;
    this.futures.push(this.focus().fork());
    this.change({ sides: 2, focus: 1 });
    for (const future of this.futures) future.forget();
    this.show();
  }

  /** What a permalink holds of this moment. */
  where(): { lines: Line[]; at: string; fork?: Fork } {
    const [first, second] = this.futures;
    const here = { lines: (first ?? this.focus()).lines(), at: this.focus().now.toString() };
    return second ? { ...here, fork: { lines: second.lines(), focus: this.going.focus } } : here;
  }

  turnTo(side: Side): void {
    if (side < this.futures.length) this.change({ focus: side });
  }

  drop(side: Side): void {
    if (this.futures.length === 1) return;
    this.stop();
    const [gone] = this.futures.splice(side, 1);
    gone?.free();
    this.change({ sides: 1, focus: 0 });
    for (const future of this.futures) future.forget();
    this.show();
  }

  future(side: Side): Future {
    const future = this.futures[side] ?? this.futures[0];
    if (!future) throw new Error("no scenario is loaded");
    return future;
  }

  focus(): Future {
    return this.future(this.going.focus);
  }

  private pursue(goal: string): Promise<boolean> {
    this.stop();
    this.change({ busy: true });
    return new Promise((done) => {
      this.pursuit = { side: this.going.focus, goal, done };
      this.wake();
    });
  }

  private abandon(): void {
    this.stop();
    this.target = undefined;
    for (const done of this.arrived.splice(0)) done();
  }

  private change(part: Partial<Going>): void {
    this.going = { ...this.going, ...part };
    this.tell({ is: "going", going: this.going });
  }

  private wake(): void {
    if (this.timer === undefined) this.timer = setTimeout(() => this.run(), 0);
  }

  /** One slice of work, and the next when there is more. */
  private run(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    const begun = performance.now();
    let wait = 0;
    if (this.target !== undefined) this.runToTarget(begun);
    else if (this.pursuit) this.runPursuit(this.pursuit, begun);
    else if (this.going.playing) {
      this.runPlay(begun);
      wait = Math.max(0, LOOK_EVERY - (performance.now() - begun));
    }
    if (this.target !== undefined || this.pursuit || this.going.playing) {
      this.timer = setTimeout(() => this.run(), wait);
    }
  }

  private runToTarget(begun: number): void {
    const target = this.target;
    if (target === undefined) return;
    if (this.towards(this.futures, target, begun)) {
      this.target = undefined;
      for (const future of this.futures) future.forget(this.freshly ? "again" : "not");
      this.freshly = false;
      this.show();
      for (const done of this.arrived.splice(0)) done();
      this.last = performance.now();
    }
  }

  private runPursuit(pursuit: Pursuit, begun: number): void {
    const future = this.future(pursuit.side);
    let state: "paused" | "reached" | "ended" = "paused";
    while (state === "paused" && performance.now() - begun < SLICE) state = future.pursue(pursuit.goal, EVENTS);
    this.follow();
    if (state !== "paused") {
      this.pursuit = undefined;
      this.change({ busy: false });
      this.show();
      pursuit.done(state === "reached");
    } else if (performance.now() - this.looked > LOOK_EVERY * 2) {
      this.show();
    }
  }

  private runPlay(begun: number): void {
    const passed = Math.min(LEAP, (begun - this.last) / 1000);
    this.last = begun;
    const now = this.focus().now;
    const target = now + nanos(passed * this.going.speed);
    this.towards(this.futures, target, begun);
    if (this.futures.every((future) => future.now >= future.end)) this.change({ playing: false });
    this.show();
  }

  /** Runs futures towards a moment, as far as the slice allows; true when all are there, or cannot get there. */
  private towards(futures: Future[], target: bigint, begun: number): boolean {
    let all = true;
    for (const future of futures) {
      let state: "paused" | "reached" | "ended" = "paused";
      while (state === "paused") {
        state = future.pursue(target.toString(), EVENTS);
        if (state === "paused" && performance.now() - begun > SLICE) break;
      }
      if (state === "ended") this.change({ playing: false });
      all &&= state !== "paused";
    }
    return all;
  }

  /** The other future comes to the same moment. */
  private follow(): void {
    const focus = this.focus();
    for (const other of this.futures) {
      if (other === focus) continue;
      const now = focus.now;
      if (now < other.now) other.rewind(now);
      while (other.now < now && other.pursue(now.toString(), EVENTS) === "paused");
    }
  }

  private show(): void {
    this.looked = performance.now();
    this.futures.forEach((future, side) => {
      const { look, fresh } = future.look(this.going.playing ? this.going.speed : 1);
      this.tell({ is: "look", side: side as Side, look, fresh });
    });
  }
}

/** `2 min 5 s` for 125. */
function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round((seconds - minutes * 60) * 1000) / 1000;
  return minutes === 0 ? `${rest} s` : `${minutes} min ${rest} s`;
}
