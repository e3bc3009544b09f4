import { describe, expect, it } from 'vitest';
import { anyTokenPrefix } from './any-token-prefix.js';

describe('anyTokenPrefix', () => {
  it.each([
    ['/any/prefix/auth/token', '/auth/token'],
    ['/any/auth/introspect?x=/auth/token', '/auth/introspect?x=/auth/token'],
    ['/auth/token', '/auth/token'],
    ['/diode/auth/token', '/diode/auth/token'],
    ['/diode/auth/introspect?x=1', '/diode/auth/introspect?x=1'],
    ['/diode/auth/auth/token', '/auth/token'],
    ['/diode/auth/clients', '/diode/auth/clients'],
    ['/any/auth/token/more', '/any/auth/token/more'],
    ['/x?y=/auth/token', '/x?y=/auth/token'],
    ['/internal/grants/auth/token', '/auth/token'],
  ])('%s → %s', (url, routed) => {
    expect(anyTokenPrefix(url)).toBe(routed);
  });
});
