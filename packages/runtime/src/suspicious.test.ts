import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSuspicious, redactJsonKeys, redactText } from './redact.js';

/** Pieces of which lines with and without secrets are made. */
const piece = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'postgres://u:p4ssw0rd@host/db',
    'Bearer abcdefghijkl',
    'basic%20QWxhZGRpbjpvcGVu',
    'client_secret=abc123',
    '"access_token":"abc123"',
    '"x-hook-signature":"abc"',
    '"api-key":"abc"',
    '"set-cookie":"a=b"',
    '"passphrase":"x"',
    '"credentials":"x"',
    'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
    '"method":"POST"',
    '"path":"/api/v1/ingest/devices"',
  ),
);

describe('the quick look at a line', () => {
  it('misses no line that the search would change', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const line = pieces.join(' ');
        if (!isSuspicious(line)) expect(redactText(redactJsonKeys(line))).toBe(line);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is done with an ordinary request line', () => {
    expect(
      isSuspicious(
        '{"level":"info","service":"ingester","method":"POST","path":"/api/v1/ingest/devices","status":202,"msg":"request"}',
      ),
    ).toBe(false);
  });
});
