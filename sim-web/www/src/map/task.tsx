// One task on the map: a button with its state in colour, shape and words.
import { memo } from "preact/compat";
import type { TaskTile } from "../generated/views";
import { choose } from "../state";

/** A shape for each tone, so that colour alone never tells. */
export const glyphs = { good: "●", coming: "◐", leaving: "◌", bad: "▲", gone: "✕" } as const;

interface Props {
  task: TaskTile;
  compact: boolean;
}

function words({ name, status, note, in_flight }: TaskTile): string {
  const busy = in_flight > 0 ? `, ${in_flight} requests in progress` : "";
  return `Task ${name}: ${status}, ${note}${busy}`;
}

function same(a: Props, b: Props): boolean {
  const [one, two] = [a.task, b.task];
  const load = a.compact ? true : one.in_flight === two.in_flight;
  return a.compact === b.compact && one.key === two.key && one.status === two.status && one.note === two.note && load;
}

export const Task = memo(function Task({ task, compact }: Props) {
  const label = words(task);
  return (
    <button type="button" class={`task tone-${task.tone}`} data-task={task.key} title={label} aria-label={label} onClick={() => choose(task.name)}>
      <span class="glyph" aria-hidden="true">{glyphs[task.tone]}</span>
      <span class="task-name">{compact ? `#${task.name.split("#")[1] ?? task.name}` : task.name}</span>
      {!compact && <span class="task-status">{task.status}</span>}
      {!compact && <span class="task-note">{task.note}{task.in_flight > 0 ? ` · ${task.in_flight} in progress` : ""}</span>}
    </button>
  );
}, same);
