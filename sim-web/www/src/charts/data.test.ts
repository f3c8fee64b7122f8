import { expect, test } from "vitest";
import type { SeriesView } from "../generated/views";
import { charts } from "./data";

function series(metric: string, of: string, at_s: number[], values: number[]): SeriesView {
  return { namespace: "AWS/ECS", metric, of, statistic: "Average", unit: "Percent", at_s, values };
}

test("series of one metric share a chart, and the usual metrics come first", () => {
  const made = charts([series("ConsumedLCUs", "a", [60], [1]), series("CPUUtilization", "a", [60], [1]), series("CPUUtilization", "b", [120], [2])]);
  expect(made.map((chart) => chart.title)).toEqual(["CPUUtilization", "ConsumedLCUs"]);
  expect(made[0]).toMatchObject({ at: [60, 120], lines: [[1, null], [null, 2]], names: ["a (Average)", "b (Average)"] });
});

test("a minute without a report is a gap, not a zero", () => {
  const [chart] = charts([series("CPUUtilization", "a", [60, 240], [1, 2])]);
  expect(chart?.at).toEqual([60, 120, 240]);
  expect(chart?.lines).toEqual([[1, null, 2]]);
});
