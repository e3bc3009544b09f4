import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClientSeed, type IssuerOptions, startIssuer } from '@diode/issuer';
import { makeLogger } from '@diode/runtime';
import { collectLogs, spawnNode } from '@diode/testkit';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driver } from './conformance/target.js';

const FIXTURE = fileURLToPath(new URL('./fixture-issuer.ts', import.meta.url));
const lab: ClientSeed = {
  client_id: 'lab',
  client_secret: 'the-secret-of-lab',
  grant_types: ['client_credentials'],
  scope: 'diode:ingest',
  token_endpoint_auth_method: 'client_secret_basic',
};
const asLab = { id: 'lab', secret: 'the-secret-of-lab' };

let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'diode-issuer-')), 'state');
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true }));

const logs = collectLogs();
const log = makeLogger({ level: 'trace', service: 'issuer', instanceId: 't', destination: logs.destination });
const start = async (over: Partial<IssuerOptions> = {}) => {
  const options = {
    dataDir,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    issuerUrl: 'http://issuer.test',
    log,
    clients: [lab],
  };
  const issuer = await startIssuer({ ...options, ...over });
  return { ...issuer, ...driver(issuer) };
};

describe('the state of the issuer', () => {
  it('survives kill -9: clients, keys, lifespans, revocations', async () => {
    const first = spawnNode(FIXTURE, [dataDir]);
    const [line] = await first.line(/^\{.*\}$/);
    const before = driver(JSON.parse(line) as { publicUrl: string; adminUrl: string });
    const made = await before.client({ client_id: 'made', scope: 'diode:read' });
    const [kept, revoked] = [await before.accessToken(made), await before.accessToken(made)];
    const ofLab = await before.accessToken(asLab);
    await before.admin('PUT', '/admin/clients/made/lifespans', {
      client_credentials_grant_access_token_lifespan: '2h',
    });
    await before.public('/oauth2/revoke', before.form({ token: revoked }, before.basic(made)));
    await before.admin('DELETE', '/admin/oauth2/tokens?client_id=lab');
    await first.kill('SIGKILL');

    const after = await start();
    try {
      expect((await after.introspect(kept)).active).toBe(true);
      expect((await after.introspect(revoked)).active).toBe(false);
      expect((await after.introspect(ofLab)).active).toBe(false);
      expect((await after.introspect(await after.accessToken(asLab))).active).toBe(true);
      const token = await after.token(made, { scope: 'diode:read' });
      expect(token.json<{ expires_in: number }>().expires_in).toBeGreaterThan(7_100);
      expect(decodeProtectedHeader(token.json<{ access_token: string }>().access_token).kid).toBe(
        decodeProtectedHeader(kept).kid,
      );
    } finally {
      await after.close();
    }
  });

  it('is for its owner only, and holds no secret in clear', async () => {
    const issuer = await start();
    await issuer.client({ client_id: 'made', client_secret: 'made-by-the-api' });
    await issuer.admin('DELETE', '/admin/oauth2/tokens?client_id=made');
    await issuer.close();
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await readdir(dataDir)).sort()).toEqual(['clients.json', 'keys.json', 'revocations.json']);
    for (const name of await readdir(dataDir)) {
      expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
      const text = await readFile(join(dataDir, name), 'utf8');
      expect(text).not.toMatch(/the-secret-of-lab|made-by-the-api/);
    }
  });

  it('that cannot be read stops the start in a sentence, and is not overwritten', async () => {
    await (await start()).close();
    await writeFile(join(dataDir, 'clients.json'), '{"half');
    await expect(start()).rejects.toMatchObject({
      code: 'config_invalid',
      detail: expect.stringContaining('clients.json'),
    });
    expect(await readFile(join(dataDir, 'clients.json'), 'utf8')).toBe('{"half');
  });

  it('takes every one of many changes at once', async () => {
    const issuer = await start();
    const ids = Array.from({ length: 12 }, (_, i) => `many-${i}`);
    await Promise.all(ids.map((id) => issuer.client({ client_id: id })));
    await issuer.close();
    const again = await start();
    for (const id of ids) expect((await again.admin('GET', `/admin/clients/${id}`)).status).toBe(200);
    await again.close();
  });
});

describe('the bootstrap', () => {
  it('is idempotent: a second start changes nothing', async () => {
    await (await start()).close();
    const before = await readFile(join(dataDir, 'clients.json'), 'utf8');
    await (await start()).close();
    expect(await readFile(join(dataDir, 'clients.json'), 'utf8')).toBe(before);
  });

  it('repairs scope, method and secret, keeps what the seed does not name, and leaves other clients alone', async () => {
    const first = await start();
    await first.client({ client_id: 'other', scope: 'theirs' });
    const spoil = [
      { op: 'replace', path: '/scope', value: 'nothing' },
      { op: 'replace', path: '/client_secret', value: 'changed-by-hand' },
      { op: 'add', path: '/metadata/sources', value: ['kept'] },
    ];
    await first.admin('PATCH', '/admin/clients/lab', spoil);
    await first.close();
    const second = await start({ clients: [{ ...lab, scope: 'diode:ingest diode:read' }] });
    expect((await second.token(asLab, { scope: 'diode:read' })).status).toBe(200);
    expect((await second.token({ ...asLab, secret: 'changed-by-hand' })).status).toBe(401);
    expect((await second.admin('GET', '/admin/clients/lab')).json()).toMatchObject({ metadata: { sources: ['kept'] } });
    expect((await second.admin('GET', '/admin/clients/other')).json()).toMatchObject({ scope: 'theirs' });
    await second.close();
  });

  it('leaves nothing open when a port is taken', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(start({ adminPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    server.close();
    await once(server, 'close');
  });
});

describe('tokens', () => {
  it.each(['RS256', 'EdDSA'] as const)('are signed by %s when so configured', async (algorithm) => {
    const issuer = await start({ algorithm, tokenTtlS: 120 });
    const answer = await issuer.token(asLab);
    const { access_token, expires_in } = answer.json<{ access_token: string; expires_in: number }>();
    expect([decodeProtectedHeader(access_token).alg, expires_in]).toEqual([algorithm, 119]);
    expect((await issuer.introspect(access_token)).active).toBe(true);
    await issuer.close();
  });

  it('of a client with a short life end by themselves', async () => {
    const issuer = await start();
    await issuer.admin('PUT', '/admin/clients/lab/lifespans', { client_credentials_grant_access_token_lifespan: '1s' });
    const token = await issuer.accessToken(asLab);
    await expect.poll(() => issuer.introspect(token), { timeout: 5_000 }).toEqual({ active: false });
    await issuer.close();
  });
});

describe('the log', () => {
  it('of all the above holds no secret, no token and no private key', () => {
    expect(logs.lines().some((line) => line.msg === 'client repaired')).toBe(true);
    expect(logs.text()).not.toMatch(/the-secret-of-lab|changed-by-hand|made-by-the-api|a-secret\.of|eyJ|"d":|scrypt/);
    expect(logs.lines().filter((line) => String(line.level) === 'error')).toEqual([]);
  });
});
