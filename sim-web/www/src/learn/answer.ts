// What a learner has chosen, as an answer.
import type { QuizAnswer } from "../protocol";

/** The answer as it stands; undefined while it is none. */
export function answerOf(kind: string, chosen: number[], number: string): QuizAnswer | undefined {
  if (kind === "single") return chosen[0] === undefined ? undefined : { single: chosen[0] };
  if (kind === "multiple") return { multiple: [...chosen].sort((a, b) => a - b) };
  if (kind === "order") return { order: chosen };
  if (kind === "match") return { match: chosen };
  if (kind === "open") return { open: chosen };
  const value = Number(number.trim().replace(",", "."));
  return number.trim() === "" || !Number.isFinite(value) ? undefined : { number: value };
}

/** Moves one of several to another place. */
export function moved(order: number[], from: number, to: number): number[] {
  if (to < 0 || to >= order.length) return order;
  const next = [...order];
  const [taken] = next.splice(from, 1);
  next.splice(to, 0, taken as number);
  return next;
}
