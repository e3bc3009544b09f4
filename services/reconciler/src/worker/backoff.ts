/**
 * Milliseconds to wait before attempt number `attempts + 1`: doubling from `firstMs` to `maxMs`, of which a random half is taken, so that
 * what failed together does not come back together. `random` is in [0, 1).
 */
export function backoffMs(o: {
  readonly attempts: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly random: number;
  /** What NetBox asked for, at least. */
  readonly atLeastMs?: number;
}): number {
  const full = Math.min(o.maxMs, o.firstMs * 2 ** Math.min(o.attempts, 30));
  return Math.max(Math.round(full / 2 + (full / 2) * o.random), Math.min(o.atLeastMs ?? 0, o.maxMs));
}
