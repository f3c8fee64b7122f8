// Compiles the simulation for WebAssembly into src/wasm; with --optimise, wasm-opt makes it smaller and faster.
import { spawnSync } from "node:child_process";
import { renameSync, statSync } from "node:fs";
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
if (process.argv.includes("--optimise")) {
  const wasm = join(into, "sim_web_bg.wasm");
  const before = statSync(wasm).size;
  const features = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext",
    "--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"];
  run("npx", ["--no-install", "wasm-opt", "-O2", ...features, "--strip-debug", "--strip-producers", wasm, "-o", `${wasm}.new`]);
  renameSync(`${wasm}.new`, wasm);
  console.log(`wasm-opt: ${before} -> ${statSync(wasm).size} bytes`);
}
