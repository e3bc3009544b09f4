import { describe, expect, it } from 'vitest';
import { makeTokenIds } from './token-id.js';

describe('makeTokenIds', () => {
  it('makes UUIDv7s that only rise, also within a millisecond and across a clock set back', () => {
    let nowMs = 1_800_000_000_000;
    const ids = makeTokenIds(() => nowMs);
    const made: string[] = [];
    for (let i = 0; i < 10_000; i += 1) {
      if (i === 5_000) nowMs -= 60_000;
      made.push(ids.next());
    }
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('starts above the mark of a former process whose clock was ahead', () => {
    const mark = makeTokenIds(() => 2_000_000_000_000).next();
    expect(makeTokenIds(() => 1_800_000_000_000, mark).next() > mark).toBe(true);
  });
});
