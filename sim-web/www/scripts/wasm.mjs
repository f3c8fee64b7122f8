// Compiles the simulation for WebAssembly into src/wasm, and makes it small for the way.
import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";

const here = join(import.meta.dirname, "..");
const into = join(here, "src/wasm");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: here, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

// The whole test has built the program already, and names it.
const built = process.env.SIM_WEB_BUILD;
if (built) run(built, [into]);
else run("cargo", ["run", "--quiet", "--locked", "-p", "sim-web-build", "--", into]);

// Functions that are alike stand beside each other, so that Brotli sees it: generic ones have nearly the same name. What
// wasm-opt can do beside that makes the file smaller, but larger after Brotli. The names themselves are left out.
const [plain, small] = ["sim_web_bg.wasm", "sorted.wasm"].map((name) => join(into, name));
const passes = ["--duplicate-function-elimination", "--reorder-functions-by-name"];
run(process.execPath, [join(here, "node_modules/binaryen/bin/wasm-opt"), plain, ...passes, "--output", small]);
renameSync(small, plain);
