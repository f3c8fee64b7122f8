// What could stand at a place of a scenario file, from its JSON Schema: keys of the table, or values of the key.

/** A part of a JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  description?: string;
  $defs?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
}

/** A word that could stand there. */
export interface Word {
  word: string;
  about: string;
  /** What it is for an editor's list. */
  kind: "key" | "value" | "table";
}

function follow(schema: Schema | undefined, root: Schema): Schema | undefined {
  let here = schema;
  for (let depth = 0; here?.$ref !== undefined && depth < 20; depth++) {
    const name = here.$ref.replace(/^#\/(\$defs|definitions)\//, "");
    here = (root.$defs ?? root.definitions ?? {})[name];
  }
  return here;
}

/** The schema and its alternatives, each without references. */
function all(schema: Schema | undefined, root: Schema, depth = 0): Schema[] {
  const here = follow(schema, root);
  if (!here || depth > 6) return [];
  const parts = [...(here.anyOf ?? []), ...(here.oneOf ?? []), ...(here.allOf ?? [])];
  return [here, ...parts.flatMap((part) => all(part, root, depth + 1))];
}

function child(schema: Schema | undefined, key: string, root: Schema): Schema | undefined {
  for (const one of all(schema, root)) {
    const items = all(one.items, root);
    for (const part of [one, ...items]) {
      const found = part.properties?.[key];
      if (found) return found;
    }
  }
  return undefined;
}

/** The schema of the table at this path. */
export function tableAt(root: Schema, path: string[]): Schema | undefined {
  return path.reduce<Schema | undefined>((schema, key) => child(schema, key, root), root);
}

/** The keys of a table. */
export function keysOf(schema: Schema | undefined, root: Schema): Word[] {
  const words = new Map<string, Word>();
  for (const one of all(schema, root)) {
    for (const part of [one, ...all(one.items, root)]) {
      for (const [word, value] of Object.entries(part.properties ?? {})) {
        const about = value.description ?? follow(value, root)?.description ?? "";
        words.set(word, { word, about, kind: "key" });
      }
    }
  }
  return [...words.values()];
}

/** The values that a key can have, where they are named. */
export function valuesOf(schema: Schema | undefined, root: Schema): Word[] {
  const words: Word[] = [];
  for (const one of all(schema, root)) {
    for (const value of [...(one.enum ?? []), ...(one.const === undefined ? [] : [one.const])]) {
      if (value !== null) words.push({ word: JSON.stringify(value), about: one.description ?? "", kind: "value" });
    }
    if (one.type === "boolean") words.push({ word: "true", about: "", kind: "value" }, { word: "false", about: "", kind: "value" });
  }
  return words;
}

/** Whether a table may stand there more than once, as `[[…]]`. */
function isList(schema: Schema, root: Schema): boolean {
  return all(schema, root).some((one) => one.type === "array" || one.items !== undefined);
}

/** Headers of tables, two levels deep: `[[ecs.service]]`, `[scenario]`. */
export function headersOf(root: Schema): Word[] {
  const words: Word[] = [];
  for (const { word, about } of keysOf(root, root)) {
    const schema = child(root, word, root) as Schema;
    const inner = keysOf(schema, root);
    const tables = inner.filter(({ word: key }) => isTable(child(schema, key, root), root));
    if (isList(schema, root)) words.push({ word: `[[${word}]]`, about, kind: "table" });
    else if (tables.length === 0 || word === "scenario") words.push({ word: `[${word}]`, about, kind: "table" });
    else {
      for (const table of tables) {
        const name = `${word}.${table.word}`;
        const list = isList(child(schema, table.word, root) as Schema, root);
        words.push({ word: list ? `[[${name}]]` : `[${name}]`, about: table.about, kind: "table" });
      }
    }
  }
  return words;
}

function isTable(schema: Schema | undefined, root: Schema): boolean {
  return all(schema, root).some((one) => one.properties !== undefined || all(one.items, root).some((item) => item.properties !== undefined));
}

/** Where in a file the end of `before` stands: in the header of a table, at a key, or at a value. */
export function place(before: string): { table: string[]; line: string; key: string | undefined } {
  const lines = before.split("\n");
  const line = lines.at(-1) ?? "";
  let table: string[] = [];
  for (const one of lines.slice(0, -1)) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$/.exec(one)?.[1];
    if (header) table = header.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
  }
  return { table, line, key: /^\s*([A-Za-z0-9_-]+)\s*=/.exec(line)?.[1] };
}

/** What could stand at the end of `before`, and from which character of its last line on it would be replaced. */
export function wordsAt(root: Schema, before: string): { from: number; words: Word[] } {
  const { table, line, key } = place(before);
  const start = before.length - line.length;
  if (/^\s*\[[^\]]*$/.test(line)) return { from: start + line.search(/\[/), words: headersOf(root) };
  const schema = tableAt(root, table);
  if (key !== undefined) {
    const written = /=\s*("?[A-Za-z0-9_.-]*)$/.exec(line)?.[1];
    return written === undefined ? { from: before.length, words: [] } : { from: before.length - written.length, words: valuesOf(child(schema, key, root), root) };
  }
  const written = /^\s*([A-Za-z0-9_-]*)$/.exec(line)?.[1];
  return written === undefined ? { from: before.length, words: [] } : { from: before.length - written.length, words: keysOf(schema, root) };
}
