// The charts: CloudWatch's series, with a line at this moment; a click goes to its moment.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { going, lab, present } from "../state";
import { clock } from "../words";
import { type ChartData, charts } from "./data";

/** Between two looks while time passes [ms]. */
const AGAIN = 1000;
const HEIGHT = 150;
/** Distances between the marks of the time axis [s]. */
const TICKS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400, 604_800, 2_592_000];

function colours(element: Element): { lines: string[]; text: string; grid: string; now: string } {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return { lines: ["--line-1", "--line-2", "--line-3", "--line-4"].map(colour), text: colour("--quiet"), grid: colour("--line"), now: colour("--bad") };
}

function plot(box: HTMLElement, data: ChartData, now: { s: number }, end: number): uPlot {
  const ink = colours(box);
  const axis = { stroke: ink.text, grid: { stroke: ink.grid, width: 1 }, ticks: { stroke: ink.grid }, font: "11px system-ui" };
  const line = (name: string, index: number): uPlot.Series => ({
    label: name,
    stroke: ink.lines[index % ink.lines.length] ?? ink.text,
    width: 2,
    dash: index === 0 ? [] : [4 + 3 * index, 3],
    points: { show: data.at.length < 3, size: 5 },
  });
  const chart = new uPlot(
    {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: "charts" }, drag: { x: false, y: false } },
      scales: { x: { time: false, range: [0, end] }, y: { range: (_, __, most) => [0, Math.max(1e-3, (most ?? 1) * 1.1)] } },
      axes: [{ ...axis, incrs: TICKS, values: (_, moments) => moments.map((moment) => clock(moment)) }, { ...axis, size: 52 }],
      series: [{}, ...data.names.map(line)],
      hooks: {
        draw: [
          (self) => {
            const x = self.valToPos(now.s, "x", true);
            self.ctx.save();
            self.ctx.strokeStyle = ink.now;
            self.ctx.setLineDash([]);
            self.ctx.lineWidth = devicePixelRatio;
            self.ctx.beginPath();
            self.ctx.moveTo(x, self.bbox.top);
            self.ctx.lineTo(x, self.bbox.top + self.bbox.height);
            self.ctx.stroke();
            self.ctx.restore();
          },
        ],
      },
    },
    [data.at, ...data.lines] as uPlot.AlignedData,
    box,
  );
  chart.over.addEventListener("click", () => {
    const moment = chart.posToVal(chart.cursor.left ?? 0, "x");
    if (Number.isFinite(moment)) void lab.call("seek", Math.max(0, moment));
  });
  return chart;
}

function Chart({ data }: { data: ChartData }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const now = useRef({ s: 0 });
  const instant = present.value?.look.instant;
  const shape = data.names.join("|");
  const theme = useSignal(0);
  useEffect(() => {
    const change = () => (theme.value += 1);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("themechange", change);
    dark.addEventListener("change", change);
    return () => {
      removeEventListener("themechange", change);
      dark.removeEventListener("change", change);
    };
  }, []);
  useEffect(() => {
    const here = box.current;
    if (!here) return;
    const made = plot(here, data, now.current, instant?.end_s ?? 60);
    chart.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: Math.max(200, here.clientWidth), height: HEIGHT }));
    resize.observe(here);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [shape, instant?.end_s, theme.value]);
  useEffect(() => chart.current?.setData([data.at, ...data.lines] as uPlot.AlignedData), [data]);
  useEffect(() => {
    now.current.s = instant?.now_s ?? 0;
    chart.current?.redraw(false);
  }, [instant?.now_s]);
  const latest = data.lines.map((line) => line.findLast((value) => value !== null) ?? null);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{data.title}</strong> <span class="quiet">{data.unit}</span>
        <ul>
          {data.names.map((name, index) => (
            <li key={name}><span class={`swatch line-${(index % 4) + 1}`} aria-hidden="true" /> {name}: {latest[index] == null ? "none" : +(latest[index] ?? 0).toPrecision(4)}</li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={`Chart of ${data.title} over time`} />
    </figure>
  );
}

export default function Charts() {
  const made = useSignal<ChartData[]>([]);
  const asked = useSignal({ at: 0, timer: 0 });
  useSignalEffect(() => {
    void present.value?.look.instant.now_ns;
    const side = going.value.focus;
    const { at, timer } = asked.peek();
    clearTimeout(timer);
    const ask = async () => {
      asked.value = { at: Date.now(), timer: 0 };
      made.value = charts(await lab.call("series", side).catch(() => []));
    };
    asked.value = { at, timer: setTimeout(() => void ask(), Math.max(0, AGAIN - (Date.now() - at))) as unknown as number };
  });
  return (
    <div class="charts">
      <p class="quiet">CloudWatch, one point a minute. The red line is this moment; click a chart to go to its moment.</p>
      {made.value.length === 0 && <p class="quiet">Nothing has been reported yet.</p>}
      {made.value.map((data) => <Chart key={data.title + data.names[0]} data={data} />)}
    </div>
  );
}
