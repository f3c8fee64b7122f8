// Without a network: the page that was opened once opens again, runs, and has everything that it shows.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { browser } from "./browser.mjs";
import { now, seek, until, www } from "./page.mjs";
import { serve } from "./serve.mjs";

const dist = join(www, "../dist");
const tab = (page, name) => page.getByRole("tab", { name, exact: true }).click();
const ready = (page) => page.waitForSelector("[data-ready=true]", { timeout: 30_000 });

/** Waits until the browser keeps the page: the worker is there and has its files. */
function kept(page) {
  return page.evaluate(() => navigator.serviceWorker.ready.then(() => caches.keys()));
}

test("the page is there without a network, and runs as before", async () => {
  const server = await serve(dist);
  const { context, close } = await browser();
  const page = await context.newPage();
  const refused = [];
  page.on("console", (message) => /Content Security Policy/i.test(message.text()) && refused.push(message.text()));
  await page.goto(server.url);
  await ready(page);
  const stores = await kept(page);
  assert.match(stores.join(), /^playground-[0-9a-f]{16}$/, "one store, named by what is in it");
  await seek(page, 900);
  const { hash } = await now(page);
  // Nobody answers any more: no server, and a browser that knows that there is no network.
  await server.stop();
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  await seek(page, 900);
  assert.equal((await now(page)).hash, hash, "it is the same run");
  await tab(page, "Charts");
  await page.locator(".chart canvas").first().waitFor();
  await tab(page, "Scenario");
  await page.locator(".editor .cm-content").waitFor();
  await tab(page, "Learn");
  await page.locator(".topics button").first().click();
  await page.getByRole("button", { name: /^Quiz/ }).waitFor();
  assert.deepEqual(refused, [], "the content security policy lets all of this be");
  await close();
});

test("the store holds every file of the page, and nothing else", async () => {
  const server = await serve(dist);
  const { context, close } = await browser();
  const page = await context.newPage();
  await page.goto(server.url);
  await ready(page);
  await kept(page);
  const held = await page.evaluate(async () => {
    const store = await caches.open((await caches.keys())[0]);
    return (await store.keys()).map((request) => new URL(request.url).pathname.slice(1)).sort();
  });
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && entry.name !== "sw.js")
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
    .sort();
  assert.deepEqual(held, files);
  await close();
  await server.stop();
});

test("a new version is seen at the next visit, and takes the place of the old store", async () => {
  const folder = mkdtempSync(join(tmpdir(), "playground-dist-"));
  cpSync(dist, folder, { recursive: true });
  const server = await serve(folder);
  const { context, close } = await browser();
  const page = await context.newPage();
  await page.goto(server.url);
  await ready(page);
  const [old] = await kept(page);
  const index = join(folder, "index.html");
  writeFileSync(index, readFileSync(index, "utf8").replace("<title>ECS simulator</title>", "<title>ECS simulator, newer</title>"));
  const worker = join(folder, "sw.js");
  writeFileSync(worker, readFileSync(worker, "utf8").replace(/const VERSION = "[0-9a-f]{16}"/, 'const VERSION = "0000000000000000"'));
  await page.reload();
  await ready(page);
  assert.equal(await page.title(), "ECS simulator, newer", "the network's page comes first");
  const stores = () => page.evaluate(() => caches.keys());
  await page.evaluate(() => navigator.serviceWorker.ready.then((registration) => registration.update()));
  await until(async () => (await stores()).includes("playground-0000000000000000"), "the new version is kept", async () => String(await stores()));
  await page.reload();
  await ready(page);
  await until(async () => !(await stores()).includes(old), "the old store is gone", async () => String(await stores()));
  assert.deepEqual(await stores(), ["playground-0000000000000000"]);
  await close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
