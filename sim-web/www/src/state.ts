// What the page knows, as signals: written here and by the worker's news, read by the views.
import { computed, signal } from "@preact/signals";
import type { FeedLine, Look } from "./generated/views";
import { Lab } from "./lab";
import type { Fork, Going, Line, Loaded, News, Side, Source } from "./protocol";

/** Lines of the journal that are kept [count]. */
const FEED_KEPT = 600;

/** One future as the page has it. */
export interface Shown {
  look: Look;
  feed: FeedLine[];
}

export const going = signal<Going>({ playing: false, speed: 30, busy: false, sides: 1, focus: 0 });
export const shown = [signal<Shown | undefined>(undefined), signal<Shown | undefined>(undefined)] as const;
/** The future in focus. */
export const present = computed(() => shown[going.value.focus].value);
/** The scenario that runs. */
export const source = signal<Source | undefined>(undefined);
export const loaded = signal<Loaded | undefined>(undefined);
/** The name of the scenario that is being opened: the terminal begins a new part. */
export const opening = signal("");
/** The first scenario is there, and plays if it is to. */
export const opened = signal(false);
/** What went wrong, for everybody to see; empty when nothing did. */
export const trouble = signal("");
/** What the page says aloud: for screen readers and as a short note. */
export const said = signal("");
/** The thing in the inspector. */
export const chosen = signal("");
/** Which panel is open. */
export const panel = signal<PanelName>("inspect");
export type PanelName = "map" | "terminal" | "inspect" | "charts" | "journal" | "scenario" | "learn";

type Listener = (side: Side, look: Look, fresh: boolean) => void;
const listeners = new Set<Listener>();

/** Asks to hear of every look: for what moves by itself, such as the dots on the map. */
export function onLook(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function hear(news: News): void {
  if (news.is === "going") {
    going.value = news.going;
    if (news.going.sides === 1) shown[1].value = undefined;
  } else if (news.is === "look") {
    const { side, look, fresh } = news;
    const before = fresh ? [] : (shown[side].peek()?.feed ?? []);
    const feed = look.feed.length > 0 || fresh ? [...before, ...look.feed].slice(-FEED_KEPT) : before;
    shown[side].value = { look, feed };
    for (const listener of listeners) listener(side, look, fresh);
  }
}

export const lab = new Lab(hear, (message) => {
  going.value = { playing: false, speed: going.peek().speed, busy: false, sides: 1, focus: 0 };
  trouble.value = `${message}. The page is alive: load the scenario again, or another one.`;
});

/** Does something that can be refused, and shows the refusal. */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    const value = await work;
    return value;
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
    return undefined;
  }
}

/** Loads a scenario and shows its beginning, or the moment `at` [ns]. */
export async function load(from: Source, seed = "", lines: Line[] = [], at = "0", fork?: Fork): Promise<boolean> {
  trouble.value = "";
  opening.value = "";
  opening.value = from.name;
  const done = await attempt(lab.call("load", from, seed, lines, at, fork));
  if (!done) return false;
  source.value = from;
  loaded.value = done;
  chosen.value = "";
  said.value = `${done.title} is loaded`;
  return true;
}

/** Shows a thing in the inspector. */
export function choose(name: string): void {
  chosen.value = name;
  panel.value = "inspect";
}
