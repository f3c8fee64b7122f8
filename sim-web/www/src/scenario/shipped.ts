// The scenarios that ship, among the texts that are fetched when they are first asked for.
import type { Source } from "../protocol";
import contentUrl from "../wasm/content.json?url";

/** What the names of their files begin with, among all texts. */
const SCENARIOS = "scenarios/";

const folder = (name: string) => name.slice(0, name.lastIndexOf("/") + 1);

/** A scenario of the gallery. */
export interface Shipped extends Source {
  title: string;
  /** Its first comment: what it is about. */
  about: string;
}

function titleOf(text: string): string {
  return /^title\s*=\s*"([^"]*)"/m.exec(text)?.[1] ?? "";
}

/** The first comment of a file, without what is for editors and shells. */
export function aboutOf(text: string): string {
  const lines = text.split("\n");
  const begin = lines.findIndex((line) => line.startsWith("# "));
  if (begin < 0) return "";
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith("#"));
  const comment = lines.slice(begin, end).map((line) => line.replace(/^#\s?/, "")).join(" ");
  return comment.replace(/\s*Run it:.*$/, "").trim();
}

function shipped(name: string, texts: Record<string, string>): Shipped {
  const text = texts[`${SCENARIOS}${name}`] ?? "";
  const beside = `${SCENARIOS}${folder(name)}`;
  const files: Record<string, string> = {};
  for (const [path, content] of Object.entries(texts)) {
    if (path.startsWith(beside) && path.endsWith(".json")) files[path.slice(beside.length)] = content;
  }
  return { name, text, files, title: titleOf(text), about: aboutOf(text) };
}

async function fetched(): Promise<Shipped[]> {
  const answer = await fetch(contentUrl);
  if (!answer.ok) throw new Error(`the scenarios were not found: ${answer.status} ${answer.statusText}`);
  const texts = (await answer.json()) as Record<string, string>;
  const paths = Object.keys(texts).filter((path) => path.startsWith(SCENARIOS) && path.endsWith(".toml"));
  return paths.sort().map((path) => shipped(path.slice(SCENARIOS.length), texts));
}

let all: Promise<Shipped[]> | undefined;

/** All that ship. */
export function gallery(): Promise<Shipped[]> {
  all ??= fetched().catch((error: unknown) => {
    all = undefined;
    throw error;
  });
  return all;
}
