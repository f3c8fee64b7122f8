// The line under the cursor: what keys do to it. Knows nothing of a screen.

export interface Edit {
  text: string;
  /** Before which character the cursor stands. */
  at: number;
}

/** What a key asks for, beside changing the line. */
export type Wish = "enter" | "complete" | "cancel" | "clear" | undefined;

/** Lines that are remembered [count]. */
const HISTORY_MAX = 500;

export class LineEditor {
  text = "";
  at = 0;
  private history: string[] = [];
  /** Where in the history; its length is the line being written. */
  private place = 0;
  private draft = "";

  /** Takes what the terminal sends for a key, or a pasted text. */
  key(data: string): Wish {
    switch (data) {
      case "\r":
        return "enter";
      case "\t":
        return "complete";
      case "\x03":
        return "cancel";
      case "\x0c":
        return "clear";
      case "\x7f":
        this.cut(this.at - 1, this.at);
        return undefined;
      case "\x1b[3~":
      case "\x04":
        this.cut(this.at, this.at + 1);
        return undefined;
      case "\x01":
      case "\x1b[H":
        this.at = 0;
        return undefined;
      case "\x05":
      case "\x1b[F":
        this.at = this.text.length;
        return undefined;
      case "\x1b[D":
      case "\x02":
        this.at = Math.max(0, this.at - 1);
        return undefined;
      case "\x1b[C":
      case "\x06":
        this.at = Math.min(this.text.length, this.at + 1);
        return undefined;
      case "\x1b[1;5D":
      case "\x1bb":
        this.at = this.wordBefore();
        return undefined;
      case "\x1b[1;5C":
      case "\x1bf":
        this.at = this.wordAfter();
        return undefined;
      case "\x15":
        this.cut(0, this.at);
        return undefined;
      case "\x0b":
        this.cut(this.at, this.text.length);
        return undefined;
      case "\x17":
        this.cut(this.wordBefore(), this.at);
        return undefined;
      case "\x1b[A":
      case "\x10":
        this.recall(this.place - 1);
        return undefined;
      case "\x1b[B":
      case "\x0e":
        this.recall(this.place + 1);
        return undefined;
    }
    // Other control sequences mean nothing here; of a pasted text only the first line is taken.
    if (!data.startsWith("\x1b")) this.insert(data.replace(/\\?\r?[\n\r]+/g, " ").replace(/[\x00-\x1f\x7f]/g, ""));
    return undefined;
  }

  insert(text: string): void {
    this.text = this.text.slice(0, this.at) + text + this.text.slice(this.at);
    this.at += text.length;
  }

  /** Ends the line: it is remembered, unless it is empty or the same as the last. */
  take(): string {
    const line = this.text.trim();
    if (line !== "" && line !== this.history.at(-1)) this.history.push(line);
    this.history.splice(0, Math.max(0, this.history.length - HISTORY_MAX));
    this.set("");
    return line;
  }

  set(text: string): void {
    this.text = text;
    this.at = text.length;
    this.place = this.history.length;
    this.draft = "";
  }

  /** Takes in what the last word could become; returns what to show when there are several. */
  complete(candidates: string[]): string[] {
    const before = this.text.slice(0, this.at);
    const word = /\S*$/.exec(before)?.[0] ?? "";
    const fitting = candidates.filter((candidate) => candidate.startsWith(word));
    const [first] = fitting;
    if (first === undefined) return [];
    const shared = commonStart(fitting);
    this.insert(shared.slice(word.length) + (fitting.length === 1 ? " " : ""));
    return fitting.length > 1 && shared === word ? fitting : [];
  }

  private cut(from: number, to: number): void {
    const begin = Math.max(0, from);
    this.text = this.text.slice(0, begin) + this.text.slice(to);
    this.at = Math.min(begin, this.text.length);
  }

  private wordBefore(): number {
    return /\S*\s*$/.exec(this.text.slice(0, this.at))?.index ?? 0;
  }

  private wordAfter(): number {
    return this.at + (/^\s*\S*/.exec(this.text.slice(this.at))?.[0].length ?? 0);
  }

  private recall(place: number): void {
    if (place < 0 || place > this.history.length || place === this.place) return;
    if (this.place === this.history.length) this.draft = this.text;
    this.place = place;
    this.text = this.history[place] ?? this.draft;
    this.at = this.text.length;
  }
}

/** The longest beginning that all words have in common. */
export function commonStart(words: string[]): string {
  const [first = "", ...others] = words;
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
