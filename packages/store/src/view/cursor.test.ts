import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.js';

it('comes back as the index it was made from', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), (index) => {
      expect(decodeCursor(encodeCursor(index))).toBe(index);
    }),
  );
  expect(decodeCursor(null)).toBe(-1);
});

it('is refused when somebody made it up, never misread', () => {
  fc.assert(
    fc.property(fc.string(), (made) => {
      try {
        expect(encodeCursor(decodeCursor(made)).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_parameter' });
      }
    }),
  );
});
