// What is said to the terminal. It is loaded after the first picture; what is said before waits for it.
import { effect } from "@preact/signals";
import { going, onLook, opening, said } from "../state";
import type { Shell } from "./shell";

let shell: Shell | undefined;
const waiting: ((shell: Shell) => void)[] = [];

function tell(what: (shell: Shell) => void): void {
  if (shell) what(shell);
  else waiting.push(what);
}

/** The terminal is there: it hears what was said before, and all that follows. */
export function arrived(there: Shell): () => void {
  shell = there;
  for (const what of waiting.splice(0)) what(there);
  return () => (shell = undefined);
}

effect(() => {
  const name = opening.value;
  if (name !== "") tell((it) => it.say(`— ${name} —`));
});
onLook((side, look) => {
  if (side === going.peek().focus && look.typed.length > 0) tell((it) => it.scripted(look.typed));
});

/** Enters a line in the terminal: what every button does, so that one sees what it is. */
export async function type(line: string): Promise<void> {
  const answer = await new Promise<Awaited<ReturnType<Shell["run"]>>>((done) => tell((it) => done(it.run(line))));
  if (answer?.kind === "done") said.value = `${line}: ${answer.code === 0 ? "done" : "refused"}`;
}
