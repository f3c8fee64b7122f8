import { expect, test } from "vitest";
import type { Answer } from "../protocol";
import { harmless, Shell } from "./shell";

function shell(answer: Answer) {
  const written: string[] = [];
  const entered: string[] = [];
  const screen = { write: (text: string) => void written.push(text), clear: () => void written.push("<clear>"), columns: () => 40 };
  const world = {
    enter: async (text: string) => (entered.push(text), answer),
    complete: async () => ["list-tasks"],
    stop: () => void entered.push("<stop>"),
    hint: async () => "look at the role",
  };
  return { shell: new Shell(screen, world), written, entered };
}

const done = (text: string, code = 0): Answer => ({ kind: "done", text, code, typed: true });

test("a typed line is entered and its answer printed", async () => {
  const { shell: it, written, entered } = shell(done("3 tasks\n"));
  for (const key of ["aws ecs li", "\t", "\r"]) await it.key(key);
  expect(entered).toEqual(["aws ecs list-tasks"]);
  expect(written.join("")).toContain("3 tasks\r\n");
});

test("an answer cannot command the terminal", async () => {
  const { shell: it, written } = shell(done("\x1b]0;title\x07name"));
  await it.run("aws x");
  expect(written.join("")).toContain("·]0;title·name");
  expect(harmless("a\tb\nc\x9bd")).toBe("a\tb\nc·d");
});

test("what is typed while Tab looks for words waits for it", async () => {
  const { shell: it } = shell(done(""));
  await Promise.all([it.key("aws ecs li"), it.key("\t"), it.key("--cluster demo")]);
  expect(it.line.text).toBe("aws ecs list-tasks --cluster demo");
});

test("a hint is asked of the page", async () => {
  const { shell: it, written } = shell({ kind: "hint" });
  await it.run("hint");
  expect(written.join("")).toContain("look at the role");
});

test("what the scenario types does not disturb the line that is being written", async () => {
  const { shell: it, written } = shell(done(""));
  await it.key("half a li");
  written.length = 0;
  it.scripted([{ at_s: 1, at: "00:00:01", command: "docker push x", exit_code: 0, output: "ok" }]);
  const text = written.join("");
  expect(text).toContain("docker push x");
  expect(text.lastIndexOf("$ half a li")).toBeGreaterThan(text.indexOf("docker push x"));
});
