import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestIssuer, type TestIssuer } from '@diode/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runBootstrap } from '../src/bootstrap/run.js';
import { json, startServer, tokenForm } from './harness.js';

let issuer: TestIssuer;
let dir: string;
let door: Awaited<ReturnType<typeof startServer>>;
/** What stands between the bootstrap and Hydra: a test makes it fail now and then. Gives true when it answered itself. */
let between: (request: IncomingMessage, response: ServerResponse) => boolean;

const CLIENTS = [
  { client_id: 'lab-ingest', scope: 'read write', audience: ['diode'], client_name: 'Lab' },
  { client_id: 'lab-operator', scope: 'read admin', metadata: { sources: ['ops'] } },
].map((client) => ({
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
  ...client,
}));
const IDS = ['lab-ingest', 'lab-operator', 'diode-client'];
const secretOf = (id: string): string => `the-secret-of-${id}`;

beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

beforeEach(async () => {
  between = () => false;
  dir = await mkdtemp(join(tmpdir(), 'diode-bootstrap-'));
  await writeFile(join(dir, 'config.json'), JSON.stringify(CLIENTS));
  await mkdir(join(dir, 'secrets'));
  for (const id of IDS) await writeFile(join(dir, 'secrets', id), `${secretOf(id)}\n`);
  door = await startServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (between(request, response)) return;
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
    const headers = chunks.length === 0 ? {} : { headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${issuer.adminUrl}${request.url}`, {
      method: request.method ?? 'GET',
      ...headers,
      ...body,
    });
    const link = answer.headers.get('link');
    response.writeHead(answer.status, link === null ? {} : { link }).end(await answer.text());
  });
});
afterEach(async () => {
  await door.close();
  await rm(dir, { recursive: true });
  for (const id of [...IDS, 'agent']) await fetch(`${issuer.adminUrl}/admin/clients/${id}`, { method: 'DELETE' });
});

async function run(argv: readonly string[] = [], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runBootstrap({
    argv,
    env: {
      HYDRA_ADMIN_URL: door.url,
      DIODE_CLIENT_CONFIG: join(dir, 'config.json'),
      DIODE_CLIENT_SECRETS_DIR: join(dir, 'secrets'),
      ...env,
    },
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    wait: { limitMs: 300, everyMs: 20 },
    retry: { retries: 4, minTimeout: 1, maxTimeout: 5 },
  });
  return { code, out, err, text: [...out, ...err].join('\n') };
}
const client = async (id: string): Promise<Record<string, unknown>> =>
  (await (await fetch(`${issuer.adminUrl}/admin/clients/${id}`)).json()) as Record<string, unknown>;
const tokenOf = async (id: string, secret: string): Promise<{ status: number; token: string }> => {
  const answer = await fetch(`${issuer.publicUrl}/oauth2/token`, tokenForm(id, secret));
  return { status: answer.status, token: String(((await answer.json()) as Record<string, unknown>).access_token) };
};
const isActive = async (token: string): Promise<unknown> => {
  const answer = await fetch(`${issuer.adminUrl}/admin/oauth2/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
  });
  return ((await answer.json()) as { active: boolean }).active;
};

describe('diode-auth-bootstrap', () => {
  it('makes the configured clients and that of OAUTH2_CLIENT_ID, and says no secret', async () => {
    const first = await run();
    expect(first).toMatchObject({ code: 0, out: [...IDS.map((id) => `${id}: created`), '3 clients ready'], err: [] });
    expect(first.text).not.toContain('secret-of');
    expect(await client('lab-operator')).toMatchObject({ ...CLIENTS[1], audience: [] });
    expect(await client('diode-client')).toMatchObject({ scope: 'read write diode:ingest diode:read' });
    expect((await tokenOf('lab-ingest', secretOf('lab-ingest'))).status).toBe(200);
    const again = await run();
    expect(again.out).toEqual([...IDS.map((id) => `${id}: unchanged`), '3 clients ready']);
  });

  it('repairs what was changed, secret included, and keeps what the configuration does not name', async () => {
    await run();
    await fetch(`${issuer.adminUrl}/admin/clients/lab-ingest`, {
      ...json('PATCH', [
        { op: 'replace', path: '/scope', value: 'read' },
        { op: 'replace', path: '/client_secret', value: 'somebody-elses' },
        { op: 'replace', path: '/metadata', value: { team: 'core' } },
        { op: 'replace', path: '/contacts', value: ['noc'] },
      ]),
    });
    expect((await run()).out[0]).toBe('lab-ingest: repaired');
    expect(await client('lab-ingest')).toMatchObject({
      scope: 'read write',
      metadata: { team: 'core' },
      contacts: ['noc'],
      audience: ['diode'],
    });
    expect((await tokenOf('lab-ingest', secretOf('lab-ingest'))).status).toBe(200);
  });

  it('has the issuer make its keys, where it knows whom to ask, and does without', async () => {
    const jwksUrl = `${issuer.publicUrl}/.well-known/jwks.json`;
    expect(await run([], { DIODE_JWKS_URL: jwksUrl })).toMatchObject({ code: 0, err: [] });
    const without = await run([], { DIODE_JWKS_URL: `${jwksUrl}.not` });
    expect([without.code, without.err.length, without.out.at(-1)]).toEqual([0, 1, '3 clients ready']);
  });

  it('succeeds twice at once', async () => {
    const both = await Promise.all([run(), run(), run()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0, 0]);
    for (const id of ['lab-ingest', 'lab-operator']) expect((await tokenOf(id, secretOf(id))).status).toBe(200);
  });

  it('goes on when Hydra restarts half-way, also when an answer was lost', async () => {
    let changes = 0;
    between = (request, response) => {
      if (request.method === 'GET') return false;
      changes += 1;
      if (changes % 3 === 1) return Boolean(response.writeHead(500).end('{"error":"error"}'));
      if (changes % 3 === 2) return Boolean(response.destroy());
      return false;
    };
    expect((await run()).code).toBe(0);
    expect((await run()).code).toBe(0);
    expect(changes).toBeGreaterThanOrEqual(18);
  });

  it('says what to do when Hydra never is ready, and when it stays away later', async () => {
    between = (_request, response) => Boolean(response.writeHead(503).end());
    const unready = await run();
    expect([unready.code, unready.out]).toEqual([1, []]);
    expect(unready.err[0]).toContain(`waiting for Hydra at ${door.url}`);
    expect(unready.err.at(-1)).toMatch(/not ready within .*docker compose logs hydra/);
    between = (request, response) => request.method !== 'GET' && Boolean(response.destroy());
    expect((await run()).code).toBe(1);
  });

  it('refuses mistakes of the configuration with 78, before it waits', async () => {
    await rm(join(dir, 'secrets', 'lab-operator'));
    const missing = await run();
    expect(missing.code).toBe(78);
    expect(missing.text).toMatch(/lab-operator[\s\S]*Run diode-init/);
    await writeFile(join(dir, 'config.json'), '{');
    expect((await run()).code).toBe(78);
    expect((await run([], { HYDRA_ADMIN_URL: 'nonsense' })).code).toBe(78);
    expect((await run(['frobnicate'])).code).toBe(2);
    expect((await run(['rotate', '../x'])).code).toBe(2);
    expect((await run(['--help'], { HYDRA_ADMIN_URL: 'nonsense' })).code).toBe(0);
  });

  it('uses the published secrets in demo mode only, and says so', async () => {
    const demo = await run([], { DIODE_DEMO: '1' });
    expect([demo.code, demo.err[0]]).toEqual([0, expect.stringContaining('Demo mode')]);
    expect((await client('lab-ingest')).scope).toBe('read write admin');
    expect((await tokenOf('lab-ingest', 'lab-ingest-secret')).status).toBe(200);
    expect((await run(['show', 'lab-ingest'], { DIODE_DEMO: '1' })).out).toEqual(['lab-ingest-secret']);
    expect((await run(['rotate', 'lab-ingest'], { DIODE_DEMO: '1' })).code).toBe(2);
    await run();
    expect((await tokenOf('lab-ingest', 'lab-ingest-secret')).status).toBe(401);
  });
});

describe('its commands', () => {
  it('rotate: a new secret kept and printed once, the old one and its tokens ended', async () => {
    await run();
    const { token } = await tokenOf('lab-ingest', secretOf('lab-ingest'));
    const rotated = await run(['rotate', 'lab-ingest']);
    const [secret = ''] = rotated.out;
    expect([rotated.code, rotated.out.length]).toEqual([0, 1]);
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(rotated.err.join()).not.toContain(secret);
    expect(await readFile(join(dir, 'secrets', 'lab-ingest'), 'utf8')).toBe(`${secret}\n`);
    expect((await stat(join(dir, 'secrets', 'lab-ingest'))).mode & 0o777).toBe(0o600);
    expect(await isActive(token)).toBe(false);
    expect((await tokenOf('lab-ingest', secretOf('lab-ingest'))).status).toBe(401);
    expect((await tokenOf('lab-ingest', secret)).status).toBe(200);
    expect((await run(['show', 'lab-ingest'])).out).toEqual([secret]);
    expect((await run()).out[0]).toBe('lab-ingest: unchanged');
    expect((await tokenOf('lab-ingest', secret)).status).toBe(200);
  });

  it('rotate: a secret that .env gives is changed there, or the next start would bring the old one back', async () => {
    await writeFile(join(dir, 'secrets', '.from-environment'), 'other\nlab-ingest\n');
    await run();
    const refused = await run(['rotate', 'lab-ingest']);
    expect([refused.code, refused.out]).toEqual([2, []]);
    expect(refused.err.join()).toMatch(/DIODE_CLIENT_SECRET_LAB_INGEST/);
    expect((await tokenOf('lab-ingest', secretOf('lab-ingest'))).status).toBe(200);
    await writeFile(join(dir, 'secrets', '.from-environment'), '\n');
    expect((await run(['rotate', 'lab-ingest'])).code).toBe(0);
  });

  it('rotate: what Hydra did not take is not kept; what it took is, whatever fails then', async () => {
    await run();
    between = (request, response) => request.method === 'PATCH' && Boolean(response.writeHead(500).end());
    const failed = await run(['rotate', 'lab-ingest']);
    expect([failed.code, failed.out]).toEqual([1, []]);
    expect(await readFile(join(dir, 'secrets', 'lab-ingest'), 'utf8')).toBe(`${secretOf('lab-ingest')}\n`);
    between = (request, response) => request.method === 'DELETE' && Boolean(response.writeHead(500).end());
    const half = await run(['rotate', 'lab-ingest']);
    expect(half.code).toBe(1);
    expect((await tokenOf('lab-ingest', half.out[0] ?? '')).status).toBe(200);
    expect(await readFile(join(dir, 'secrets', 'lab-ingest'), 'utf8')).toBe(`${half.out[0]}\n`);
    expect((await run(['rotate', 'nobody'])).code).toBe(1);
  });

  it('add, list, show, remove', async () => {
    await run();
    const flags = ['--name', 'An agent', '--source', 'lldp', '--source', 'snmp x', '--method', 'client_secret_post'];
    const added = await run(['add', 'agent', ...flags]);
    expect([added.code, added.out.length]).toEqual([0, 1]);
    const secret = added.out[0] ?? '';
    expect((await tokenOf('agent', secret)).status).toBe(200);
    expect((await run(['show', 'agent'])).out).toEqual([secret]);
    expect((await run(['add', 'agent'])).code).toBe(1);
    expect((await run(['show', 'agent'])).out).toEqual([secret]);
    const listed = JSON.parse((await run(['list', '--json'])).out.join('\n')) as { client_id: string }[];
    expect(listed.find(({ client_id }) => client_id === 'agent')).toEqual({
      client_id: 'agent',
      client_name: 'An agent',
      scope: 'diode:ingest',
      token_endpoint_auth_method: 'client_secret_post',
      sources: ['lldp', 'snmp x'],
    });
    const table = await run(['list']);
    expect(table.out[0]).toMatch(/^ID +NAME +SCOPE +METHOD +SOURCES$/);
    expect(table.text).toMatch(/^agent +An agent +diode:ingest +client_secret_post +lldp,snmp x$/m);
    expect(table.text).not.toContain(secret);
    expect((await run(['remove', 'agent'])).code).toBe(0);
    expect((await tokenOf('agent', secret)).status).toBe(401);
    expect(await readdir(join(dir, 'secrets'))).toEqual([...IDS].sort());
    expect((await run(['remove', 'agent'])).code).toBe(1);
    expect((await run(['show', 'agent'])).code).toBe(1);
    expect((await run(['remove', 'lab-ingest'])).text).toContain('next start makes it again');
    expect((await run()).out[0]).toBe('lab-ingest: created');
  });

  it('add: keeps the secret that Hydra took although its answer was lost', async () => {
    let lost = false;
    between = (request, response) => {
      if (request.method !== 'POST' || lost) return false;
      lost = true;
      void fetch(`${issuer.adminUrl}/admin/clients`, json('POST', { client_id: 'agent' })).then(() =>
        response.destroy(),
      );
      return true;
    };
    const added = await run(['add', 'agent']);
    expect(added.code).toBe(0);
    expect((await run(['show', 'agent'])).out).toEqual(added.out);
    const basic = Buffer.from(`agent:${added.out[0]}`).toString('base64');
    const granted = await fetch(`${issuer.publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(granted.status).toBe(200);
  });
});
