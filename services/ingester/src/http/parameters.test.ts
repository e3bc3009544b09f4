import { describe, expect, it } from 'vitest';
import { checkParameterNames, readFlag, readIdempotencyKey, readQuerySource, readWait } from './parameters.js';

describe('query parameters and headers', () => {
  it('reads flags in the spellings people use', () => {
    expect([undefined, 'true', '', '1', 'YES', 'false', '0'].map((v) => readFlag('dry_run', v))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(() => readFlag('dry_run', 'maybe')).toThrow('dry_run is true or false');
    expect(() => readFlag('dry_run', ['true', 'true'])).toThrow('invalid_parameter');
  });

  it('refuses a name it does not know, for a misspelt dry_run would write', () => {
    expect(() => checkParameterNames({ dryrun: 'true' }, ['dry_run', 'wait'])).toThrow('"dryrun" is no parameter');
    expect(() => checkParameterNames({ wait: '1' }, ['dry_run', 'wait'])).not.toThrow();
  });

  it('reads waits as seconds or milliseconds up to 30 s', () => {
    expect([undefined, '10s', '10', '500ms', '0'].map(readWait)).toEqual([null, 10_000, 10_000, 500, 0]);
    for (const bad of ['31s', '-1', 'soon', '1e3', ['1', '2']])
      expect(() => readWait(bad)).toThrow('invalid_parameter');
  });

  it('takes one printable Idempotency-Key', () => {
    expect(readIdempotencyKey('abc-123')).toBe('abc-123');
    expect(readIdempotencyKey(undefined)).toBeNull();
    for (const bad of ['', 'a b', 'ü', 'x'.repeat(256), ['a', 'b']])
      expect(() => readIdempotencyKey(bad)).toThrow('invalid_parameter');
  });

  it('takes one source', () => {
    expect(readQuerySource(' lldp ')).toBe('lldp');
    expect(() => readQuerySource('')).toThrow('invalid_parameter');
  });
});
