import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backOffMs } from './back-off.js';

it('grows with failures, stays between half and all of its ceiling, and never beyond the greatest delay', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (failures) => {
      const delay = backOffMs(failures, { firstMs: 100, maxMs: 5_000 });
      const ceiling = Math.min(5_000, 100 * 2 ** (failures - 1));
      expect(delay).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
      expect(delay).toBeLessThanOrEqual(ceiling);
    }),
  );
});
