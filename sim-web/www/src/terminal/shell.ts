// The shell: prompt, line, answers, and what the scenario itself types as time passes. Writes to anything that can be
// written to.
import type { Look } from "../generated/views";
import type { Answer } from "../protocol";
import { LineEditor } from "./line-editor";

/** What the shell writes to. */
export interface Screen {
  write(text: string): void;
  clear(): void;
  columns(): number;
}

/** Who does what was entered. */
export interface World {
  enter(text: string): Promise<Answer>;
  complete(prefix: string): Promise<string[]>;
  stop(): void;
  hint(): Promise<string>;
}

/** Lines of the scenario that are printed at once [count]. */
const SCRIPTED_MAX = 40;
const PROMPT = "$ ";
const DIM = "\x1b[2m";
const BOLD = "\x1b[1m";
const RED = "\x1b[31m";
const PLAIN = "\x1b[0m";

/** Text from the simulation, without what a terminal would obey. */
export function harmless(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "·");
}

export class Shell {
  readonly line = new LineEditor();
  private busy = false;
  private queue: Promise<void> = Promise.resolve();
  /** On which row of the written line the cursor stands. */
  private row = 0;

  constructor(
    private readonly screen: Screen,
    private readonly world: World,
  ) {}

  greet(): void {
    this.screen.write(`${BOLD}Type aws commands here; Tab completes, ↑ recalls, help says what there is.${PLAIN}\r\n`);
    this.draw();
  }

  /** Takes a key. What is typed while something is under way waits for it, but for Ctrl+C, which ends it. */
  key(data: string): Promise<void> {
    if (this.busy && data === "\x03") {
      this.world.stop();
      return Promise.resolve();
    }
    this.queue = this.queue.then(() => this.take(data));
    return this.queue;
  }

  private async take(data: string): Promise<void> {
    const wish = this.line.key(data);
    if (wish === "enter") await this.enter();
    else if (wish === "complete") await this.complete();
    else if (wish === "cancel") {
      this.leave("^C");
      this.line.set("");
    } else if (wish === "clear") {
      this.screen.clear();
      this.row = 0;
    }
    this.draw();
  }

  /** Enters a line as if it had been typed: for buttons, which show what they do. */
  run(text: string): Promise<Answer | undefined> {
    const done = this.queue.then(() => {
      this.line.set(text);
      this.draw();
      return this.enter();
    });
    this.queue = done.then(() => undefined);
    return done;
  }

  /** Prints what the scenario itself typed. */
  scripted(typed: Look["typed"]): void {
    if (typed.length === 0) return;
    this.erase();
    for (const { at, command, output, exit_code } of typed.slice(-SCRIPTED_MAX)) {
      this.print(`${DIM}${at}${PLAIN} ${PROMPT}${harmless(command)}`);
      if (output !== "") this.print(exit_code === 0 ? `${DIM}${harmless(output)}${PLAIN}` : `${RED}${harmless(output)}${PLAIN}`);
    }
    if (!this.busy) this.draw();
  }

  /** Prints a line of the page itself. */
  say(text: string): void {
    this.erase();
    this.print(`${DIM}${harmless(text)}${PLAIN}`);
    if (!this.busy) this.draw();
  }

  private async enter(): Promise<Answer | undefined> {
    const text = this.line.text;
    this.line.at = text.length;
    this.draw();
    this.screen.write("\r\n");
    this.row = 0;
    const line = this.line.take();
    if (line === "") return undefined;
    if (line === "clear") {
      this.screen.clear();
      this.draw();
      return undefined;
    }
    this.busy = true;
    try {
      const answer = await this.world.enter(line);
      if (answer.kind === "hint") this.print(harmless(await this.world.hint()));
      else if (answer.kind === "done" && answer.text !== "") {
        const text = harmless(answer.text.replace(/\n+$/, ""));
        this.print(answer.code === 0 ? text : `${RED}${text}${PLAIN}`);
      }
      return answer;
    } catch (error) {
      this.print(`${RED}${harmless(error instanceof Error ? error.message : String(error))}${PLAIN}`);
      return undefined;
    } finally {
      this.busy = false;
      this.draw();
    }
  }

  private async complete(): Promise<void> {
    const before = this.line.text.slice(0, this.line.at);
    const several = this.line.complete(await this.world.complete(before).catch(() => []));
    if (several.length > 0) {
      this.leave("");
      this.print(`${DIM}${harmless(several.slice(0, 60).join("  "))}${several.length > 60 ? " …" : ""}${PLAIN}`);
    }
  }

  /** Goes below the line, which stays where it is. */
  private leave(mark: string): void {
    this.line.at = this.line.text.length;
    this.draw();
    this.screen.write(`${mark}\r\n`);
    this.row = 0;
  }

  private print(text: string): void {
    this.screen.write(`${text.replaceAll("\n", "\r\n")}\r\n`);
  }

  private erase(): void {
    this.screen.write(`${this.row > 0 ? `\x1b[${this.row}A` : ""}\r\x1b[J`);
    this.row = 0;
  }

  /** Writes prompt and line anew, with the cursor in its place. */
  private draw(): void {
    const columns = Math.max(10, this.screen.columns());
    this.erase();
    this.screen.write(PROMPT + this.line.text);
    const end = PROMPT.length + this.line.text.length;
    const cursor = PROMPT.length + this.line.at;
    // A line that just fills a row leaves the cursor on it: a blank brings it onto the next.
    if (end % columns === 0) this.screen.write(" \b");
    const up = Math.floor(end / columns) - Math.floor(cursor / columns);
    if (up > 0) this.screen.write(`\x1b[${up}A`);
    this.screen.write(`\r${cursor % columns > 0 ? `\x1b[${cursor % columns}C` : ""}`);
    this.row = Math.floor(cursor / columns);
  }
}
