import { expect, test } from "vitest";
import { answerOf, moved } from "./answer";

test("an answer is one only when it says something", () => {
  expect(answerOf("single", [], "")).toBeUndefined();
  expect(answerOf("single", [2], "")).toEqual({ single: 2 });
  expect(answerOf("multiple", [3, 1], "")).toEqual({ multiple: [1, 3] });
  expect(answerOf("number", [], " 0,5 ")).toEqual({ number: 0.5 });
  expect(answerOf("number", [], "many")).toBeUndefined();
});

test("things move within their list and not out of it", () => {
  expect(moved([0, 1, 2], 2, 0)).toEqual([2, 0, 1]);
  expect(moved([0, 1, 2], 0, -1)).toEqual([0, 1, 2]);
});
