// Light and dark: as the system has it, unless somebody chooses.
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

function stored(): Theme {
  try {
    const kept = localStorage.getItem("theme");
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export const theme = signal<Theme>(stored());

/** Shows a theme and remembers it where that is allowed. */
export function setTheme(to: Theme): void {
  theme.value = to;
  apply();
  try {
    localStorage.setItem("theme", to);
  } catch {
    // A page that may not store anything works all the same.
  }
}

export function apply(): void {
  const root = document.documentElement;
  if (theme.peek() === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme.peek();
  dispatchEvent(new Event("themechange"));
}
