// Where one is in the Learn panel; kept while other panels are open.
import { signal } from "@preact/signals";

export type Place =
  | undefined
  | { topic: string; part: "lesson" }
  | { topic: string; part: "quiz"; number: number }
  | { topic: string; part: "exercise"; name: string };

export const place = signal<Place>(undefined);
