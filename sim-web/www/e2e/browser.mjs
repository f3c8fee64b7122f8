// Starts Debian's Chromium with a profile of its own; installs it when it is missing and that is allowed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const BINARY = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** How late a worker hears what its page tells it [ms]: `LATE=150 npm run e2e` finds tests that only a quick machine passes. */
const LATE = Number(process.env.LATE ?? 0);

function need() {
  if (existsSync(BINARY)) return;
  const root = process.getuid?.() === 0;
  if (root && spawnSync("apt-get", ["--version"]).status === 0) {
    console.log("Chromium is missing: apt-get install chromium");
    spawnSync("apt-get", ["update"], { stdio: "inherit" });
    spawnSync("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], { stdio: "inherit" });
  }
  if (!existsSync(BINARY)) {
    throw new Error(`There is no Chromium at ${BINARY}. Install it (apt-get install chromium), or name one: CHROMIUM=/path ./test.sh`);
  }
}

/** In the page: every message to a worker waits. */
function tellLate(ms) {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...all) {
    setTimeout(() => post.apply(this, all), ms);
  };
}

/** A browser with an empty profile; `close` ends it and removes the profile. */
export async function browser(options = {}) {
  need();
  const profile = mkdtempSync(join(tmpdir(), "playground-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: BINARY, args: FLAGS, viewport: { width: 1280, height: 800 }, ...options,
  });
  if (LATE > 0) await context.addInitScript(tellLate, LATE);
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
