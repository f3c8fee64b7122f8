import { expect, test } from "vitest";
import { commonStart, LineEditor } from "./line-editor";

function typed(...keys: string[]): LineEditor {
  const editor = new LineEditor();
  for (const key of keys) editor.key(key);
  return editor;
}

test("keys edit the line as a shell does", () => {
  expect(typed("aws ecs", "\x01", "x", "\x05", "!").text).toBe("xaws ecs!");
  expect(typed("one two three", "\x17").text).toBe("one two ");
  expect(typed("one two", "\x1b[1;5D", "\x0b").text).toBe("one ");
  expect(typed("abc", "\x1b[D", "\x7f").text).toBe("ac");
  expect(typed("abc", "\x01", "\x04").text).toBe("bc");
  expect(typed("abc", "\x1b[D", "\x15").text).toBe("c");
});

test("a paste is one line, without what a terminal would obey", () => {
  expect(typed("aws ecs \\\n  list-tasks\x07\n").text).toBe("aws ecs    list-tasks ");
  expect(typed("\x1b[31mred").text).toBe("");
});

test("the history goes back and forth and keeps the draft", () => {
  const editor = typed("first");
  editor.take();
  editor.key("second");
  editor.take();
  editor.key("draft");
  editor.key("\x1b[A");
  expect(editor.text).toBe("second");
  editor.key("\x1b[A");
  editor.key("\x1b[A");
  expect(editor.text).toBe("first");
  editor.key("\x1b[B");
  editor.key("\x1b[B");
  expect(editor.text).toBe("draft");
});

test("completion fills in what is certain and shows what is not", () => {
  const editor = typed("aws ecs li");
  expect(editor.complete(["list-tasks", "list-services"])).toEqual([]);
  expect(editor.text).toBe("aws ecs list-");
  expect(editor.complete(["list-tasks", "list-services"])).toEqual(["list-tasks", "list-services"]);
  editor.key("t");
  editor.complete(["list-tasks"]);
  expect(editor.text).toBe("aws ecs list-tasks ");
  expect(editor.complete([])).toEqual([]);
});

test("the common start of nothing is nothing", () => {
  expect(commonStart([])).toBe("");
  expect(commonStart(["--cluster", "--capacity"])).toBe("--c");
});
