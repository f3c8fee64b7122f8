// From CloudWatch's series to what a chart draws: one chart for each metric, gaps where nothing was reported.
import type { SeriesView } from "../generated/views";

/** One chart: moments, and one line for each series. */
export interface ChartData {
  title: string;
  unit: string;
  names: string[];
  at: number[];
  lines: (number | null)[][];
}

/** Metrics that are looked at first. */
const FIRST = ["RequestCount", "TargetResponseTime", "HealthyHostCount", "UnHealthyHostCount", "CPUUtilization", "MemoryUtilization",
  "HTTPCode_Target_2XX_Count", "HTTPCode_ELB_5XX_Count"];

function rank(metric: string): number {
  const place = FIRST.indexOf(metric);
  return place < 0 ? FIRST.length : place;
}

/** The charts of a run, the usual ones first. */
export function charts(all: SeriesView[]): ChartData[] {
  const groups = new Map<string, SeriesView[]>();
  for (const series of all) {
    const key = `${series.namespace} ${series.metric}`;
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  const made = [...groups.values()].map((group) => chart(group));
  return made.sort((a, b) => rank(a.title) - rank(b.title));
}

function chart(group: SeriesView[]): ChartData {
  const at = [...new Set(group.flatMap((series) => series.at_s))].sort((a, b) => a - b);
  // Minutes without a report are gaps, not zero: they get a place of their own.
  const all = at.flatMap((moment, index) => {
    const before = at[index - 1];
    return before !== undefined && moment - before > 60.5 ? [before + 60, moment] : [moment];
  });
  const lines = group.map((series) => {
    const values = new Map(series.at_s.map((moment, index) => [moment, series.values[index] ?? null]));
    return all.map((moment) => values.get(moment) ?? null);
  });
  const first = group[0] as SeriesView;
  const names = group.map((series) => `${series.of} (${series.statistic})`);
  return { title: first.metric, unit: first.unit, names, at: all, lines };
}
