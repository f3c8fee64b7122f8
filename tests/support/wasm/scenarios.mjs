// Runs scenarios in WebAssembly and prints what the native suite compares with: one line of JSON.
//   node scenarios.mjs PACKAGE < {"scenarios": [{"name", "text", "files"}]}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Simulation } = createRequire(import.meta.url)(process.argv[2]);
const { scenarios } = JSON.parse(readFileSync(0, "utf8"));
const results = scenarios.map(({ name, text, files }) => {
  const begun = process.hrtime.bigint();
  const simulation = new Simulation(name, text, JSON.stringify(files), "");
  simulation.run();
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  return { name, hash: simulation.hash, report: simulation.report(), seconds };
});
console.log(JSON.stringify(results));
