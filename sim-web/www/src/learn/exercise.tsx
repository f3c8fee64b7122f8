// One exercise: a broken world, a goal whose state is shown while the world lives, hints, and the verdict.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ExerciseView, Node } from "../generated/views";
import { attempt, lab, load, present, source } from "../state";
import { answerHints } from "./hint";
import { progress, record } from "./store";
import { Tree } from "./tree";

const MEDALS = { gold: "★★★ gold", silver: "★★ silver", bronze: "★ bronze" } as const;

/** Why the exercise does not count as solved, or an empty text when it does. The exercise's own judge decides, as in a
 * terminal: what the text expects of itself is not asked. */
async function verdict(view: ExerciseView): Promise<string> {
  const judged = await lab.call("judge", view.name, source.peek()?.text ?? "", await lab.call("lines"));
  if (judged.tampered.length > 0) return `What cannot be changed was changed: ${judged.tampered.join(", ")}.`;
  if (judged.outside.length > 0) return `The world's own door was used: take those lines back, an operator has none (${judged.outside.join("; ")}).`;
  const missed = judged.outcomes.flatMap(([say, held]) => (held ? [] : [say]));
  return judged.solved ? "" : `Not yet, if nothing more is done: ${missed.join("; ")}.`;
}

export function Exercise({ name }: { name: string }) {
  const view = useSignal<ExerciseView | undefined>(undefined);
  const hints = useSignal<string[]>([]);
  const said = useSignal("");
  const solution = useSignal<Node[] | undefined>(undefined);
  const open = source.value?.name === view.value?.world.name;
  const nextHint = async () => {
    const number = Math.min(hints.peek().length, (view.peek()?.hints ?? 1) - 1);
    const text = (await attempt(lab.call("hint", name, number))) ?? "";
    if (!hints.peek().includes(text)) {
      hints.value = [...hints.peek(), text];
      await record(`hint ${name}`);
    }
    return text;
  };
  useEffect(() => {
    hints.value = [];
    said.value = "";
    solution.value = undefined;
    void attempt(lab.call("exercise", name)).then((found) => (view.value = found));
    answerHints(nextHint);
    return () => answerHints(undefined);
  }, [name]);
  const it = view.value;
  if (!it) return null;
  const check = async () => {
    const why = await attempt(verdict(it));
    if (why === undefined) return;
    await record(`judged ${name} ${why === "" ? "yes" : "no"}`);
    const medal = progress.peek().exercises[name]?.medal;
    said.value = why === "" ? `✓ Solved${medal ? `: ${MEDALS[medal]}` : ""}.` : why;
  };
  const live = open ? (present.value?.look.goals ?? []).slice(-it.goals.length) : [];
  return (
    <section class="exercise" aria-label={`Exercise ${it.title}`}>
      <h2>{it.title}</h2>
      <Tree nodes={it.story} />
      <h3>Goal</h3>
      <Tree nodes={it.goal} />
      <ul class="goal-list">
        {it.goals.map((say, place) => {
          const goal = live[place];
          const sign = goal === undefined ? "○" : (goal.held ?? goal.holds) ? "✓" : goal.held === false ? "✗" : "…";
          return (
            <li key={say}>
              <span aria-hidden="true">{sign}</span> {say}
              {goal && <span class="quiet"> now {goal.actual === null ? "nothing to measure" : `${+goal.actual.toPrecision(4)} ${goal.unit}`}</span>}
            </li>
          );
        })}
      </ul>
      <div class="row">
        <button type="button" class={open ? "" : "main"} onClick={() => void load(it.world)}>{open ? "Begin again" : "Enter this world"}</button>
        <button type="button" class={open ? "main" : ""} disabled={!open} onClick={() => void check()}>Check</button>
        <button type="button" onClick={() => void nextHint()} disabled={hints.value.length >= it.hints}>Hint {Math.min(hints.value.length + 1, it.hints)} of {it.hints}</button>
        <button type="button" onClick={() => void attempt(lab.call("solution", name)).then(async (found) => { await record(`solution ${name}`); solution.value = found; })}>Solution</button>
      </div>
      <p role="status" class={said.value.startsWith("✓") ? "solved" : "quiet"}>{said.value}</p>
      {hints.value.length > 0 && <ol class="hints">{hints.value.map((hint) => <li key={hint}>{hint}</li>)}</ol>}
      {solution.value && <><h3>Solution</h3><Tree nodes={solution.value} /></>}
    </section>
  );
}
