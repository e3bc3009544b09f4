import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grpcMessage } from './grpc-message.js';

describe('grpcMessage', () => {
  it('escapes what the gRPC protocol says, and no more', () => {
    expect(grpcMessage('The token needs "a/b" (or \'c\').')).toBe('The token needs "a/b" (or \'c\').');
    expect(grpcMessage('100% é\n')).toBe('100%25 %C3%A9%0A');
  });

  it('gives a header value from any text, and the text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const message = grpcMessage(text);
        expect(message).toMatch(/^[ -~]*$/);
        expect(decodeURIComponent(message)).toBe(text.toWellFormed());
      }),
    );
  });
});
