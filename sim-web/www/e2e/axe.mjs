// What axe finds on a page.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { www } from "./page.mjs";

const axe = readFileSync(join(www, "node_modules/axe-core/axe.min.js"), "utf8");

/** The findings, in words; none is what we want. */
export async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ").slice(0, 900)}`);
}
