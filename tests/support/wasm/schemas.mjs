// What the simulation in WebAssembly knows of the shapes of inputs, for the native suite to compare: one line of JSON.
//   node schemas.mjs PACKAGE < {"broken", "operations": ["ecs create-service"], "content", "lab", "files"}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { check, Learn, schema, Session } = createRequire(import.meta.url)(process.argv[2]);
const { broken, operations, content, lab, files } = JSON.parse(readFileSync(0, "utf8"));
const session = new Session("fargate-alb.toml", lab, files, "", "");
const help = (operation) => JSON.parse(session.enter(`aws ${operation} help`)).text;
console.log(JSON.stringify({
  schema: schema(),
  problems: check("broken.toml", broken, ""),
  help: Object.fromEntries(operations.map((operation) => [operation, help(operation)])),
  topics: JSON.parse(new Learn(content).contents()).topics.length,
}));
