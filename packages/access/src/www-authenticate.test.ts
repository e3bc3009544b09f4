import { describe, expect, it } from 'vitest';
import { bearerToken } from './bearer.js';
import type { Refusal } from './contract.js';
import { requireScope } from './scopes.js';
import { wwwAuthenticate } from './www-authenticate.js';

describe('wwwAuthenticate', () => {
  it('asks for a token without an error when none was sent (RFC 6750 §3.1)', () => {
    expect(wwwAuthenticate(bearerToken(undefined, 10) as Refusal)).toBe('Bearer realm="diode"');
  });

  it('says invalid_token of a bad one', () => {
    const value = wwwAuthenticate(bearerToken('Bearer ä', 10) as Refusal);
    expect(value).toMatch(/^Bearer realm="diode", error="invalid_token", error_description="[^"\\]+"$/);
  });

  it('names the scopes that would do', () => {
    const nobody = { clientId: '', subject: '', scopes: new Set<string>(), expiresAt: new Date(0), tokenHash: '' };
    const value = wwwAuthenticate(requireScope(nobody, 'ingest') as Refusal);
    expect(value).toMatch(
      /^Bearer realm="diode", error="insufficient_scope", error_description="[^"]+", scope="write diode:ingest"$/,
    );
  });

  it('has none where another token would not help', () => {
    for (const code of ['token_service_unavailable', 'source_not_allowed'] as const) {
      expect(wwwAuthenticate({ kind: 'refused', code, reason: '' })).toBeUndefined();
    }
  });
});
