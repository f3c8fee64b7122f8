// Any instant, two futures, links, and the same run as in a terminal.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { now, open, pause, root, screen, seek, type, until } from "./page.mjs";

const LAB = "lab/fargate-alb.toml";
const cli = process.env.SIM_CLI ?? join(root, "target/debug/sim-cli");

test("the run in the browser is the run of sim-cli, to the hash", async () => {
  const lab = readdirSync(join(root, "scenarios/lab")).filter((name) => name.endsWith(".toml"));
  assert.ok(lab.length >= 3);
  const it = await open();
  await pause(it.page);
  await it.page.getByRole("tab", { name: "Scenario" }).click();
  for (const name of lab) {
    const file = join(root, "scenarios/lab", name);
    const report = execFileSync(cli, ["run", file, "--format", "json"], { cwd: root, maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });
    const { run, scenario } = JSON.parse(report.toString());
    await it.page.locator(".gallery button").filter({ hasText: scenario.title }).click();
    await until(async () => (await it.page.locator(".bar .title").textContent()) === scenario.title, `${name} is loaded`);
    await seek(it.page, scenario.duration_s);
    assert.equal((await now(it.page)).hash, run.hash, name);
  }
  await it.close();
});

test("an instant is the same from before and from after", async () => {
  const it = await open();
  const hashes = new Map();
  for (const second of [300, 600, 900.5, 1500]) {
    await seek(it.page, second);
    hashes.set(second, (await now(it.page)).hash);
  }
  assert.equal(new Set(hashes.values()).size, 4);
  for (const second of [900.5, 300, 1500, 600]) {
    await seek(it.page, second);
    assert.equal((await now(it.page)).hash, hashes.get(second), `at ${second} s`);
  }
  await it.close();
});

test("steps go on by one event, and by one change of state", async () => {
  const it = await open();
  await seek(it.page, 430);
  const before = await now(it.page);
  await it.page.getByRole("button", { name: "To the next change of state" }).click();
  await until(async () => (await now(it.page)).hash !== before.hash, "something changes");
  const changed = await now(it.page);
  await it.page.getByRole("button", { name: "Let one event happen" }).click();
  await until(async () => (await now(it.page)).now >= changed.now, "an event happens");
  await it.close();
});

test("a fork shows two futures side by side, and the terminal types into one", async () => {
  const it = await open();
  await seek(it.page, 900);
  await it.page.getByRole("button", { name: "Fork" }).click();
  const future = (letter) => it.page.getByRole("region", { name: `Future ${letter}` });
  await future("B").waitFor();
  await type(it.page, "aws ecs update-service --cluster demo --service web --desired-count 4 --query service.desiredCount", "\n4\n");
  await it.page.getByRole("slider", { name: "Moment" }).fill("1200");
  await until(async () => (await future("B").locator(".task.tone-good").count()) === 4, "four tasks in future B");
  assert.equal(await future("A").locator(".task.tone-good").count(), 2, "two in future A");
  await it.page.getByRole("button", { name: "Keep future A" }).click();
  await until(async () => (await it.page.locator(".task").count()) === 2, "future A is kept");
  await it.close();
});

test("a zone is lost by a click, which types the event that it is, and the map shows it dark", async () => {
  const it = await open();
  await seek(it.page, 900);
  await it.page.getByRole("button", { name: "us-east-1a", exact: true }).click();
  await it.page.getByRole("button", { name: "Lose its power for five minutes" }).click();
  await until(async () => (await screen(it.page)).includes("world lose us-east-1a 5m"), "the terminal shows the event", () => screen(it.page));
  const zone = it.page.locator("[data-zone=us-east-1a]");
  await until(async () => /without power/.test(await zone.textContent()), "the zone is dark");
  await it.page.locator(".why").getByText("zone us-east-1a lost its power").waitFor();
  await seek(it.page, 1100);
  await until(async () => (await it.page.locator("[data-zone=us-east-1b] .task.tone-good, [data-zone=us-east-1c] .task.tone-good").count()) === 2, "both tasks run elsewhere");
  await seek(it.page, 1201);
  await until(async () => !/without power/.test(await zone.textContent()), "it has its power again");
  await it.close();
});

test("a link opens the same moment of the same future", async () => {
  const it = await open();
  await seek(it.page, 700);
  await type(it.page, "aws ecs update-service --cluster demo --service web --desired-count 3 --query service.desiredCount", "\n3\n");
  await seek(it.page, 800.3);
  const here = await now(it.page);
  await it.page.getByRole("button", { name: "Link to this moment" }).click();
  await until(async () => /#v1\./.test(it.page.url()), "the address holds the link");
  const hash = new URL(it.page.url()).hash;
  await it.close();
  const there = await open({ hash });
  await until(async () => (await now(there.page)).hash === here.hash, `the link shows ${JSON.stringify(here)}`, async () => JSON.stringify(await now(there.page)));
  await there.page.getByRole("tab", { name: "Inspect" }).click();
  assert.equal(await there.page.locator(".task").count(), 3);
  await there.close();
});

test("a link of a fork opens both futures, side by side", async () => {
  const it = await open();
  await seek(it.page, 900);
  await it.page.getByRole("button", { name: "Fork" }).click();
  await it.page.getByRole("region", { name: "Future B" }).waitFor();
  await type(it.page, "aws ecs update-service --cluster demo --service web --desired-count 4 --query service.desiredCount", "\n4\n");
  await seek(it.page, 1200);
  const here = await now(it.page);
  await it.page.getByRole("button", { name: "Link to this moment" }).click();
  await until(async () => /#v1\./.test(it.page.url()), "the address holds the link");
  const hash = new URL(it.page.url()).hash;
  await it.close();
  const there = await open({ hash });
  const future = (letter) => there.page.getByRole("region", { name: `Future ${letter}` });
  await future("B").waitFor();
  await until(async () => (await now(there.page)).hash === here.hash, "the future in focus is the same run");
  assert.equal(await future("B").locator(".task.tone-good").count(), 4, "four in future B");
  assert.equal(await future("A").locator(".task.tone-good").count(), 2, "two in future A");
  assert.match(await future("B").textContent(), /the terminal types here/);
  await there.page.getByRole("button", { name: "Keep future A" }).click();
  await until(async () => (await there.page.locator(".task.tone-good").count()) === 2, "future A is kept");
  await there.close();
});

const link = (value) => `#v1.${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;

test("a hostile link is refused with a message, and the page is alive", async () => {
  const hostile = [
    "#v1.AAAA", "#v9.abc", link({ scenario: "<script>" }), link({ scenario: LAB, seed: "1", lines: "x", at: "0" }),
    `#v1.${deflateRawSync(Buffer.alloc(20_000_000, 32)).toString("base64url")}`,
    link({ scenario: LAB, seed: "1", lines: [], at: "0", fork: { lines: [], focus: 2 } }),
    link({ scenario: LAB, seed: "1", lines: [], at: "0", fork: { lines: Array(1001).fill({ at: "1", line: "x" }), focus: 0 } }),
    link({ scenario: "none.toml", text: "this is = no [scenario", seed: "1", lines: [], at: "0" }),
  ];
  for (const hash of hostile) {
    const it = await open({ hash }).catch((error) => error);
    if (it instanceof Error) throw it;
    await it.page.getByRole("alert").waitFor();
    await it.page.getByRole("button", { name: "Close" }).click();
    await it.page.getByRole("tab", { name: "Journal" }).click();
    await it.close();
  }
});

test("a link whose typed lines cannot be understood opens all the same", async () => {
  const lines = ["rm -rf /", "aws", "world lose everything", "\u0000\u202e", "x".repeat(16_384)].map((line) => ({ at: "60000000000", line }));
  const it = await open({ hash: link({ scenario: LAB, seed: "1", lines, at: "18446744073709551615", fork: { lines, focus: 1 } }) });
  await it.page.getByRole("region", { name: "Future B" }).waitFor();
  await until(async () => (await now(it.page)).now === "1800000000000", "it is at the scenario's end");
  await it.close();
});

const runaway = (text) => link({ scenario: LAB, text, seed: "1", lines: [], at: "0" });

test("a runaway scenario ends with a message while the page stays alive", async () => {
  const { readFileSync } = await import("node:fs");
  const lab = readFileSync(join(root, "scenarios", LAB), "utf8");
  const text = lab.replace(/rate = \{ ramp.*\n/, 'rate = "5000000/s"\nfrom = "12m"\n').replace("[scenario]", "[budget]\nevents = 3000000\n[scenario]");
  assert.ok(text.includes("5000000/s"));
  const it = await open({ hash: runaway(text) });
  await it.page.getByRole("slider", { name: "Moment" }).fill("1800");
  await it.page.getByText("The run has ended early").waitFor({ timeout: 60_000 });
  await it.page.getByRole("tab", { name: "Charts" }).click();
  await type(it.page, "help", "until steady");
  assert.match(await screen(it.page), /advance SPAN/);
  await it.close();
});
