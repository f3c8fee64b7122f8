// The scenarios that ship, taken into the page when it is built.
import type { Source } from "../protocol";

const texts = import.meta.glob<string>("../../../../scenarios/**/*.toml", { query: "?raw", import: "default", eager: true });
const beside = import.meta.glob<string>("../../../../scenarios/*/**/*.json", { query: "?raw", import: "default", eager: true });

/** `lab/fargate-alb.toml` of a path in the repository. */
const short = (path: string) => path.replace(/^.*\/scenarios\//, "");
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

function shipped(path: string): Shipped {
  const name = short(path);
  const text = texts[path] ?? "";
  const files: Record<string, string> = {};
  for (const [file, content] of Object.entries(beside)) {
    if (short(file).startsWith(folder(name))) files[short(file).slice(folder(name).length)] = content;
  }
  return { name, text, files, title: titleOf(text), about: aboutOf(text) };
}

/** All that ship, the lab first. */
export const gallery: Shipped[] = Object.keys(texts).sort().map(shipped);

export const lab: Shipped = gallery.find((one) => one.name === "lab/fargate-alb.toml") ?? (gallery[0] as Shipped);
