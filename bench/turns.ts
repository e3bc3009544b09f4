import { show, summarize } from './stats.js';

export type Samples<K extends string> = Record<K, number[]>;

/** Takes turns, so that what slows the machine slows both. */
export async function inTurns<K extends string>(
  rounds: number,
  measures: Record<K, () => Promise<number>>,
): Promise<Samples<K>> {
  const names = Object.keys(measures) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Samples<K>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) samples[name].push(await measures[name]());
  }
  return samples;
}

export function line(name: string, samples: readonly number[], unit: string): void {
  console.log(`  ${name.padEnd(44)} ${show(summarize(samples)).padStart(32)} ${unit}`);
}

/** Ratio round by round, then its median: what happened in one round compares with itself only. */
export function ratio(name: string, of: readonly number[], to: readonly number[], goal = ''): void {
  const ratios = of.map((value, i) => value / (to[i] ?? Number.NaN));
  const m = summarize(ratios);
  console.log(
    `  ${name.padEnd(44)} ${`${m.median.toFixed(2)} (${m.low.toFixed(2)} to ${m.high.toFixed(2)})`.padStart(32)} ${goal}`.trimEnd(),
  );
}
