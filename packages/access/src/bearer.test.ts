import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bearerToken, NO_TOKEN } from './bearer.js';

describe('bearerToken', () => {
  it('reads the token whatever the case of the scheme and the spaces around', () => {
    for (const header of ['Bearer a.b-c_~+/==', 'bearer a.b-c_~+/==', 'BEARER   a.b-c_~+/==  ']) {
      expect(bearerToken(header, 100)).toEqual({ kind: 'ok', token: 'a.b-c_~+/==' });
    }
  });

  it('says when nothing was sent, so that the challenge has no error', () => {
    for (const header of [undefined, '', '  ', []]) {
      expect(bearerToken(header, 100)).toMatchObject({ kind: 'refused', reason: NO_TOKEN });
    }
  });

  it('refuses other schemes, repeats, strange characters and more than it was told to take', () => {
    const refused = [
      'Basic YTpi',
      'Bearer',
      'Bearer ',
      'Bearera',
      'Bearer a b',
      'Bearer ä',
      'Bearer a,b',
      `Bearer ${'a'.repeat(101)}`,
    ];
    for (const header of refused) expect(bearerToken(header, 100).kind).toBe('refused');
    expect(bearerToken(['Bearer a', 'Bearer a'], 100).kind).toBe('refused');
  });

  it('is total, and never repeats what was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8 }), (text) => {
        const bearer = bearerToken(`Bearer ${text}\u0000`, 50);
        expect(bearer.kind).toBe('refused');
        if (bearer.kind === 'refused') expect(bearer.reason).not.toContain(text);
      }),
    );
  });
});
