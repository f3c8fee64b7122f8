// A newcomer's way through the page, with nothing but what the page offers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { now, open, screen, seek, type, until } from "./page.mjs";

test("the lab plays by itself, and tells in the terminal what is typed", async () => {
  const it = await open();
  const begun = await now(it.page);
  await until(async () => BigInt((await now(it.page)).now) > BigInt(begun.now) + 5_000_000_000n, "time passes");
  await until(async () => /\d\d:\d\d:\d\d \$ (aws|docker) /.test(await screen(it.page)), "the scenario's own lines are shown", () => screen(it.page));
  await it.close();
});

test("tasks appear on the map with their state in words, and requests reach them", async () => {
  const it = await open();
  await seek(it.page, 425);
  const tasks = it.page.locator(".task");
  await until(async () => (await tasks.count()) === 2, "two tasks are on the map");
  assert.match(await tasks.first().textContent(), /web#\d.*PROVISIONING.*network interface/);
  await seek(it.page, 900);
  await until(async () => (await it.page.locator(".task.tone-good").count()) === 2, "both are healthy");
  assert.match(await it.page.locator("[data-balancer]").textContent(), /2 of 2 targets healthy/);
  await it.close();
});

test("three typed commands change the world, and undo brings it back", async () => {
  const it = await open();
  await seek(it.page, 700);
  const before = await now(it.page);
  await type(it.page, "aws ecs list-tasks --cluster demo --query 'length(taskArns)'", "\n2\n");
  await type(it.page, "aws ecs update-service --cluster demo --service web --desired-count 3 --query service.desiredCount", "\n3\n");
  await type(it.page, "until steady", "later");
  await until(async () => (await it.page.locator(".task.tone-good").count()) === 3, "the third task is on the map, and healthy");
  await type(it.page, "undo", "taken back: aws ecs update-service");
  await type(it.page, "undo", "taken back: aws ecs list-tasks");
  await until(async () => (await now(it.page)).hash === before.hash, "the world is as it was");
  await it.close();
});

test("a rule is explained, with what this scenario assumes of it", async () => {
  const it = await open();
  await seek(it.page, 60);
  await type(it.page, "explain CP-126", "reconcile_interval");
  await type(it.page, "explain CP-999", "there is no rule CP-999");
  await it.close();
});

test("Tab completes, help helps, and a mistake says the way out", async () => {
  const it = await open();
  await seek(it.page, 700);
  await it.page.getByRole("textbox", { name: "Terminal input" }).focus();
  await it.page.keyboard.type("aws ecs desc");
  await it.page.keyboard.press("Tab");
  await it.page.keyboard.type("ser");
  await it.page.keyboard.press("Tab");
  await until(async () => (await screen(it.page)).includes("$ aws ecs describe-service"), "what three operations have in common is completed", () => screen(it.page));
  await it.page.keyboard.type("s");
  await it.page.keyboard.press("Tab");
  await until(async () => (await screen(it.page)).includes("$ aws ecs describe-services"), "the operation is completed", () => screen(it.page));
  await it.page.keyboard.press("Control+c");
  await type(it.page, "aws ecs list-taks", "list-tasks");
  await type(it.page, "aws ecs stop-task --help", "short name");
  await type(it.page, "why web#1", "service web was created");
  await it.page.keyboard.press("ArrowUp");
  await until(async () => (await screen(it.page)).endsWith("$ why web#1") || /\$ why web#1\s*$/.test(await screen(it.page)), "the history is there");
  await it.close();
});

test("a click shows why a task is as it is, and does what its line says", async () => {
  const it = await open();
  await seek(it.page, 900);
  await it.page.locator(".task").first().click();
  await it.page.locator(".why li").first().waitFor();
  assert.match(await it.page.locator(".why").textContent(), /aws ecs create-service/);
  await it.page.locator(".json").waitFor();
  assert.match(await it.page.locator(".json").textContent(), /"lastStatus": "RUNNING"/);
  await it.page.getByRole("button", { name: "Kill its processes" }).click();
  await until(async () => (await screen(it.page)).includes("$ world kill demo/web#"), "the terminal shows the line", () => screen(it.page));
  await until(async () => (await it.page.locator(".task").count()) >= 2, "the map goes on");
  await it.close();
});

test("the keyboard alone gets everywhere", async () => {
  const it = await open({ reducedMotion: "reduce" });
  assert.equal((await now(it.page)).now, "0", "with reduced motion nothing plays unless it is asked to");
  const seen = new Set();
  for (let press = 0; press < 60; press++) {
    await it.page.keyboard.press("Tab");
    seen.add(await it.page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim().slice(0, 40)));
  }
  for (const name of ["Link to this moment", "Play", "Moment", "Fork", "Terminal input", "Inspect"]) {
    assert.ok(seen.has(name), `Tab reaches ${name}; it reached ${[...seen].join(" | ")}`);
  }
  await it.page.getByRole("tab", { name: "Inspect" }).focus();
  await it.page.keyboard.press("ArrowRight");
  assert.equal(await it.page.getByRole("tab", { name: "Charts" }).getAttribute("aria-selected"), "true");
  await it.page.locator("body").click({ position: { x: 5, y: 5 } });
  await it.page.keyboard.press("Space");
  await until(async () => (await now(it.page)).now !== "0", "the space bar plays");
  await it.close();
});
