// Every view: no accessibility problem that axe knows, at 1280 and 360 pixels, light and dark; and a picture of each.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findings } from "./axe.mjs";
import { open, pause, seek, type, until, www } from "./page.mjs";

const shots = join(www, "shots");
mkdirSync(shots, { recursive: true });

async function view(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  assert.deepEqual(await findings(page), [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  assert.ok(!wide, `${name}: nothing sticks out to the side`);
}

const tab = (page, name) => page.getByRole("tab", { name, exact: true }).click();

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 360]) {
    test(`every view at ${width} pixels, ${colorScheme}`, async () => {
      const it = await open({ colorScheme, viewport: { width, height: width === 360 ? 740 : 800 } });
      const { page } = it;
      const named = (name) => `${name}-${colorScheme}-${width}`;
      await seek(page, 440);
      if (width === 360) await tab(page, "Map");
      await view(page, named("start"));
      await seek(page, 1000);
      if (width === 360) await tab(page, "Terminal");
      await type(page, "aws ecs list-services --cluster demo", "serviceArns");
      if (width === 360) await view(page, named("terminal"));
      if (width === 360) await tab(page, "Map");
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await page.waitForTimeout(1500);
      await view(page, named("map"));
      await pause(page);
      await page.locator(".task").first().click();
      await page.locator(".json").waitFor();
      await view(page, named("inspect"));
      await tab(page, "Charts");
      await page.locator(".chart canvas").first().waitFor();
      await view(page, named("charts"));
      await tab(page, "Journal");
      await view(page, named("journal"));
      await tab(page, "Scenario");
      await page.locator(".editor").waitFor();
      await until(async () => (await page.locator(".editor .cm-line").count()) > 5, "the editor shows the text");
      await view(page, named("scenario"));
      if (width === 360) await tab(page, "Map");
      else await tab(page, "Inspect");
      await page.getByRole("button", { name: "us-east-1a", exact: true }).click();
      await page.getByRole("button", { name: "Lose its power for five minutes" }).click();
      await page.locator(".zone.lost").waitFor({ state: "attached" });
      await view(page, named("lost-why"));
      if (width === 360) await tab(page, "Map");
      else await tab(page, "Inspect");
      await page.locator(".zone.lost").scrollIntoViewIfNeeded();
      await view(page, named("lost"));
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("button", { name: "Fork" }).click();
      await page.getByRole("region", { name: "Future B" }).waitFor();
      await view(page, named("fork"));
      await it.close();
    });
  }
}

test("a broken lab shows its trouble on the map", async () => {
  const it = await open();
  await tab(it.page, "Scenario");
  await it.page.locator(".gallery button").filter({ hasText: "without ECR permission" }).click();
  await until(async () => /without ECR/.test(await it.page.locator(".bar .title").textContent()), "it is loaded");
  await seek(it.page, 700);
  await it.page.getByRole("button", { name: /^▲ ecsTaskExecutionRole|ecsTaskExecutionRole/ }).first().click();
  await it.page.locator(".why").waitFor();
  assert.match(await it.page.locator(".place.iam").textContent(), /denied: ecr:/);
  await view(it.page, "broken-light-1280");
  await it.close();
});

test("the editor shows mistakes with their way out, and runs what is sound", async () => {
  const it = await open();
  await tab(it.page, "Scenario");
  const editor = it.page.locator(".editor .cm-content");
  await editor.waitFor();
  await editor.focus();
  await it.page.keyboard.press("Control+End");
  await it.page.keyboard.type("\n[[expect]]\nmetrik = 'steady'\n");
  await it.page.getByText("▲ ").first().waitFor();
  assert.match(await it.page.locator(".problems").textContent(), /metric/);
  assert.ok(await it.page.getByRole("button", { name: "Run it from the beginning" }).isDisabled());
  await view(it.page, "mistake-light-1280");
  await it.page.keyboard.press("Control+z");
  await it.close();
});
