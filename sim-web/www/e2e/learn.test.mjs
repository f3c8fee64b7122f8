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
  await type(page, "world lose us-east-1c 1m", "$");
  await page.getByRole("button", { name: "Check" }).click();
  await until(async () => /own door/.test(await page.locator(".exercise [role=status]").textContent()), "it is not counted");
  assert.ok((await now(page)).hash);
  await it.close();
});

test("an exercise whose goals were edited away is not solved: its own judge decides", async () => {
  const it = await open();
  const { page } = it;
  await tab(page, "Learn");
  await page.locator(".topics button").last().click();
  await page.getByRole("button", { name: /A rule revoked/ }).click();
  await page.getByRole("button", { name: "Enter this world" }).click();
  await page.getByRole("button", { name: "Begin again" }).waitFor();
  await tab(page, "Scenario");
  const editor = page.locator(".editor .cm-content");
  await editor.waitFor();
  await editor.focus();
  // The goals stand last: what is typed at the end makes the last one easy, and one more hides the others.
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n[[expect]]\nmetric = 'running_tasks'\nat_least = 0\n".repeat(3));
  await page.getByText("no problems").waitFor();
  await page.getByRole("button", { name: "Run it from the beginning" }).click();
  await tab(page, "Learn");
  await page.getByRole("button", { name: "Check" }).click();
  await until(async () => /Not yet/.test(await page.locator(".exercise [role=status]").textContent()), "it is not solved", () => page.locator(".exercise [role=status]").textContent());
  await it.close();
});

/** Puts something into the store of a page before the page looks at it. */
function put(page, value) {
  return page.evaluate(
    (kept) =>
      new Promise((done, failed) => {
        const request = indexedDB.open("ecs-simulator", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("progress");
        request.onerror = failed;
        request.onsuccess = () => {
          const change = request.result.transaction("progress", "readwrite");
          change.objectStore("progress").put(kept, "learner");
          change.oncomplete = () => (request.result.close(), done());
        };
      }),
    value,
  );
}

/** Everything in the store, by key. */
function stored(page) {
  return page.evaluate(
    () =>
      new Promise((done, failed) => {
        const request = indexedDB.open("ecs-simulator");
        request.onerror = failed;
        request.onsuccess = () => {
          const shelf = request.result.transaction("progress").objectStore("progress");
          const [keys, values] = [shelf.getAllKeys(), shelf.getAll()];
          values.onsuccess = () => (request.result.close(), done(Object.fromEntries(keys.result.map((key, place) => [key, values.result[place]]))));
        };
      }),
  );
}

const damaged = { "a text that is no progress": '{"version": 1, "lessons": 7}', "no text at all": { when: [1, 2, { deep: true }] }, "cut off": '{"version": 1, "les', "another's": "\u0000" };
for (const [what, value] of Object.entries(damaged)) {
  test(`a damaged store is set aside as it is and reported: ${what}`, async () => {
    const it = await open();
    await put(it.page, value);
    await tab(it.page, "Learn");
    await it.page.getByRole("alert").waitFor();
    assert.match(await it.page.getByRole("alert").textContent(), /progress was damaged.*is kept under/);
    await until(async () => typeof (await stored(it.page)).learner === "string" && (await stored(it.page)).learner !== value, "a new one is begun");
    const { learner, ...aside } = await stored(it.page);
    assert.deepEqual(Object.values(aside), [value], "somebody's work is not written over");
    assert.match(Object.keys(aside)[0], /^damaged \d{4}-/);
    JSON.parse(learner);
    await it.page.getByRole("button", { name: "Close" }).click();
    await it.page.locator(".topics button").first().click();
    await it.page.getByRole("button", { name: /^Quiz/ }).waitFor();
    assert.equal(Object.keys(await stored(it.page)).length, 2, "once is enough");
    await it.close();
  });
}

test("a store of another version, or without its shelf, is left untouched and reported", async () => {
  for (const version of [7, 1]) {
    const it = await open();
    await it.page.evaluate(
      (number) =>
        new Promise((done, failed) => {
          const request = indexedDB.open("ecs-simulator", number);
          request.onupgradeneeded = () => request.result.createObjectStore("other").put("precious", "mine");
          request.onerror = failed;
          request.onsuccess = () => (request.result.close(), done());
        }),
      version,
    );
    await tab(it.page, "Learn");
    await it.page.getByRole("alert").waitFor();
    assert.match(await it.page.getByRole("alert").textContent(), /could not be kept, and what was kept is untouched/);
    await it.page.locator(".topics button").first().click();
    const kept = await it.page.evaluate(
      () =>
        new Promise((done) => {
          const request = indexedDB.open("ecs-simulator");
          request.onsuccess = () => {
            const found = request.result.transaction("other").objectStore("other").get("mine");
            found.onsuccess = () => (request.result.close(), done(found.result));
          };
        }),
    );
    assert.equal(kept, "precious");
    await it.close();
  }
});
