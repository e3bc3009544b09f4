import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DiodeError, ERRORS } from './errors.js';

describe('the error catalogue', () => {
  it('is what docs/errors.md says, row by row', () => {
    const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, 5)
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    expect(rows).toEqual(Object.entries(ERRORS).map(([code, e]) => [code, String(e.status), String(e.grpc), e.title]));
  });

  it('makes errors that are terminal unless they say when to try again', () => {
    expect(new DiodeError('internal', { detail: 'x' }).retryAfterMs).toBeUndefined();
    expect(new DiodeError('overloaded', { detail: 'x', retryAfterMs: 5 }).retryAfterMs).toBe(5);
  });
});
