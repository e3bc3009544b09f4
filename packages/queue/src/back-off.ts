/** Equal jitter: between half and all of the doubled delay, so that instances that failed together do not come back together. */
export function backOffMs(failures: number, o: { firstMs: number; maxMs: number }): number {
  const ceiling = Math.min(o.maxMs, o.firstMs * 2 ** Math.min(failures - 1, 20));
  return Math.max(1, Math.round(ceiling * (0.5 + Math.random() / 2)));
}
