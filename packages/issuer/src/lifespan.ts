/** Go's duration notation, as Hydra takes it: `2s`, `1h30m`, `500ms`. */
const DURATION = /^(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|h|m|s)/g;
const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds, or undefined when it is no duration. */
export function durationSeconds(text: string): number | undefined {
  if (text.length > 40 || !DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(PART)) seconds += Number(amount) * (SECONDS[unit ?? ''] ?? 0);
  return seconds;
}

/** As Hydra writes it back: `2h` → `2h0m0s`, `2s` → `2s`. */
export function durationText(seconds: number): string {
  const whole = Math.floor(seconds / 60);
  const rest = `${Number((seconds - whole * 60).toFixed(3))}s`;
  if (whole === 0) return rest;
  return whole < 60 ? `${whole}m${rest}` : `${Math.floor(whole / 60)}h${whole % 60}m${rest}`;
}
