import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ClientConfig,
  configuredSources,
  readClientConfig,
  resolveClientSecrets,
  secretVariable,
} from '@diode/access';
import { DiodeError } from '@diode/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SHIPPED = fileURLToPath(new URL('../../../oauth2/client-config.json', import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-secrets-'));
});
afterEach(() => rm(dir, { recursive: true }));

const client = (client_id: string): ClientConfig => ({
  client_id,
  grant_types: ['client_credentials'],
  scope: 'read write',
  token_endpoint_auth_method: 'client_secret_basic',
});
const resolve = (over: Partial<Parameters<typeof resolveClientSecrets>[0]> = {}) =>
  resolveClientSecrets({
    clients: [client('diode-ingest')],
    demo: false,
    env: {},
    secretsDir: join(dir, 'clients'),
    ...over,
  });
const failure = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DiodeError);
  expect((error as DiodeError).code).toBe('config_invalid');
  return (error as DiodeError).detail;
};

describe('oauth2/client-config.json', () => {
  it("holds the seed's five clients and the operator, admin on that one only, and no secret", async () => {
    const clients = await readClientConfig(SHIPPED);
    expect(clients.map((one) => one.client_id)).toEqual([
      'diode-ingest',
      'netbox-to-diode',
      'diode-to-netbox',
      'n8n-integration',
      'jenkins-integration',
      'diode-operator',
    ]);
    for (const one of clients) {
      expect(one.grant_types).toEqual(['client_credentials']);
      expect(one.token_endpoint_auth_method).toBe('client_secret_basic');
      const scopes = one.scope.split(' ');
      expect(scopes.slice(0, 4)).toEqual(['read', 'write', 'diode:ingest', 'diode:read']);
      expect(scopes.includes('admin')).toBe(one.client_id === 'diode-operator');
    }
    expect(await readFile(SHIPPED, 'utf8')).not.toContain('secret"');
  });

  it('may be the single object the seed prints, and bind clients to sources', async () => {
    const path = join(dir, 'one.json');
    await writeFile(path, JSON.stringify({ ...client('lab'), metadata: { sources: ['lldp'] } }));
    const clients = await readClientConfig(path);
    expect(configuredSources(clients)).toEqual(new Map([['lab', ['lldp']]]));
  });

  it.each([
    ['a secret', [{ ...client('a'), client_secret: 'do-not-show-me' }], 'secrets do not belong in this file'],
    ['an id that is no file name', [client('../a')], 'client_id'],
    ['an unknown key', [{ ...client('a'), scopes: 'x' }], 'scopes'],
    ['another grant', [{ ...client('a'), grant_types: ['password'] }], 'client_credentials'],
    ['the same client twice', [client('a'), client('a')], 'twice'],
    ['text', 'text', 'file'],
  ])('with %s is refused, naming it', async (_what, content, words) => {
    const path = join(dir, 'wrong.json');
    await writeFile(path, JSON.stringify(content));
    const detail = await failure(readClientConfig(path));
    expect(detail).toContain(words);
    expect(detail).not.toContain('do-not-show-me');
  });
});

describe('resolveClientSecrets', () => {
  it('makes a secret once, URL-safe, and keeps it for its owner only', async () => {
    const first = await resolve();
    const second = await resolve();
    expect(first.origins.get('diode-ingest')).toBe('generated');
    expect(second.origins.get('diode-ingest')).toBe('file');
    expect(second.seeds).toEqual(first.seeds);
    expect(first.seeds[0]?.client_secret).toMatch(/^[A-Za-z0-9._~-]{32,}$/);
    expect(await readdir(join(dir, 'clients'))).toEqual(['diode-ingest']);
    expect((await stat(join(dir, 'clients', 'diode-ingest'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'clients'))).mode & 0o777).toBe(0o700);
  });

  it("has the seed's published secrets and scope in demo mode only, and writes nothing", async () => {
    const { seeds, origins } = await resolve({ demo: true });
    expect(seeds[0]).toMatchObject({ client_secret: 'diode-ingest-secret', scope: 'read write admin' });
    expect(origins.get('diode-ingest')).toBe('demo');
    await expect(readdir(join(dir, 'clients'))).rejects.toThrow();
    expect((await resolve()).seeds[0]?.client_secret).not.toBe('diode-ingest-secret');
  });

  it('lets the environment win, by value or by file, over demo mode and what was kept', async () => {
    await resolve();
    await writeFile(join(dir, 'given'), 'from-a-file\n');
    const name = secretVariable('diode-ingest');
    expect(name).toBe('DIODE_CLIENT_SECRET_DIODE_INGEST');
    const byFile = await resolve({ env: { [`${name}_FILE`]: join(dir, 'given') }, demo: true });
    const byValue = await resolve({ env: { [name]: 'from-the-env' } });
    expect(byFile.seeds[0]?.client_secret).toBe('from-a-file');
    expect(byValue.seeds[0]?.client_secret).toBe('from-the-env');
    expect(byValue.origins.get('diode-ingest')).toBe('environment');
  });

  it('refuses what has no secret where another makes them, and says who', async () => {
    const error = await resolve({ missing: 'refuse' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'config_invalid',
      errors: [{ remedy: expect.stringContaining('diode-init') }],
    });
    await expect(readdir(join(dir, 'clients'))).rejects.toThrow();
    const { seeds } = await resolve();
    expect((await resolve({ missing: 'refuse' })).seeds).toEqual(seeds);
  });

  it("makes the client the seed's .env names, with its secret", async () => {
    const env = { OAUTH2_CLIENT_ID: 'diode-client', OAUTH2_CLIENT_SECRET: 'of-the-env' };
    const { seeds } = await resolve({ env });
    expect(seeds.map((seed) => seed.client_id)).toEqual(['diode-ingest', 'diode-client']);
    expect(seeds[1]).toMatchObject({ client_secret: 'of-the-env', scope: 'read write diode:ingest diode:read' });
    const same = await resolve({ env: { ...env, OAUTH2_CLIENT_ID: 'diode-ingest' } });
    expect(same.seeds.map((seed) => [seed.client_id, seed.client_secret])).toEqual([['diode-ingest', 'of-the-env']]);
  });

  it('names the variable that is wrong, and never its value', async () => {
    const name = secretVariable('diode-ingest');
    expect(await failure(resolve({ env: { [name]: 'tiny' } }))).toMatch(new RegExp(`${name}(?!.*tiny)`));
    expect(await failure(resolve({ env: { [`${name}_FILE`]: join(dir, 'nowhere') } }))).toContain('nowhere');
    expect(await failure(resolve({ env: { OAUTH2_CLIENT_ID: '../x', OAUTH2_CLIENT_SECRET: 'longenough' } }))).toContain(
      'OAUTH2_CLIENT_ID',
    );
  });
});
