// The page is light enough for a telephone: everybody who adds to it sees here what that weighs.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { www } from "./page.mjs";
import { weight } from "./weight.mjs";

test("JavaScript, CSS and WebAssembly weigh less than 1.5 MB after Brotli", () => {
  const { js, css, wasm, all } = weight(join(www, "../dist"));
  assert.ok(wasm > 0 && js > 0 && css > 0, "all of it is there");
  assert.ok(all < 1_500_000, `${all} bytes: ${js} of JavaScript, ${css} of CSS, ${wasm} of WebAssembly`);
});
