// How heavy the page is.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** What a browser fetches of the built page for its code and looks, after Brotli at its best [bytes]. */
export function weight(dist) {
  const files = [["."], ["assets"]].flatMap(([folder]) => readdirSync(join(dist, folder)).map((name) => join(dist, folder, name)));
  const kinds = { js: 0, css: 0, wasm: 0 };
  for (const file of files) {
    const kind = file.split(".").at(-1);
    if (kind in kinds) kinds[kind] += brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  }
  return { ...kinds, all: kinds.js + kinds.css + kinds.wasm };
}
