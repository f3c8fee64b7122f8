// Measures what docs/performance.md states of the page: `npm run measure`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, deflateRawSync } from "node:zlib";
import { browser } from "./browser.mjs";
import { open, root, seek, until, www } from "./page.mjs";
import { serve } from "./serve.mjs";

const dist = join(www, "../dist");
const round = (number, digits = 0) => Number(number.toFixed(digits));

function sizes() {
  const files = [["."], ["assets"]].flatMap(([folder]) => readdirSync(join(dist, folder)).map((name) => join(dist, folder, name)));
  const kinds = { js: 0, css: 0, wasm: 0 };
  for (const file of files) {
    const kind = file.split(".").at(-1);
    if (kind in kinds) kinds[kind] += brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  }
  return { ...kinds, all: kinds.js + kinds.css + kinds.wasm };
}

/** First paint and the moment from which the page can be used [ms], with a CPU that is so many times slower. */
async function loading(slower) {
  const server = await serve(dist);
  const { context, close } = await browser();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await page.goto(server.url);
  await page.waitForSelector("[data-ready=true]");
  const usable = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);
  await close();
  await server.stop();
  return { paint: round(paint), usable: round(usable) };
}

async function scrubbing() {
  const it = await open();
  await seek(it.page, 1800);
  const took = [];
  for (let state = 7; took.length < 40; state = (state * 48_271) % 2_147_483_647) {
    const second = state % 1800;
    took.push(
      await it.page.evaluate(async (to) => {
        const slider = document.querySelector("input[type=range]");
        const world = document.querySelector(".page");
        const wanted = String(to * 1e9);
        if (world.dataset.now === wanted) return 0;
        const begun = performance.now();
        slider.value = String(to);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => {
          const watch = new MutationObserver(() => world.dataset.now === wanted && (watch.disconnect(), done()));
          watch.observe(world, { attributes: true });
        });
        return performance.now() - begun;
      }, second),
    );
  }
  await it.close();
  took.sort((a, b) => a - b);
  return { median: round(took[20]), longest: round(took.at(-1)) };
}

async function frames() {
  const lab = readFileSync(join(root, "scenarios/lab/fargate-alb.toml"), "utf8");
  const text = lab.replace("--desired-count 2", "--desired-count 300").replace(/rate = \{ ramp.*\n/, 'rate = "500/s"\nfrom = "12m"\n').replace(/\[\[expect\]\][\s\S]*$/, "").replace('duration = "30m"', 'duration = "2h"');
  const link = { scenario: "lab/fargate-alb.toml", text, seed: "42", lines: [], at: "3600000000000" };
  const it = await open({ hash: `#v1.${deflateRawSync(JSON.stringify(link)).toString("base64url")}` });
  await until(async () => (await it.page.locator(".task.tone-good").count()) >= 300, "300 tasks are healthy", () => it.page.locator(".task").count().then(String));
  await it.page.getByRole("combobox", { name: "Speed" }).selectOption("1");
  await it.page.getByRole("button", { name: "Play", exact: true }).click();
  await it.page.waitForTimeout(1500);
  const gaps = await it.page.evaluate(
    () =>
      new Promise((done) => {
        const all = [];
        let last = performance.now();
        const begun = last;
        const frame = (now) => {
          all.push(now - last);
          last = now;
          if (now - begun > 10_000) done(all);
          else requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
  );
  await it.close();
  return { frames: gaps.length, perSecond: round(gaps.length / 10, 1), over20ms: `${round((100 * gaps.filter((gap) => gap > 20).length) / gaps.length, 1)} %` };
}

console.log("Brotli [bytes]:", sizes());
console.log("Loading, CPU as it is [ms]:", await loading(1));
console.log("Loading, CPU 4 times slower [ms]:", await loading(4));
console.log("Scrub to 40 instants of the lab [ms]:", await scrubbing());
console.log("300 tasks, 500 requests a second:", await frames());
