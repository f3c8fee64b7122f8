// The signs on the time's buttons: drawn here, because fonts do not all have them.

const PATHS = {
  beginning: "M4 3v10M13 3 6 8l7 5z",
  play: "M4 2.5 13 8l-9 5.5z",
  pause: "M5 3v10M11 3v10",
  event: "M3 8h7M7 4.5 10.5 8 7 11.5M13 3v10",
  change: "M2 8h4M4 5l3 3-3 3M8 8h3M9.5 5l3 3-3 3M14 3v10",
  stop: "M4 4h8v8H4z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  const filled = name === "play" || name === "stop" || name === "beginning";
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class={filled ? "filled" : ""}>
      <path d={PATHS[name]} />
    </svg>
  );
}
