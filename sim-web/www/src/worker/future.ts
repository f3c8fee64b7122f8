// One future: a session of the simulation, and what of it the page has already been shown.
import type { Answer, Inspection, Look, SeriesView } from "../generated/views";
import type { Line } from "../protocol";
import type { Learn, Session } from "../wasm/sim_web";

/** Simulated nanoseconds in a second. */
const SECOND = 1_000_000_000;
/** Dots that appear in a second of the page's time, about. */
const DOTS_PER_SECOND = 40;

export class Future {
  /** The last fact that was shown; 0 lets the next look begin anew. */
  private shown = 0;
  private typedShown = 0;
  private perDot = 0;

  constructor(private readonly session: Session) {}

  get now(): bigint {
    return BigInt(this.session.now);
  }

  get end(): bigint {
    return BigInt(this.session.end);
  }

  get title(): string {
    return this.session.title;
  }

  get seed(): string {
    return this.session.seed;
  }

  pursue(goal: string, events: number): "paused" | "reached" | "ended" {
    return this.session.pursue(goal, events) as "paused" | "reached" | "ended";
  }

  step(): boolean {
    return this.session.step();
  }

  /** Goes near a moment; what was shown of the old present is void. */
  rewind(at: bigint): void {
    this.session.rewind(at.toString());
    this.forget();
  }

  enter(text: string): Answer {
    const answer = JSON.parse(this.session.enter(text)) as Answer;
    // What was typed here is printed by the terminal itself.
    this.skipTyped();
    return answer;
  }

  /** What a rule says. */
  explain(rule: string, content: Learn): Answer {
    return JSON.parse(this.session.explain(rule, content)) as Answer;
  }

  /** What became of the latest line: of a waiter, when time has passed. */
  outcome(): Answer {
    return JSON.parse(this.session.outcome()) as Answer;
  }

  undo(): string | undefined {
    const line = this.session.undo();
    this.forget();
    return line;
  }

  fork(): Future {
    return new Future(this.session.fork());
  }

  lines(): Line[] {
    return JSON.parse(this.session.lines()) as Line[];
  }

  series(): SeriesView[] {
    return JSON.parse(this.session.series()) as SeriesView[];
  }

  inspect(name: string): Inspection | null {
    const found = this.session.inspect(name);
    return found === undefined ? null : (JSON.parse(found) as Inspection);
  }

  names(): string[] {
    return JSON.parse(this.session.names()) as string[];
  }

  complete(prefix: string): string[] {
    return JSON.parse(this.session.complete(prefix)) as string[];
  }

  /** Lets the next look tell everything anew; what was typed so far only when it is asked for. */
  forget(typed: "again" | "not" = "not"): void {
    this.shown = 0;
    if (typed === "again") this.typedShown = 0;
    else this.skipTyped();
  }

  /** What there is to draw; `fresh` when it replaces what was drawn before. */
  look(speed: number): { look: Look; fresh: boolean } {
    const look = JSON.parse(this.session.look(this.shown, this.typedShown)) as Look;
    const fresh = this.shown === 0;
    this.shown = look.instant.facts;
    this.typedShown = look.instant.typed;
    this.watch(look, speed);
    return { look, fresh };
  }

  free(): void {
    this.session.free();
  }

  private skipTyped(): void {
    const look = JSON.parse(this.session.instant()) as { typed: number };
    this.typedShown = look.typed;
  }

  /** Thins the dots out to what an eye can follow. */
  private watch(look: Look, speed: number): void {
    const rate = look.map.callers.reduce((sum, caller) => sum + (caller.per_second ?? 0), 0) * speed;
    const perDot = Math.max(1, Math.round(rate / DOTS_PER_SECOND));
    const checks = (look.map.balancers.reduce((sum, one) => sum + one.registered, 0) / 30) * speed;
    // Small changes are not worth losing samples for.
    if (this.perDot === 0 || perDot > this.perDot * 1.5 || perDot < this.perDot / 1.5) {
      this.perDot = perDot;
      this.session.watch(perDot, Math.max(1, Math.round(checks / 10)));
    }
  }
}

/** Seconds as nanoseconds. */
export function nanos(seconds: number): bigint {
  return BigInt(Math.max(0, Math.round(seconds * 1e6))) * BigInt(SECOND / 1e6);
}
