import { expect, test } from "vitest";
import type { Look } from "../generated/views";
import { along, MotionPicture } from "./motion";
import type { Places } from "./places-of";

test("a dot goes along its path at an even pace", () => {
  const path = [{ x: 0, y: 0 }, { x: 30, y: 0 }, { x: 30, y: 10 }];
  expect(along(path, 0)).toEqual({ x: 0, y: 0 });
  expect(along(path, 0.75)).toEqual({ x: 30, y: 0 });
  expect(along(path, 2)).toEqual({ x: 30, y: 10 });
  expect(along([], 0.5)).toEqual({ x: 0, y: 0 });
});

function look(requests: Look["motion"]["requests"]): Look {
  return { instant: { now_s: 10 }, motion: { requests_per_dot: 1, requests, probes: [], pulls: [] } } as unknown as Look;
}

test("only what the engine sampled moves, and an unknown place is no place", () => {
  const picture = new MotionPicture();
  const here: Places = { place: () => ({ x: 0, y: 0 }), balancer: (name) => (name === "alb" ? { x: 9, y: 0 } : undefined), task: () => undefined };
  picture.take(look([]), here, 50, 1, 0);
  expect(picture.idle).toBe(true);
  picture.take(look([{ balancer: "other", task: null, from_s: 9, to_s: 9.5, status: 200, good: true }]), here, 50, 1, 0);
  expect(picture.idle).toBe(true);
  picture.take(look([{ balancer: "alb", task: null, from_s: 9, to_s: 9.5, status: 503, good: false }]), here, 50, 1, 0);
  expect(picture.idle).toBe(false);
});
