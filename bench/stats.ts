/** Median and spread of repeated measurements of one thing. */
export interface Measured {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function summarize(samples: readonly number[]): Measured {
  const sorted = [...samples].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

/** Nearest rank of sorted values. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export function show(m: Measured): string {
  const n = (x: number): string => (x >= 100 ? Math.round(x).toLocaleString('en') : x.toFixed(1));
  return `${n(m.median)} (${n(m.low)} to ${n(m.high)})`;
}
