import { expect, test } from "vitest";
import { clock, count, plural } from "./words";

test("moments are printed as a clock", () => {
  expect(clock(432)).toBe("00:07:12");
  expect(clock(90_061.25, true)).toBe("25:01:01.2");
  expect(clock(59.9999999)).toBe("00:01:00");
});

test("large counts keep three digits", () => {
  expect([count(9999), count(12_345), count(36_015_275)]).toEqual(["9999", "12.3 k", "36.0 M"]);
});

test("one is not many", () => {
  expect([plural(1, "task"), plural(0, "task")]).toEqual(["1 task", "0 tasks"]);
});
