// What a learner has done, in the browser's own store. What is damaged is set aside under another name and reported;
// it is somebody's work and never written over.
import { signal } from "@preact/signals";
import { Refusal } from "../lab";
import { lab, trouble } from "../state";

const NAME = "ecs-simulator";
const SHELF = "progress";
const KEY = "learner";

/** Progress as the simulation writes it. */
export interface Progress {
  lessons: Record<string, { opened: number }>;
  questions: Record<string, { answers: number; right: number; latest: "right" | "partly" | "wrong" | null }>;
  exercises: Record<string, { attempts: number; hints: number; solved: boolean; medal: "gold" | "silver" | "bronze" | null }>;
}

export const progress = signal<Progress>({ lessons: {}, questions: {}, exercises: {} });

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("the store cannot be opened"));
  });
}

/** What is kept, whatever it is: undefined when nothing is. */
async function read(): Promise<unknown> {
  const store = await open();
  return new Promise<unknown>((done, failed) => {
    const request = store.transaction(SHELF).objectStore(SHELF).get(KEY);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("the store cannot be read"));
  }).finally(() => store.close());
}

async function write(key: string, value: unknown): Promise<void> {
  const store = await open();
  await new Promise<void>((done, failed) => {
    const change = store.transaction(SHELF, "readwrite");
    change.objectStore(SHELF).put(value, key);
    change.onabort = () => failed(change.error ?? new Error("the store cannot be written"));
    change.oncomplete = () => done();
    change.onerror = () => failed(change.error ?? new Error("the store cannot be written"));
  }).finally(() => store.close());
}

let line: Promise<void> = Promise.resolve();

/** Takes news into the progress: `opened stack`, `answered floor right`, … One after the other. */
export function record(news: string): Promise<void> {
  line = line.then(() => take(news)).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    trouble.value = `Your progress could not be kept, and what was kept is untouched: ${why}. The lessons work all the same; clearing this site's data begins a new store.`;
  });
  return line;
}

async function take(news: string): Promise<void> {
  const kept = await read();
  let text: string;
  try {
    if (kept !== undefined && typeof kept !== "string") throw new Refusal("it is no text");
    text = await lab.call("progress", kept ?? "", news);
  } catch (error) {
    // Without an answer nobody knows whether it is damaged: it stays where it is.
    if (!(error instanceof Refusal)) throw error;
    const aside = `damaged ${new Date().toISOString()}`;
    await write(aside, kept);
    trouble.value = `Your progress was damaged (${error.message}). It is kept under "${aside}" in this browser's store, and a new one is begun.`;
    text = await lab.call("progress", "", news);
  }
  if (news !== "" || text !== kept) await write(KEY, text);
  progress.value = JSON.parse(text) as Progress;
}
