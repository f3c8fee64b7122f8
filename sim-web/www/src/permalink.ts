// A permalink: scenario, seed, typed lines and moment in the URL's fragment. What comes from a link comes from a
// stranger: it is bounded before it is unpacked, while it is unpacked, and checked before it is used.
import type { Line, Side } from "./protocol";

/** What a link holds. */
export interface Link {
  /** The name of a shipped scenario. */
  scenario: string;
  /** Its text, when it was edited. */
  text?: string;
  seed: string;
  lines: Line[];
  /** The moment [ns], as digits. */
  at: string;
  /** After a fork: what was typed in the second future, and which of the two the terminal types into. */
  fork?: { lines: Line[]; focus: Side };
}

/** The longest fragment that is made or read [characters]. */
export const FRAGMENT_MAX = 60_000;
/** The longest text that is unpacked [bytes]. */
const UNPACKED_MAX = 400_000;
const LINES_MAX = 1000;
const LINE_MAX = 16_384;
const VERSION = "v1.";

/** Why a link was not taken. */
export class LinkRefusal extends Error {}

function refuse(what: string): never {
  throw new LinkRefusal(`This link cannot be opened: ${what}.`);
}

/** Packs a link; refuses what would be too long to be passed on. */
export async function pack(link: Link): Promise<string> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(link)), new CompressionStream("deflate-raw"), UNPACKED_MAX);
  let letters = "";
  for (const byte of packed) letters += String.fromCharCode(byte);
  const fragment = VERSION + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (fragment.length > FRAGMENT_MAX) throw new LinkRefusal("This is too much for a link: the scenario or the typed lines are too long.");
  return fragment;
}

/** Unpacks a fragment; undefined when it holds no link. */
export async function unpack(fragment: string): Promise<Link | undefined> {
  const text = fragment.replace(/^#/, "");
  if (text === "") return undefined;
  if (!/^v\d+\./.test(text)) return undefined;
  if (!text.startsWith(VERSION)) refuse("it was made by another version");
  if (text.length > FRAGMENT_MAX) refuse("it is too long");
  if (!/^v1\.[A-Za-z0-9_-]+$/.test(text)) refuse("it is damaged");
  let value: unknown;
  try {
    const letters = atob(text.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await through(packed, new DecompressionStream("deflate-raw"), UNPACKED_MAX);
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof LinkRefusal) throw error;
    refuse("it is damaged");
  }
  return check(value);
}

/** Bytes through a stream, up to a limit: a small link may unpack to gigabytes. */
async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource>).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      void reader.cancel();
      throw new LinkRefusal("This link cannot be opened: it holds too much.");
    }
    parts.push(value);
  }
  const all = new Uint8Array(length);
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

function digits(value: unknown, what: string): string {
  if (typeof value !== "string" || !/^\d{1,20}$/.test(value) || BigInt(value) > 18_446_744_073_709_551_615n) refuse(`${what} is no number`);
  return value;
}

/** The typed lines of one future. */
function typedLines(lines: unknown): Line[] {
  if (!Array.isArray(lines) || lines.length > LINES_MAX) refuse("it has too many typed lines");
  return lines.map((line: unknown): Line => {
    const { at, line: what } = (line ?? {}) as Record<string, unknown>;
    if (typeof what !== "string" || what.length > LINE_MAX) refuse("a typed line is too long");
    return { at: digits(at, "a moment"), line: what };
  });
}

/** Checks what a stranger has written. */
export function check(value: unknown): Link {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("it is damaged");
  const { scenario, text, seed, lines, at, fork } = value as Record<string, unknown>;
  if (typeof scenario !== "string" || !/^[a-z0-9/_.-]{1,200}$/i.test(scenario)) refuse("it names no scenario");
  if (text !== undefined && typeof text !== "string") refuse("its scenario is no text");
  const link: Link = { scenario, seed: seed === "" ? "" : digits(seed, "the seed"), lines: typedLines(lines), at: digits(at, "the moment") };
  if (text !== undefined) link.text = text;
  if (fork !== undefined) {
    const { lines: other, focus } = (fork ?? {}) as Record<string, unknown>;
    if (focus !== 0 && focus !== 1) refuse("it does not say which future is looked at");
    link.fork = { lines: typedLines(other), focus };
  }
  return link;
}
