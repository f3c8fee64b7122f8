// One question: predict, then reveal.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { GradeView, QuestionView } from "../generated/views";
import { attempt, lab } from "../state";
import { answerOf, moved } from "./answer";
import { record } from "./store";
import { Tree } from "./tree";

const WORDS: Record<string, string> = { right: "✓ Right", partly: "◐ Partly right", wrong: "✗ Not right", error: "This is no answer yet" };

function Options({ view, chosen, choose }: { view: QuestionView; chosen: number[]; choose: (to: number[]) => void }) {
  const { kind, options, left, id } = view;
  if (kind === "single" || kind === "multiple") {
    const toggle = (place: number) =>
      choose(kind === "single" ? [place] : chosen.includes(place) ? chosen.filter((other) => other !== place) : [...chosen, place]);
    return (
      <ul class="options">
        {options.map((option, place) => (
          <li key={option}>
            <label><input type={kind === "single" ? "radio" : "checkbox"} name={id} checked={chosen.includes(place)} onChange={() => toggle(place)} /> {option}</label>
          </li>
        ))}
      </ul>
    );
  }
  if (kind === "order") {
    return (
      <ol class="options">
        {chosen.map((place, index) => (
          <li key={place}>
            <button type="button" aria-label={`${options[place]}: earlier`} onClick={() => choose(moved(chosen, index, index - 1))}>↑</button>
            <button type="button" aria-label={`${options[place]}: later`} onClick={() => choose(moved(chosen, index, index + 1))}>↓</button> {options[place]}
          </li>
        ))}
      </ol>
    );
  }
  if (kind === "match") {
    return (
      <ul class="options">
        {left.map((given, index) => (
          <li key={given}>
            <label>{given}{" "}
              <select value={String(chosen[index])} onChange={(event) => choose(chosen.map((other, at) => (at === index ? Number(event.currentTarget.value) : other)))}>
                {options.map((option, place) => <option key={option} value={String(place)}>{option}</option>)}
              </select>
            </label>
          </li>
        ))}
      </ul>
    );
  }
  return null;
}

export function Question({ id }: { id: string }) {
  const view = useSignal<QuestionView | undefined>(undefined);
  const grade = useSignal<GradeView | undefined>(undefined);
  const chosen = useSignal<number[]>([]);
  const number = useSignal("");
  const seed = useSignal(1);
  useEffect(() => {
    grade.value = undefined;
    number.value = "";
    void attempt(lab.call("question", id, seed.value)).then((found) => {
      view.value = found;
      chosen.value = found?.kind === "order" || found?.kind === "match" ? found.options.map((_, place) => place) : [];
    });
  }, [id, seed.value]);
  const asked = view.value;
  if (!asked) return null;
  const answer = answerOf(asked.kind, chosen.value, number.value);
  const give = async () => {
    if (!answer) return;
    const found = await attempt(lab.call("grade", id, seed.peek(), answer));
    if (!found) return;
    grade.value = found;
    if (found.verdict !== "error" && asked.kind !== "open") void record(`answered ${id} ${found.verdict}`);
  };
  return (
    <section class="question" aria-label="Question">
      <Tree nodes={asked.ask} />
      <Options view={asked} chosen={chosen.value} choose={(to) => (chosen.value = to)} />
      {asked.kind === "number" && (
        <label class="field">Your prediction <input type="text" inputMode="decimal" size={8} value={number.value} onInput={(event) => (number.value = event.currentTarget.value)} /> {asked.unit}</label>
      )}
      {asked.kind === "open" && <label class="field wide">Your answer, for yourself <textarea rows={4} /></label>}
      <div class="row">
        <button type="button" class="main" disabled={!answer} onClick={() => void give()}>{asked.kind === "open" ? "Show what a good answer says" : asked.computed ? "Reveal by running it" : "Check"}</button>
        <button type="button" onClick={() => (seed.value += 1)}>Ask anew</button>
      </div>
      <div role="status">
        {grade.value && (
          <div class={`grade ${grade.value.verdict}`}>
            {asked.kind !== "open" && <p><strong>{WORDS[grade.value.verdict]}</strong></p>}
            {grade.value.answer !== "" && <p>{grade.value.verdict === "error" ? "" : "Answer: "}{grade.value.answer}</p>}
            <ul>{grade.value.remarks.map(([about, text]) => <li key={about + text}><span class="quiet">{about}:</span> {text}</li>)}</ul>
            <Tree nodes={grade.value.explanation} />
            {grade.value.sources.length > 0 && (
              <details><summary>Sources</summary><ul>{grade.value.sources.map(([url, text]) => <li key={url + text}>{url.startsWith("https://") ? <a href={url} target="_blank" rel="noreferrer noopener">{text || url}</a> : text}</li>)}</ul></details>
            )}
          </div>
        )}
      </div>
    </section>
  );
}
