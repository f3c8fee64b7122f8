// The Learn panel: contents, a lesson beside the living world, its questions, its exercises.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Contents, LessonView, TopicView } from "../generated/views";
import { attempt, lab, load, source } from "../state";
import { plural } from "../words";
import { Exercise } from "./exercise";
import { Question } from "./question";
import { place, type Place } from "./place";
import { progress, record } from "./store";
import { Tree } from "./tree";
import "../styles/learn.css";

const go = (to: Place) => (place.value = to);

function Topics({ contents }: { contents: Contents }) {
  const { lessons, questions, exercises } = progress.value;
  return (
    <>
      <h2>Learn</h2>
      <p class="quiet">Each lesson stands beside a living world. Answers are proved by running it.</p>
      <ol class="topics">
        {contents.topics.map((topic) => {
          const right = topic.questions.filter((id) => questions[id]?.latest === "right").length;
          const solved = topic.exercises.filter(({ name }) => exercises[name]?.solved).length;
          return (
            <li key={topic.name}>
              <button type="button" onClick={() => go({ topic: topic.name, part: "lesson" })}>
                <strong>{lessons[topic.name] ? "✓ " : ""}{topic.title}</strong>
                <span class="quiet">{topic.goal}</span>
                <span class="quiet">{right} of {plural(topic.questions.length, "question")} · {solved} of {plural(topic.exercises.length, "exercise")}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function Lesson({ topic }: { topic: string }) {
  const lesson = useSignal<LessonView | undefined>(undefined);
  useEffect(() => {
    void attempt(lab.call("lesson", topic)).then((found) => (lesson.value = found));
    void record(`opened ${topic}`);
  }, [topic]);
  const it = lesson.value;
  if (!it) return null;
  const here = it.world !== null && source.value?.name === it.world.name && source.value.text === it.world.text;
  return (
    <article class="lesson">
      <h2>{it.title}</h2>
      <p class="quiet">{it.goal}</p>
      {it.world && <button type="button" class={here ? "" : "main"} onClick={() => it.world && void load(it.world)}>{here ? "Begin its world again" : "Enter its world"}</button>}
      <Tree nodes={it.body} />
    </article>
  );
}

function Questions({ topic, number }: { topic: TopicView; number: number }) {
  const id = topic.questions[number];
  if (id === undefined) return <p class="quiet">This topic has no questions.</p>;
  return (
    <>
      <div class="row">
        <span class="quiet">Question {number + 1} of {topic.questions.length}</span>
        <button type="button" disabled={number === 0} onClick={() => go({ topic: topic.name, part: "quiz", number: number - 1 })}>Back</button>
        <button type="button" disabled={number + 1 >= topic.questions.length} onClick={() => go({ topic: topic.name, part: "quiz", number: number + 1 })}>Next</button>
      </div>
      <Question key={id} id={id} />
    </>
  );
}

function Topic({ topic, at }: { topic: TopicView; at: Exclude<Place, undefined> }) {
  const turn = (part: "lesson" | "quiz", label: string) => (
    <button type="button" aria-pressed={at.part === part} onClick={() => go(part === "quiz" ? { topic: topic.name, part, number: 0 } : { topic: topic.name, part })}>{label}</button>
  );
  return (
    <>
      <nav class="row" aria-label="Topic">
        <button type="button" onClick={() => go(undefined)}>All topics</button>
        {turn("lesson", "Lesson")}
        {turn("quiz", `Quiz (${topic.questions.length})`)}
        {topic.exercises.map(({ name, title }) => (
          <button key={name} type="button" aria-pressed={at.part === "exercise" && at.name === name} onClick={() => go({ topic: topic.name, part: "exercise", name })}>
            {progress.value.exercises[name]?.solved ? "✓ " : ""}Exercise: {title}
          </button>
        ))}
      </nav>
      {at.part === "lesson" ? <Lesson topic={topic.name} /> : at.part === "quiz" ? <Questions topic={topic} number={at.number} /> : <Exercise key={at.name} name={at.name} />}
    </>
  );
}

export default function LearnPanel() {
  const contents = useSignal<Contents | undefined>(undefined);
  useEffect(() => {
    void attempt(lab.call("contents")).then((found) => (contents.value = found));
    void record("");
  }, []);
  if (!contents.value) return <p class="quiet">One moment…</p>;
  const at = place.value;
  const topic = contents.value.topics.find(({ name }) => name === at?.topic);
  return <div class="learn">{topic && at ? <Topic topic={topic} at={at} /> : <Topics contents={contents.value} />}</div>;
}
