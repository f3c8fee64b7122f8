// The worker: the simulation behind calls. It never touches a document.
import type { Call, CallName, Calls, Diagnostic, News } from "../protocol";
import init, { check, Learn, progress, schema } from "../wasm/sim_web";
import contentUrl from "../wasm/content.json?url";
import wasmUrl from "../wasm/sim_web_bg.wasm?url";
import { Player } from "./player";

const tell = (news: News) => postMessage(news);
const player = new Player(tell);

let library: Promise<Learn> | undefined;

async function read(): Promise<Learn> {
  const answer = await fetch(contentUrl);
  if (!answer.ok) throw new Error(`the lessons were not found: ${answer.status} ${answer.statusText}`);
  return new Learn(await answer.text());
}

/** The content, fetched and read when it is first asked for. */
function learn(): Promise<Learn> {
  library ??= read().catch((error: unknown) => {
    library = undefined;
    throw error;
  });
  return library;
}

/** How each call is done. */
const doings: { [Name in CallName]: (...args: Parameters<Calls[Name]>) => ReturnType<Calls[Name]> | Promise<ReturnType<Calls[Name]>> } = {
  load: (source, seed, lines, at, fork) => player.load(source, seed, lines, at, fork),
  play: (on) => player.play(on),
  speed: (factor) => player.speed(factor),
  seek: (seconds) => player.seekSeconds(seconds),
  step: (what) => player.step(what),
  enter: async (text) => {
    const answer = await player.enter(text);
    return answer.kind === "explain" ? player.focus().explain(answer.rule, await learn()) : answer;
  },
  stop: () => player.stop(),
  undo: () => player.undo(),
  fork: () => player.fork(),
  focus: (side) => player.turnTo(side),
  drop: (side) => player.drop(side),
  where: () => player.where(),
  lines: () => player.focus().lines(),
  series: (side) => player.future(side).series(),
  inspect: (name) => player.focus().inspect(name),
  names: () => player.focus().names(),
  complete: (prefix) => player.focus().complete(prefix),
  check: (source) => JSON.parse(check(source.name, source.text, JSON.stringify(source.files))) as Diagnostic[],
  schema: () => JSON.parse(schema()) as unknown,
  contents: async () => JSON.parse((await learn()).contents()),
  lesson: async (topic) => JSON.parse((await learn()).lesson(topic)),
  question: async (id, seed) => JSON.parse((await learn()).question(id, seed)),
  grade: async (question, seed, answer) => JSON.parse((await learn()).grade(JSON.stringify({ question, seed, answer }))),
  exercise: async (name) => JSON.parse((await learn()).exercise(name)),
  hint: async (name, number) => (await learn()).hint(name, number),
  solution: async (name) => JSON.parse((await learn()).solution(name)),
  judge: async (name, text, lines) => JSON.parse((await learn()).judge(name, text, JSON.stringify(lines))),
  progress: (kept, news) => progress(kept, news),
};

// Compiled here, while it is fetched, so that the page's own thread stays free.
const ready = init({ module_or_path: wasmUrl });
// Whoever calls is told.
ready.catch(() => undefined);

/** What an error says; of a refusal from Rust that is its text. */
function words(error: unknown): string {
  return typeof error === "string" ? error : error instanceof Error ? error.message : String(error);
}

onmessage = async ({ data }: MessageEvent<Call>) => {
  try {
    await ready;
    const doing = doings[data.call] as (...args: unknown[]) => unknown;
    tell({ is: "answer", id: data.id, value: await doing(...data.args) });
  } catch (error) {
    // After a trap the memory of the simulation cannot be trusted any more: the page starts another worker.
    if (error instanceof WebAssembly.RuntimeError) tell({ is: "dead", message: words(error) });
    tell({ is: "refusal", id: data.id, message: words(error) });
  }
};
