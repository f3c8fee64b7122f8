// Runs benches/lab/load.toml, an hour of 10,000 requests per second, in this Node and in Chromium, with the WebAssembly that
// the page ships: `npm run load [ROUNDS]`, after `npm run build`. What is measured contains reading the scenario.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { browser } from "./browser.mjs";
import { root, www } from "./page.mjs";
import { serve } from "./serve.mjs";

const wasm = join(www, "src/wasm");
const lab = (name) => readFileSync(join(root, "benches/lab", name), "utf8");
const scenario = { text: lab("load.toml"), files: JSON.stringify({ "big.json": lab("big.json") }) };

/** Runs in Node as it does in a page: takes the package, answers with seconds and the run hash. */
function play({ Simulation }, { text, files }) {
  const begun = performance.now();
  const run = new Simulation("load.toml", text, files, "");
  run.run();
  return { seconds: Number(((performance.now() - begun) / 1000).toFixed(2)), hash: run.hash };
}

async function inNode() {
  const module = await import(join(wasm, "sim_web.js"));
  await module.default({ module_or_path: readFileSync(join(wasm, "sim_web_bg.wasm")) });
  return { where: `Node ${process.versions.node}`, ...play(module, scenario) };
}

async function inChromium() {
  const server = await serve(wasm);
  const { context, close } = await browser();
  const page = await context.newPage();
  await page.goto(`${server.url}sim_web.js`);
  const answer = await page.evaluate(`(async () => {
    const module = await import("./sim_web.js");
    await module.default({ module_or_path: "./sim_web_bg.wasm" });
    return (${play})(module, ${JSON.stringify(scenario)});
  })()`);
  const where = `Chromium ${context.browser().version()}`;
  await close();
  await server.stop();
  return { where, ...answer };
}

const rounds = Number(process.argv[2] ?? 1);
for (let round = 0; round < rounds; round++) {
  for (const run of [inNode, inChromium]) {
    const { where, seconds, hash } = await run();
    console.log(`${where}: ${seconds} s, run hash ${hash}`);
  }
}
