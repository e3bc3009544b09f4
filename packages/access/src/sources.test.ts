import { describe, expect, it } from 'vitest';
import type { GrantSource, Identity } from './contract.js';
import { decideSource, maySource } from './sources.js';

const caller: Identity = { clientId: 'c', subject: 'c', scopes: new Set(), expiresAt: new Date(0), tokenHash: '' };
const granting = (sources: readonly string[] | undefined): GrantSource => ({ sourcesOf: async () => sources });

describe('maySource', () => {
  it('lets a client without a grant assert as any source but the reserved ones', async () => {
    expect(await maySource(caller, 'lldp', granting(undefined))).toEqual({ kind: 'ok' });
    for (const reserved of ['netbox', 'diode', 'human', 'NetBox', ' HUMAN ', 'ｄｉｏｄｅ']) {
      expect(await maySource(caller, reserved, granting(undefined))).toMatchObject({ code: 'source_not_allowed' });
    }
  });

  it('binds a client with a grant to it, to the letter', async () => {
    expect(await maySource(caller, 'lldp', granting(['lldp', 'snmp']))).toEqual({ kind: 'ok' });
    const refused = await maySource(caller, 'LLDP', granting(['lldp', 'snmp']));
    expect(refused).toMatchObject({ code: 'source_not_allowed', reason: expect.stringContaining('"lldp", "snmp"') });
    expect(decideSource('lldp', [])).toMatchObject({ code: 'source_not_allowed' });
  });

  it('refuses a reserved source even when it is granted, without asking for the grant', async () => {
    const never: GrantSource = { sourcesOf: () => Promise.reject(new Error('asked')) };
    expect(await maySource(caller, 'human', never)).toMatchObject({ code: 'source_not_allowed' });
    expect(decideSource('human', ['human'])).toMatchObject({ code: 'source_not_allowed' });
  });
});
