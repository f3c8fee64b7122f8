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

function same(a: Props, b: Props): boolean {
  const [one, two] = [a.task, b.task];
  const load = a.compact ? true : one.in_flight === two.in_flight;
  return a.compact === b.compact && one.key === two.key && one.status === two.status && one.note === two.note && load;
}

export const Task = memo(function Task({ task, compact }: Props) {
  const { key, name, tone, status, note, in_flight } = task;
  const said = compact ? "hidden" : "";
  return (
    <button type="button" class={`task tone-${tone}`} data-task={key} title={`${name}: ${status}, ${note}`} onClick={() => choose(name)}>
      <span class="glyph" aria-hidden="true">{glyphs[tone]}</span>
      <span class="task-name">{compact ? `#${name.split("#")[1] ?? name}` : name}</span>
      <span class={`task-status ${said}`}>{status}</span>
      <span class={`task-note ${said}`}>{note}{in_flight > 0 && !compact ? ` · ${in_flight} in progress` : ""}</span>
    </button>
  );
}, same);
