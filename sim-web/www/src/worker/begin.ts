// Starts workers. The first script that the browser reads starts one and tells it to open the lab: it works while the page
// itself is still on its way.
import type { Call, News } from "../protocol";

/** A worker, and what it said while nobody listened. */
export interface Begun {
  worker: Worker;
  /** What it was told to do already. */
  told: Call | undefined;
  said: News[];
}

function begin(told?: Call): Begun {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const said: News[] = [];
  worker.onmessage = ({ data }: MessageEvent<News>) => said.push(data);
  if (told) worker.postMessage(told);
  return { worker, told, said };
}

let first: Begun | undefined;

/** Starts a worker before somebody needs it; `told` is what it shall do first. */
export function beginEarly(told?: Call): void {
  first = begin(told);
}

/** A worker that nobody uses: the early one, or another. */
export function fresh(): Begun {
  const begun = first ?? begin();
  first = undefined;
  return begun;
}
