// What a learner has done, in the browser's own store. What is damaged is set aside under another name and reported;
// it is somebody's work and never written over.
import { signal } from "@preact/signals";
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

async function read(): Promise<string> {
  const store = await open();
  return new Promise((done, failed) => {
    const request = store.transaction(SHELF).objectStore(SHELF).get(KEY);
    request.onsuccess = () => done(typeof request.result === "string" ? request.result : request.result === undefined ? "" : JSON.stringify(request.result));
    request.onerror = () => failed(request.error ?? new Error("the store cannot be read"));
  }).finally(() => store.close()) as Promise<string>;
}

async function write(key: string, text: string): Promise<void> {
  const store = await open();
  await new Promise<void>((done, failed) => {
    const change = store.transaction(SHELF, "readwrite");
    change.objectStore(SHELF).put(text, key);
    change.oncomplete = () => done();
    change.onerror = () => failed(change.error ?? new Error("the store cannot be written"));
  }).finally(() => store.close());
}

let line: Promise<void> = Promise.resolve();

/** Takes news into the progress: `opened stack`, `answered floor right`, … One after the other. */
export function record(news: string): Promise<void> {
  line = line.then(() => take(news)).catch((error: unknown) => {
    trouble.value = `Your progress could not be kept: ${error instanceof Error ? error.message : String(error)}`;
  });
  return line;
}

async function take(news: string): Promise<void> {
  const kept = await read();
  let text: string;
  try {
    text = await lab.call("progress", kept, news);
  } catch (error) {
    const aside = `damaged ${new Date().toISOString()}`;
    await write(aside, kept);
    trouble.value = `Your progress was damaged (${error instanceof Error ? error.message : String(error)}). It is kept under "${aside}" in this browser's store, and a new one is begun.`;
    text = await lab.call("progress", "", news);
  }
  if (news !== "" || text !== kept) await write(KEY, text);
  progress.value = JSON.parse(text) as Progress;
}
