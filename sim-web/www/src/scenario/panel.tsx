// The scenario: gallery, editor, seed.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { lazy, Suspense } from "preact/compat";
import type { Diagnostic, Source } from "../protocol";
import { attempt, load, loaded, source } from "../state";
import { plural } from "../words";
import { gallery, type Shipped } from "./shipped";

const Editor = lazy(() => import("./editor"));

function Gallery({ onOpen }: { onOpen: (source: Source) => void }) {
  const all = useSignal<Shipped[]>([]);
  useEffect(() => void attempt(gallery()).then((found) => (all.value = found ?? [])), []);
  return (
    <ul class="gallery">
      {all.value.map((one) => (
        <li key={one.name} class={source.value?.name === one.name ? "here" : ""}>
          <button type="button" onClick={() => onOpen(one)}>
            <strong>{one.title}</strong>
            <span class="quiet">{one.about}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export default function ScenarioPanel() {
  const opened = useSignal(source.peek());
  const text = useSignal(source.peek()?.text ?? "");
  const problems = useSignal<Diagnostic[]>([]);
  const seed = useSignal(loaded.peek()?.seed ?? "");
  const errors = problems.value.filter((problem) => problem.severity === "error");
  const open = (one: Source) => {
    opened.value = one;
    text.value = one.text;
    seed.value = "";
    void load(one);
  };
  const run = () => {
    const from = opened.peek();
    if (from) void load({ ...from, text: text.peek() }, seed.peek().trim());
  };
  return (
    <div class="scenario">
      <h2>Scenarios</h2>
      <Gallery onOpen={open} />
      <h2>Edit</h2>
      <p class="quiet">Ctrl+Space completes. Problems are shown as you write.</p>
      <div class="row">
        <label class="field">Seed <input type="text" inputMode="numeric" pattern="[0-9]*" size={8} value={seed.value} placeholder="its own" onInput={(event) => (seed.value = event.currentTarget.value)} /></label>
        <button type="button" class="main" onClick={run} disabled={errors.length > 0}>Run it from the beginning</button>
        <span role="status" class={errors.length > 0 ? "warn" : "quiet"}>
          {errors.length > 0 ? `▲ ${plural(errors.length, "error")}` : problems.value.length > 0 ? plural(problems.value.length, "warning") : "no problems"}
        </span>
      </div>
      <Suspense fallback={<p class="quiet">The editor is coming…</p>}>
        {opened.value && <Editor source={opened.value} onText={(now) => (text.value = now)} onProblems={(found) => (problems.value = found)} />}
      </Suspense>
      {errors.length > 0 && (
        <ul class="problems">
          {errors.slice(0, 12).map((problem, index) => (
            <li key={index}>
              {problem.places[0] && <span class="quiet">line {problem.places[0].line}: </span>}{problem.message}
              {problem.help && <span class="quiet"> {problem.help}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
