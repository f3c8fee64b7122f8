// The Learn panel: a lesson beside its world, questions, an exercise solved in the terminal, and progress that stays.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { now, open, screen, seek, type, until, www } from "./page.mjs";
import { findings } from "./axe.mjs";

const tab = (page, name) => page.getByRole("tab", { name, exact: true }).click();
const shot = (page, name) => page.screenshot({ path: join(www, "shots", `${name}.png`) });

test("a lesson stands beside its world, and its commands can be typed", async () => {
  const it = await open();
  await tab(it.page, "Learn");
  await it.page.locator(".topics button").first().waitFor();
  assert.deepEqual(await findings(it.page), []);
  await it.page.locator(".topics button").last().click();
  await it.page.getByRole("button", { name: "Enter its world" }).click();
  await it.page.getByRole("button", { name: "Begin its world again" }).waitFor();
  await it.page.getByRole("button", { name: "Type it" }).first().click();
  await until(async () => (await screen(it.page)).includes("$ aws "), "the terminal shows the command", () => screen(it.page));
  assert.deepEqual(await findings(it.page), []);
  await shot(it.page, "lesson-light-1280");
  await it.close();
});

test("a question is answered, and the answer says why", async () => {
  const it = await open({ colorScheme: "dark" });
  await tab(it.page, "Learn");
  await it.page.locator(".topics button").first().click();
  await it.page.getByRole("button", { name: /^Quiz/ }).click();
  await it.page.locator(".question input").first().check();
  await it.page.locator(".question button.main").click();
  await it.page.locator(".grade .prose").waitFor();
  assert.match(await it.page.locator(".grade").textContent(), /Right|Not right/);
  assert.deepEqual(await findings(it.page), []);
  await shot(it.page, "quiz-dark-1280");
  for (let step = 0; step < 7; step++) {
    const next = it.page.getByRole("button", { name: "Next", exact: true });
    if (await next.isDisabled()) break;
    await next.click();
    await it.page.locator(".question .prose").first().waitFor();
    assert.deepEqual(await findings(it.page), [], `question ${step + 2}`);
  }
  await it.close();
});

test("an exercise is solved in the terminal, earns its medal, and stays solved", async () => {
  const it = await open();
  const { page } = it;
  await tab(page, "Learn");
  await page.locator(".topics button").last().click();
  await page.getByRole("button", { name: /A rule revoked/ }).click();
  await page.getByRole("button", { name: "Enter this world" }).click();
  await page.getByRole("button", { name: "Begin again" }).waitFor();
  await page.getByRole("button", { name: "Check" }).click();
  await until(async () => /Not yet/.test(await page.locator(".exercise [role=status]").textContent()), "the start fails");
  await seek(page, 510);
  await until(async () => (await page.locator(".goal-list").textContent()).includes("now 1"), "goals are live", () => page.locator(".goal-list").textContent());
  await type(page, "aws ec2 authorize-security-group-ingress --group-name shop-task-sg --protocol tcp --port 8080 --source-group shop-alb-sg --query Return", "true");
  await page.getByRole("button", { name: "Check" }).click();
  await until(async () => /Solved: ★★★ gold/.test(await page.locator(".exercise [role=status]").textContent()), "gold", () => page.locator(".exercise [role=status]").textContent());
  assert.deepEqual(await findings(page), []);
  await shot(page, "exercise-light-1280");
  await type(page, "hint", "Which rule is missing");
  await page.reload();
  await page.waitForSelector("[data-ready=true]");
  await tab(page, "Learn");
  await until(async () => /1 of \d exercise/.test(await page.locator(".topics").textContent()), "the exercise is still solved", () => page.locator(".topics").textContent());
  await it.close();
});

test("the common mistake does not solve it, and neither does the world's own door", async () => {
  const it = await open();
  const { page } = it;
  await tab(page, "Learn");
  await page.locator(".topics button").last().click();
  await page.getByRole("button", { name: /A rule revoked/ }).click();
  await page.getByRole("button", { name: "Enter this world" }).click();
  await page.getByRole("button", { name: "Begin again" }).waitFor();
  await seek(page, 510);
  await type(page, "world traffic shop-alb 0/s", "$");
  await page.getByRole("button", { name: "Check" }).click();
  await until(async () => /own door/.test(await page.locator(".exercise [role=status]").textContent()), "it is not counted");
  assert.ok((await now(page)).hash);
  await it.close();
});

test("a damaged store is set aside and reported", async () => {
  const it = await open();
  const { page } = it;
  await page.evaluate(
    () =>
      new Promise((done, failed) => {
        const request = indexedDB.open("ecs-simulator", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("progress");
        request.onerror = failed;
        request.onsuccess = () => {
          const change = request.result.transaction("progress", "readwrite");
          change.objectStore("progress").put('{"version": 1, "lessons": 7}', "learner");
          change.oncomplete = () => (request.result.close(), done());
        };
      }),
  );
  await tab(page, "Learn");
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").textContent(), /progress was damaged.*is kept under/);
  const kept = await page.evaluate(
    () =>
      new Promise((done) => {
        const request = indexedDB.open("ecs-simulator", 1);
        request.onsuccess = () => {
          const all = request.result.transaction("progress").objectStore("progress").getAll();
          all.onsuccess = () => done(all.result);
        };
      }),
  );
  assert.ok(kept.includes('{"version": 1, "lessons": 7}'), "somebody's work is not written over");
  await it.close();
});
