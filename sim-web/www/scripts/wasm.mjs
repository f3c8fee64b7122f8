// Compiles the simulation for WebAssembly into src/wasm. No wasm-opt: what it makes is smaller, but larger after Brotli.
import { spawnSync } from "node:child_process";
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
