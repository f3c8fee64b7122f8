// What the browser tests share: an opened page, and how a person uses it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { browser } from "./browser.mjs";
import { serve } from "./serve.mjs";

export const www = join(import.meta.dirname, "..");
export const root = join(www, "../..");
const dist = join(www, "../dist");

/** Opens the page in a fresh browser. `hash` is the address's fragment; everything else goes to the browser. */
export async function open({ hash = "", ...options } = {}) {
  const server = await serve(dist);
  const { context, close } = await browser(options);
  const page = await context.newPage();
  const problems = [];
  const foreign = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => !request.url().startsWith(server.url) && foreign.push(request.url()));
  await page.goto(`${server.url}${hash}`);
  await page.waitForSelector("[data-ready=true]", { timeout: 30_000 });
  return {
    page,
    url: server.url,
    /** Ends all; a page that complained or asked elsewhere has failed. */
    async close() {
      await close();
      await server.stop();
      assert.deepEqual(problems, [], "the page reports no error");
      assert.deepEqual(foreign, [], "the page asks nobody but its own server");
    },
  };
}

/** The moment and hash that the page shows. */
export function now(page) {
  return page.locator(".page").evaluate((element) => ({ now: element.dataset.now, hash: element.dataset.hash }));
}

/** Pauses what plays, and waits until it does. It may have paused by itself meanwhile, as at the end: then there is nothing to press. */
export async function pause(page) {
  const button = page.getByRole("button", { name: "Pause", exact: true });
  while (await button.count()) {
    await button.click({ timeout: 2_000 }).catch(() => undefined);
    await button.waitFor({ state: "detached", timeout: 10_000 });
  }
}

/** Pauses, and goes to a moment [s]. */
export async function seek(page, seconds) {
  await pause(page);
  await page.getByRole("slider", { name: "Moment" }).fill(String(seconds));
  const wanted = String(Math.round(seconds * 1e6) * 1000);
  await page.waitForFunction((ns) => document.querySelector(".page").dataset.now === ns, wanted, { timeout: 20_000 });
}

/** What the terminal shows. */
export function screen(page) {
  return page.locator(".xterm-rows").evaluate((rows) => [...rows.children].map((row) => row.textContent.replaceAll("\u00a0", " ").trimEnd()).join("\n"));
}

/** Types a line and waits until the terminal shows this. */
export async function type(page, line, shows) {
  await page.getByRole("textbox", { name: "Terminal input" }).focus();
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
  await until(async () => (await screen(page)).includes(shows), `the terminal shows ${shows} after ${line}`, () => screen(page));
}

/** Waits for something to become true. */
export async function until(holds, what, detail = async () => "") {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`in vain: ${what}\n${await detail()}`);
    await new Promise((done) => setTimeout(done, 40));
  }
}
