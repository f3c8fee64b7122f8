// The time: play, step, speed, scrub, fork, undo.
import { useSignal } from "@preact/signals";
import { attempt, going, lab, present, said, trouble } from "../state";
import { clock } from "../words";
import { Icon, type IconName } from "./icons";

const SPEEDS = [1, 5, 30, 60, 300, 1200];

/** Plays or pauses. */
export function toggle(): void {
  void attempt(lab.call("play", !going.peek().playing));
}

/** Takes the latest typed line back. */
export async function undo(): Promise<string> {
  const line = await attempt(lab.call("undo"));
  const text = line ? `taken back: ${line}` : "there is nothing to undo";
  said.value = text;
  return text;
}

function Button({ label, shows, on, disabled }: { label: string; shows: IconName; on: () => void; disabled?: boolean }) {
  return (
    <button type="button" class="icon" title={label} aria-label={label} onClick={on} disabled={disabled ?? false}>
      <Icon name={shows} />
    </button>
  );
}

export function Timebar() {
  const instant = present.value?.look.instant;
  const { playing, speed, sides, busy } = going.value;
  const scrubbed = useSignal<number | undefined>(undefined);
  const end = instant?.end_s ?? 1;
  const now = scrubbed.value ?? instant?.now_s ?? 0;
  const seek = async (to: number) => {
    scrubbed.value = to;
    await attempt(lab.call("seek", to));
    if (scrubbed.peek() === to) scrubbed.value = undefined;
  };
  const marks = (present.value?.feed ?? []).filter((line) => line.kind === "CommandTyped" || line.tone === "bad");
  return (
    <section class="timebar" aria-label="Time">
      <div class="buttons">
        <Button label="To the beginning" shows="beginning" on={() => void seek(0)} />
        <Button label={playing ? "Pause" : "Play"} shows={playing ? "pause" : "play"} on={toggle} disabled={busy || now >= end} />
        <Button label="Let one event happen" shows="event" on={() => void attempt(lab.call("step", "event"))} />
        <Button label="To the next change of state" shows="change" on={() => void attempt(lab.call("step", "change"))} />
        {busy && <Button label="Stop" shows="stop" on={() => void attempt(lab.call("stop"))} />}
        <label class="speed">
          <span class="hidden">Speed</span>
          <select value={String(speed)} onChange={(event) => void attempt(lab.call("speed", Number(event.currentTarget.value)))}>
            {SPEEDS.map((factor) => <option key={factor} value={String(factor)}>{factor}×</option>)}
          </select>
        </label>
        <output class="clock" aria-label="Simulated time">{clock(now, true)}</output>
        <span class="quiet of">of {clock(end)}</span>
      </div>
      <div class="scrub">
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={clock(now)}
          min={0}
          max={end}
          step={0.1}
          value={now}
          onInput={(event) => void seek(Number(event.currentTarget.value))}
        />
        <svg class="marks" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
          {marks.slice(-200).map((line) => (
            <rect key={line.number} class={line.tone === "bad" ? "bad" : "typed"} x={(line.at_s / end) * 1000 - 1} y="0" width="2" height="6" />
          ))}
        </svg>
      </div>
      <div class="buttons">
        {sides === 1 ? (
          <button type="button" onClick={() => void attempt(lab.call("fork"))} title="A second future from here, side by side">Fork</button>
        ) : (
          <>
            <button type="button" onClick={() => void attempt(lab.call("drop", 1))}>Keep future A</button>
            <button type="button" onClick={() => void attempt(lab.call("drop", 0))}>Keep future B</button>
          </>
        )}
        <button type="button" onClick={() => void undo()} disabled={instant?.can_undo == null} title={instant?.can_undo ?? "Nothing to undo"}>Undo</button>
      </div>
      {instant?.stopped_by && <p class="warn" role="status">The run has ended early: {instant.stopped_by}.</p>}
      {trouble.value === "" && (instant?.lines_to_come ?? 0) > 0 && (
        <p class="quiet">{instant?.lines_to_come} typed later; a new line here makes another future.</p>
      )}
    </section>
  );
}
