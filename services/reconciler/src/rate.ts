const MINUTE_MS = 60_000;

/** How much was finished in the last minute. */
export interface Rate {
  add(count: number): void;
  lastMinute(): number;
}

/** Counts by second, so that it stays small whatever the rate. */
export function makeRate(now: () => number): Rate {
  const bySecond = new Map<number, number>();
  const drop = (): void => {
    for (const second of bySecond.keys()) if (second * 1_000 < now() - MINUTE_MS) bySecond.delete(second);
  };
  return {
    add(count) {
      drop();
      const second = Math.floor(now() / 1_000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + count);
    },
    lastMinute() {
      drop();
      return [...bySecond.values()].reduce((sum, count) => sum + count, 0);
    },
  };
}
