import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syncStatus } from './receipt.js';
import { ENTITY_STATES, isTerminal } from './states.js';

describe('syncStatus', () => {
  it('is queued until the first entity moves, running until all are terminal', () => {
    expect(syncStatus({ queued: 2 })).toBe('queued');
    expect(syncStatus({ queued: 1, applied: 1 })).toBe('running');
    expect(syncStatus({ retrying: 1, applied: 1 })).toBe('running');
    expect(syncStatus({ applied: 1, unchanged: 1 })).toBe('completed');
    expect(syncStatus({ applied: 1, held: 1 })).toBe('attention');
  });

  it('is final exactly when every entity is terminal', () => {
    const counts = fc.dictionary(fc.constantFrom(...ENTITY_STATES), fc.nat(5), { minKeys: 1 });
    fc.assert(
      fc.property(counts, (c) => {
        const open = ENTITY_STATES.some((s) => !isTerminal(s) && (c[s] ?? 0) > 0);
        return open === ['queued', 'running'].includes(syncStatus(c));
      }),
    );
  });
});
