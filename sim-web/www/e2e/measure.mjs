// Measures what docs/performance.md states of the page: `npm run measure`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { browser } from "./browser.mjs";
import { open, root, seek, until, www } from "./page.mjs";
import { serve } from "./serve.mjs";
import { weight } from "./weight.mjs";

const dist = join(www, "../dist");
const round = (number, digits = 0) => Number(number.toFixed(digits));

/**
 * Slows a page's whole process down, its workers included, by halting it for most of each slice of time.
 * `Emulation.setCPUThrottlingRate` reaches the page's own thread only: the simulation would run at full speed.
 */
async function slow(context, times) {
  if (times === 1) return () => {};
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const tell = (signal) => {
    for (const pid of pids) {
      try { process.kill(pid, signal); } catch { /* it has ended */ }
    }
  };
  let going = true;
  const ended = (async () => {
    while (going) {
      tell("SIGSTOP");
      await new Promise((done) => setTimeout(done, 4 * (times - 1)));
      tell("SIGCONT");
      await new Promise((done) => setTimeout(done, 4));
    }
  })();
  return () => ((going = false), ended);
}

/** How long the same work takes on the page's own thread and in a worker of it [ms]. */
function works(page) {
  return page.evaluate(async () => {
    const work = () => {
      const begun = performance.now();
      let sum = 0;
      for (let turn = 0; turn < 6e7; turn++) sum = (sum * 31 + turn) | 0;
      return performance.now() - begun + (sum === 0.5 ? 1 : 0);
    };
    const worker = new Worker(URL.createObjectURL(new Blob([`onmessage = () => postMessage((${work})())`])));
    const inWorker = await new Promise((done) => {
      worker.onmessage = ({ data }) => done(data);
      worker.postMessage(0);
    });
    worker.terminate();
    return { page: work(), worker: inWorker };
  });
}

/** By how much each way of slowing down slows the page's own thread and a worker. */
async function slowing() {
  const server = await serve(dist);
  const { context, close } = await browser();
  const page = await context.newPage();
  await page.goto(`${server.url}icon.svg`);
  await works(page);
  const plain = await works(page);
  const times = (taken) => ({ page: round(taken.page / plain.page, 1), worker: round(taken.worker / plain.worker, 1) });
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const throttled = times(await works(page));
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const release = await slow(context, 4);
  const halted = times(await works(page));
  await release();
  await close();
  await server.stop();
  return { throttled, halted };
}

/** Notes when the page can be used: it is loaded, and the frame that draws it has come; and when its terminal is there. */
function noteMoments() {
  const watch = new MutationObserver(() => {
    if (!window.usable && document.querySelector("[data-ready=true]")) {
      window.usable = -1;
      requestAnimationFrame(() => requestAnimationFrame((now) => (window.usable = now)));
    }
    if (!window.terminal && document.querySelector(".xterm-rows")) window.terminal = performance.now();
  });
  watch.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
}

/** First paint, and the moments from which the page and its terminal can be used [ms], with a CPU that is so many times slower. */
async function loadingOnce(slower) {
  const server = await serve(dist);
  const { context, close } = await browser({ serviceWorkers: "block" });
  const page = await context.newPage();
  // So that the process is there before it is slowed down.
  await page.goto(`${server.url}icon.svg`);
  await page.addInitScript(noteMoments);
  const release = await slow(context, slower);
  await page.goto(server.url);
  await page.waitForFunction(() => window.usable > 0 && window.terminal > 0);
  const moments = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN, usable: window.usable, terminal: window.terminal,
  }));
  await release();
  await close();
  await server.stop();
  return moments;
}

/** The medians of three. */
async function loading(slower) {
  const all = [await loadingOnce(slower), await loadingOnce(slower), await loadingOnce(slower)];
  const median = (name) => round(all.map((one) => one[name]).sort((a, b) => a - b)[1]);
  return { paint: median("paint"), usable: median("usable"), terminal: median("terminal") };
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

console.log("Brotli [bytes]:", weight(dist));
console.log("4 times slower is in truth, by CDP and by halting the process [times]:", JSON.stringify(await slowing()));
console.log("Loading, CPU as it is [ms]:", await loading(1));
console.log("Loading, CPU 4 times slower [ms]:", await loading(4));
console.log("Scrub to 40 instants of the lab [ms]:", await scrubbing());
console.log("300 tasks, 500 requests a second:", await frames());
