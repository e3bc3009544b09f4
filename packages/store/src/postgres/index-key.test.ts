import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexKey } from './index-key.js';

const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\0', 'u', '0', '\ud800', 'a') }),
);

describe('an index key', () => {
  it('is the string itself where that is harmless', () => {
    expect(indexKey('dcim.site|slug=dc1')).toBe('dcim.site|slug=dc1');
    expect(indexKey('say "hi"')).toBe('say "hi"');
  });

  it('differs where strings differ, and is always short, valid text without NUL', () => {
    fc.assert(
      fc.property(anyString, anyString, (a, b) => {
        expect(indexKey(a) === indexKey(b)).toBe(a === b);
        expect(indexKey(a)).not.toContain('\0');
        expect(Buffer.from(indexKey(a)).toString()).toBe(indexKey(a));
      }),
    );
    for (const long of ['x'.repeat(5_000), 'y'.repeat(5_000)])
      expect(Buffer.byteLength(indexKey(long))).toBeLessThan(1_100);
    expect(indexKey('x'.repeat(5_000))).not.toBe(indexKey('y'.repeat(5_000)));
  });
});
