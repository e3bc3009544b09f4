import type { Bucket, Take } from '@diode/limits';

/** Requests that ask Redis together: each bucket named once. */
export interface Batch {
  readonly keys: readonly string[];
  readonly numbers: readonly number[];
}

/** Keys and numbers of the script for some requests, in their order. */
export function makeBatch(requests: readonly (readonly Bucket[])[], keyOf: (bucket: Bucket) => string): Batch {
  const places = new Map<string, number>();
  const limits: number[] = [];
  const takes: number[] = [];
  for (const buckets of requests) {
    takes.push(buckets.length);
    for (const bucket of buckets) {
      const key = keyOf(bucket);
      let place = places.get(key);
      if (place === undefined) {
        place = places.size + 1;
        places.set(key, place);
        limits.push(bucket.intervalUs, bucket.roomUs);
      }
      takes.push(place);
    }
  }
  return { keys: [...places.keys()], numbers: [...limits, ...takes] };
}

/** @throws TypeError for an answer that is none: Redis is not what we think, and nobody is refused for that */
export function readAnswers(requests: readonly (readonly Bucket[])[], answer: unknown): readonly Take[] {
  const expected = requests.reduce((sum, buckets) => sum + 1 + buckets.length, 0);
  if (!Array.isArray(answer) || answer.length !== expected)
    throw new TypeError('Redis answered the rate script otherwise');
  const numbers = answer.map(Number);
  let at = 0;
  return requests.map((buckets) => {
    const taken = numbers[at] === 1;
    const lackUs = numbers.slice(at + 1, at + 1 + buckets.length);
    at += 1 + buckets.length;
    return { taken, lackUs };
  });
}
