import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { headersOf, type Schema, wordsAt } from "./schema-words";

const schema = JSON.parse(readFileSync(new URL("../../../../scenarios/scenario.schema.json", import.meta.url), "utf8")) as Schema;
const words = (before: string) => wordsAt(schema, before).words.map(({ word }) => word);

test("a header completes to the tables there are", () => {
  expect(words("[[ecs.")).toContain("[[ecs.service]]");
  expect(words("[")).toEqual(expect.arrayContaining(["[scenario]", "[[timeline]]", "[[expect]]", "[[world.traffic]]"]));
  expect(headersOf(schema).every(({ about }) => about !== "")).toBe(true);
});

test("a key completes to what the table takes, with what it means", () => {
  const { from, words: found } = wordsAt(schema, "[scenario]\ntitle = 'x'\ndur");
  expect(from).toBe("[scenario]\ntitle = 'x'\n".length);
  expect(found.find(({ word }) => word === "duration")?.about).toContain("simulate");
  expect(words("[[ecs.service]]\n")).toContain("desiredCount");
});

test("a value completes where the values are named", () => {
  expect(words("[[ecs.service]]\nlaunchType = ")).toContain('"FARGATE"');
  expect(words("[[world.app]]\nignores_sigterm = ")).toEqual(["true", "false"]);
  expect(words("[scenario]\ntitle = 'an ")).toEqual([]);
});

test("an unknown table completes to nothing, and nothing hangs", () => {
  expect(words("[no.such.table]\n")).toEqual([]);
  expect(wordsAt({ $defs: { a: { $ref: "#/$defs/a" } }, properties: { a: { $ref: "#/$defs/a" } } }, "[a]\n").words).toEqual([]);
});
