import { describe, expect, it } from 'vitest';
import type { Identity } from './contract.js';
import { requireScope } from './scopes.js';

const withScopes = (...scopes: string[]): Identity => ({
  clientId: 'c',
  subject: 'c',
  scopes: new Set(scopes),
  expiresAt: new Date(0),
  tokenHash: '',
});

describe('requireScope', () => {
  it.each([
    ['ingest', ['write', 'diode:ingest']],
    ['read', ['read', 'diode:read']],
    ['admin', ['admin', 'diode:write']],
  ] as const)('lets %s through with any of %j, and with nothing else', (need, scopes) => {
    for (const scope of scopes) expect(requireScope(withScopes(scope), need)).toEqual({ kind: 'ok' });
    const others = ['write', 'diode:ingest', 'read', 'diode:read', 'admin', 'diode:write', 'WRITE', 'write:all', ''];
    const wrong = others.filter((scope) => !(scopes as readonly string[]).includes(scope));
    const refused = requireScope(withScopes(...wrong), need);
    expect(refused).toMatchObject({ kind: 'refused', code: 'insufficient_scope', scopes });
    for (const scope of scopes) expect((refused as { reason: string }).reason).toContain(`"${scope}"`);
  });
});
