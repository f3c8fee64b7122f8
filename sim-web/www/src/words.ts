// Numbers and moments as people read them.

/** `00:07:12` for 432 s; tenths only when asked for. */
export function clock(seconds: number, tenths = false): string {
  const whole = Math.floor(seconds + 1e-6);
  const two = (number: number) => String(number).padStart(2, "0");
  const text = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return tenths ? `${text}.${Math.floor((seconds - whole) * 10 + 1e-6)}` : text;
}

/** `1 234 567` as `1.23 M`: three digits are enough on a tile. */
export function count(number: number): string {
  if (number < 10_000) return String(Math.round(number));
  if (number < 1_000_000) return `${(number / 1000).toPrecision(3)} k`;
  return `${(number / 1_000_000).toPrecision(3)} M`;
}

/** `1 task`, `2 tasks`. */
export function plural(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}
