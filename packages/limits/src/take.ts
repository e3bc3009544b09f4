import type { Bucket } from './bucket.js';

/** What taking one token from each of some buckets came to. */
export interface Take {
  /** False: at least one was empty, and nothing was taken from any. */
  readonly taken: boolean;
  /** What each lacks now, in the microseconds it takes to come: 0 = full. */
  readonly lackUs: readonly number[];
}

/**
 * One token from each bucket, or none from any. A bucket is remembered as the moment it will be full again (epoch microseconds; in
 * the past, or undefined = full): one number, and a bucket that is full need not be remembered at all. The script in @diode/queue does
 * the same in Redis; a property test holds the two together. A clock that went back cannot take more than a bucket holds.
 */
export function take(
  buckets: readonly Pick<Bucket, 'intervalUs' | 'roomUs'>[],
  fullAtUs: readonly (number | undefined)[],
  nowUs: number,
): Take & { readonly fullAtUs: readonly (number | undefined)[] } {
  const before = buckets.map(({ roomUs }, i) => Math.min(Math.max((fullAtUs[i] ?? nowUs) - nowUs, 0), roomUs));
  const taken = buckets.every(({ intervalUs, roomUs }, i) => (before[i] ?? 0) + intervalUs <= roomUs);
  if (!taken) return { taken, lackUs: before, fullAtUs };
  const lackUs = buckets.map(({ intervalUs }, i) => (before[i] ?? 0) + intervalUs);
  return { taken, lackUs, fullAtUs: lackUs.map((lack) => nowUs + lack) };
}
