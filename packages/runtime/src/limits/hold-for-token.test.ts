import { makeBucket, type Verdict } from '@diode/limits';
import { expect, it } from 'vitest';
import { makeHoldForToken } from './hold-for-token.js';

const bucket = makeBucket('client', 'a', { requestsPerMinute: 60, burstSize: 1 });
const PASSED: Verdict = { kind: 'uncounted' };
const refusedFor = (waitMs: number): Verdict => ({ kind: 'refused', bucket, waitMs });
const here = (): AbortSignal => new AbortController().signal;

/** Answers in turn, the last one for ever. */
function answers(...verdicts: Verdict[]): { asked: number; check: () => Promise<Verdict> } {
  const state = {
    asked: 0,
    check: async () => {
      const verdict = verdicts[Math.min(state.asked, verdicts.length - 1)];
      state.asked += 1;
      return verdict ?? PASSED;
    },
  };
  return state;
}

it('waits as long as it is told, and is done when a token was there', async () => {
  const asked = answers(refusedFor(20), refusedFor(20), PASSED);
  const started = performance.now();
  expect(await makeHoldForToken(() => 0)({ ...asked, holdMs: 5_000, signal: here() })).toBeNull();
  expect(asked.asked).toBe(3);
  expect(performance.now() - started).toBeGreaterThan(35);
});

it('does not wait for what would not come in time', async () => {
  const asked = answers(refusedFor(10_001));
  expect(await makeHoldForToken()({ ...asked, holdMs: 10_000, signal: here() })).toMatchObject({ waitMs: 10_001 });
  expect(asked.asked).toBe(1);
});

it('ends when the time is over', async () => {
  const asked = answers(refusedFor(10));
  const started = performance.now();
  expect(await makeHoldForToken()({ ...asked, holdMs: 100, signal: here() })).toMatchObject({ kind: 'refused' });
  expect(performance.now() - started).toBeLessThan(1_000);
});

it('ends when the caller is gone', async () => {
  const gone = new AbortController();
  const asked = answers(refusedFor(9_000));
  const held = makeHoldForToken()({ ...asked, holdMs: 10_000, signal: gone.signal });
  gone.abort();
  expect(await held).toMatchObject({ kind: 'refused' });
});

it('holds a bounded number; the next is refused at once', async () => {
  const hold = makeHoldForToken();
  const holding = Array.from({ length: 256 }, () => {
    const gone = new AbortController();
    const held = hold({ ...answers(refusedFor(9_000)), holdMs: 10_000, signal: gone.signal });
    return { gone, held };
  });
  const next = hold({ ...answers(refusedFor(9_000)), holdMs: 10_000, signal: here() });
  expect(await next).toMatchObject({ waitMs: 9_000 });
  for (const { gone } of holding) gone.abort();
  await Promise.all(holding.map(({ held }) => held));
  const after = hold({ ...answers(refusedFor(1), PASSED), holdMs: 10_000, signal: here() });
  expect(await after).toBeNull();
});
