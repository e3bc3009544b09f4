import { describe, expect, it } from 'vitest';
import { makeLimiter } from './limiter.js';

/** Work that ends when it is told to. */
function held(): { work: () => Promise<string>; end: () => void } {
  let end = (): void => undefined;
  const done = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return { work: () => done, end };
}

describe('the limiter', () => {
  it('refuses who waited too long, and who comes when all places to wait are taken; then goes on', async () => {
    const limiter = makeLimiter({ atOnce: 1, waiting: 2, waitMs: 20 });
    const first = held();
    const running = limiter.run(first.work);
    const waiting = [limiter.run(async () => 'second'), limiter.run(async () => 'third')];
    await expect(limiter.run(async () => 'too many')).rejects.toMatchObject({ code: 'overloaded' });
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'overloaded' });
    const fourth = limiter.run(async () => 'fourth');
    first.end();
    expect([await running, await fourth, await limiter.run(async () => 'fifth')]).toEqual(['done', 'fourth', 'fifth']);
  });
});
