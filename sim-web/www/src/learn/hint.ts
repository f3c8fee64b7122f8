// What `hint` says in the terminal: the open exercise knows.

let source: (() => Promise<string>) | undefined;

/** Lets an exercise answer; without one there is nothing to hint at. */
export function answerHints(from: (() => Promise<string>) | undefined): void {
  source = from;
}

export function hint(): Promise<string> {
  return source ? source() : Promise.resolve("Hints belong to exercises: open one in the Learn panel.");
}
