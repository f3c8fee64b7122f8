// What moves: each dot is a request, a health check or a pull that the engine simulated. Dots start in the order and
// at the distance in which the engine started them; they travel more slowly than their originals, so that an eye can
// follow.
import type { Look, ProbeDot, RequestDot } from "../generated/views";
import type { Places, Point } from "./places-of";

/** Dots that move at a time at most [count]. */
const DOTS_MAX = 220;
/** How long a dot travels [ms]. */
const TRAVEL_MIN = 900;
const TRAVEL_MAX = 2600;

interface Dot {
  path: Point[];
  begin: number;
  length: number;
  shape: "request" | "probe";
  good: boolean;
}

export interface Ink {
  good: string;
  bad: string;
  line: string;
  pull: string;
  probe: string;
}

export class MotionPicture {
  private dots: Dot[] = [];
  private pulls: { from: Point; to: Point; since: number }[] = [];

  /** Takes what moved between two looks: it is spread over the time until the next one [ms]. */
  take(look: Look, places: Places, spread: number, speed: number, now: number): void {
    const { requests, probes, pulls } = look.motion;
    const end = look.instant.now_s;
    const all = [...requests.map((dot) => this.request(dot, places)), ...probes.map((dot) => this.probe(dot, places))];
    const begin = Math.min(end, ...requests.map((dot) => dot.to_s), ...probes.map((dot) => dot.from_s));
    const width = Math.max(end - begin, 1e-9);
    for (const made of all) {
      if (!made || this.dots.length >= DOTS_MAX) continue;
      const { dot, at, took } = made;
      dot.begin = now + ((at - begin) / width) * spread;
      dot.length = Math.min(TRAVEL_MAX, Math.max(TRAVEL_MIN, (took / speed) * 1000));
      this.dots.push(dot);
    }
    const from = places.place("ecr");
    this.pulls = pulls.flatMap((pull) => {
      const to = places.task(pull.task);
      return from && to ? [{ from, to, since: pull.from_s }] : [];
    });
  }

  private request(dot: RequestDot, places: Places) {
    const internet = places.place("internet");
    const balancer = places.balancer(dot.balancer);
    const task = dot.task === null ? undefined : places.task(dot.task);
    if (!internet || !balancer) return undefined;
    const reached = dot.status !== null;
    const there = task ? [internet, balancer, task] : reached ? [internet, balancer] : [internet, middle(internet, balancer)];
    const path = [...there, ...there.slice(0, -1).reverse()];
    const shape = "request" as const;
    return { dot: { path, begin: 0, length: 0, shape, good: dot.good }, at: dot.to_s, took: dot.to_s - dot.from_s };
  }

  private probe(dot: ProbeDot, places: Places) {
    const balancer = places.balancer(dot.balancer);
    const task = places.task(dot.task);
    if (!balancer || !task) return undefined;
    const path = dot.good ? [balancer, task, balancer] : [balancer, middle(balancer, task)];
    const shape = "probe" as const;
    return { dot: { path, begin: 0, length: 0, shape, good: dot.good }, at: dot.from_s, took: dot.to_s - dot.from_s };
  }

  /** Forgets everything: the world is another one. */
  clear(): void {
    this.dots = [];
    this.pulls = [];
  }

  /** Whether there is anything to draw. */
  get idle(): boolean {
    return this.dots.length === 0 && this.pulls.length === 0;
  }

  draw(canvas: CanvasRenderingContext2D, now: number, ink: Ink, still: boolean): void {
    this.dots = this.dots.filter((dot) => now < dot.begin + dot.length);
    canvas.lineWidth = 2;
    for (const { from, to } of this.pulls) {
      canvas.strokeStyle = ink.pull;
      canvas.setLineDash([6, 6]);
      canvas.lineDashOffset = still ? 0 : -(now / 40) % 12;
      canvas.beginPath();
      canvas.moveTo(from.x, from.y);
      canvas.lineTo(to.x, to.y);
      canvas.stroke();
    }
    canvas.setLineDash([]);
    if (still) return;
    for (const dot of this.dots) {
      const part = (now - dot.begin) / dot.length;
      if (part < 0) continue;
      const { x, y } = along(dot.path, part);
      canvas.fillStyle = canvas.strokeStyle = dot.good ? (dot.shape === "probe" ? ink.probe : ink.good) : ink.bad;
      canvas.beginPath();
      if (dot.shape === "probe") canvas.strokeRect(x - 3, y - 3, 6, 6);
      else if (dot.good) canvas.arc(x, y, 3.5, 0, Math.PI * 2);
      else {
        canvas.moveTo(x, y - 5);
        canvas.lineTo(x + 5, y + 4);
        canvas.lineTo(x - 5, y + 4);
      }
      canvas.fill();
    }
  }
}

function middle(a: Point, b: Point): Point {
  return { x: a.x + (b.x - a.x) * 0.55, y: a.y + (b.y - a.y) * 0.55 };
}

/** The point on a path after this part of it, 0 to 1. */
export function along(path: Point[], part: number): Point {
  const lengths = path.slice(1).map((to, index) => Math.hypot(to.x - (path[index] as Point).x, to.y - (path[index] as Point).y));
  let left = Math.min(1, Math.max(0, part)) * lengths.reduce((sum, length) => sum + length, 0);
  for (const [index, length] of lengths.entries()) {
    const [from, to] = [path[index] as Point, path[index + 1] as Point];
    if (left <= length && length > 0) return { x: from.x + ((to.x - from.x) * left) / length, y: from.y + ((to.y - from.y) * left) / length };
    left -= length;
  }
  return path.at(-1) ?? { x: 0, y: 0 };
}
