import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@diode/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provideSecrets } from '../src/provide-secrets.js';
import { INIT_SETTINGS } from '../src/settings.js';

const CLIENTS = new URL('../../../oauth2/client-config.json', import.meta.url).pathname;

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode init '));
  await mkdir(join(dir, 'ssl'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function run(env: Record<string, string> = {}): Promise<readonly string[]> {
  const all = {
    DIODE_SECRETS_DIR: join(dir, 'secrets'),
    DIODE_SSL_DIR: join(dir, 'ssl'),
    DIODE_CLIENT_CONFIG: CLIENTS,
    ...env,
  };
  const lines: string[] = [];
  await provideSecrets(readConfig(INIT_SETTINGS, all), all, (line) => lines.push(line));
  return lines;
}

/** Every file and its content. */
async function everything(): Promise<Record<string, string>> {
  const root = join(dir, 'secrets');
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const pairs = files.map(async (f) => {
    const path = join(f.parentPath, f.name);
    return [path.slice(root.length + 1), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

function makePair(name: string): void {
  const files = ['-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.crt`)];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...key, ...files, '-subj', `/CN=${name}`, '-days', '2'], { stdio: 'pipe' });
}

const secret = (path: string): Promise<string> => readFile(join(dir, 'secrets', path), 'utf8').then((s) => s.trim());

describe('diode-init', () => {
  it('makes every secret once: a second run changes no file', async () => {
    const said = await run();
    const first = await everything();
    expect(Object.keys(first)).toContain('clients/diode-ingest');
    expect(Object.keys(first)).toContain('nginx/diode.key');
    expect(said.join('\n')).toMatch(/secrets: 17 made/);
    expect((await run()).join('\n')).toMatch(/secrets: 0 made, 0 files written/);
    expect(await everything()).toEqual(first);
  });

  it('makes secrets nobody shares, fit for URLs and Basic, and says none of them', async () => {
    const said = (await run()).join('\n');
    const ids = ['diode-ingest', 'netbox-to-diode', 'diode-operator', 'diode-client'];
    const secrets = await Promise.all(ids.map((id) => secret(`clients/${id}`)));
    expect(new Set(secrets).size).toBe(ids.length);
    for (const one of secrets) {
      expect(one).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(said).not.toContain(one);
    }
  });

  it('repairs what a run that was cut off left', async () => {
    await run();
    const whole = await everything();
    await writeFile(join(dir, 'secrets/ingester/database_url.new'), 'half');
    await rm(join(dir, 'secrets/reconciler/database_url'));
    await rm(join(dir, 'secrets/nginx/diode.crt'));
    await run();
    expect(await everything()).toEqual(whole);
  });

  it('takes over a changed NetBox token, and refuses another database password', async () => {
    await run();
    await run({ DIODE_NETBOX_TOKEN: 'another-token' });
    expect(await secret('reconciler/netbox_token')).toBe('another-token');
    await expect(run({ POSTGRES_PASSWORD: 'not-the-first-one' })).rejects.toThrow(/POSTGRES_PASSWORD is not the one/);
  });

  it('takes secrets of clients from the environment', async () => {
    await run({ DIODE_CLIENT_SECRET_DIODE_INGEST: 'given-to-ingest', OAUTH2_CLIENT_SECRET: 'given-to-client' });
    expect(await secret('clients/diode-ingest')).toBe('given-to-ingest');
    expect(await secret('clients/diode-client')).toBe('given-to-client');
  });

  it.each([
    ['POSTGRES_PASSWORD', 'hydra_secret'],
    ['HYDRA_DATABASE_URL', 'postgres://hydra:hydra_secret@postgres:5432/hydra?sslmode=disable'],
    ['OAUTH2_CLIENT_SECRET', 'diode-secret'],
    ['DIODE_CLIENT_SECRET_DIODE_INGEST', 'diode-ingest-secret'],
  ])('refuses the published %s outside demo mode', async (name, value) => {
    await expect(run({ [name]: value })).rejects.toThrow(/published example/);
    await expect(run({ [name]: value, DIODE_DEMO: '1' })).resolves.toBeDefined();
  });

  it('refuses demo mode on an open port', async () => {
    await expect(run({ DIODE_DEMO: '1', DIODE_PUBLISH_HOST: '0.0.0.0' })).rejects.toThrow(/loopback only/);
    await expect(run({ DIODE_DEMO: '1', DIODE_PUBLISH_HOST: '127.0.0.1' })).resolves.toBeDefined();
  });

  it('makes a certificate for the names asked for, and takes up your own', async () => {
    await run({ DIODE_TLS_NAMES: 'diode.example.com,192.0.2.7' });
    const crt = join(dir, 'secrets/nginx/diode.crt');
    const text = execFileSync('openssl', ['x509', '-in', crt, '-noout', '-ext', 'subjectAltName'], {
      encoding: 'utf8',
    });
    expect(text).toContain('DNS:diode.example.com');
    expect(text).toContain('192.0.2.7');
    expect(() => execFileSync('openssl', ['verify', '-CAfile', join(dir, 'secrets/nginx/ca.crt'), crt])).not.toThrow();
    makePair('own');
    const [own, key] = ['own.crt', 'own.key'].map((name) => readFileSync(join(dir, name), 'utf8')) as [string, string];
    await writeFile(join(dir, 'ssl/diode.crt'), own);
    await expect(run()).rejects.toThrow(/diode.key is missing/);
    await writeFile(join(dir, 'ssl/diode.key'), key);
    await run();
    expect(await secret('nginx/diode.crt')).toBe(own.trim());

    makePair('other');
    await writeFile(join(dir, 'ssl/diode.key'), readFileSync(join(dir, 'other.key')));
    await expect(run()).rejects.toThrow(/diode.key is not the key of/);
    await writeFile(join(dir, 'ssl/diode.key'), 'no key\n');
    await expect(run()).rejects.toThrow(/cannot be read as PEM/);
    expect(await secret('nginx/diode.crt')).toBe(own.trim());
    expect(await secret('nginx/diode.key')).toBe(key.trim());
  });

  it('remembers whose secret the environment gives, and says what needs encoding, and what a demo that is off does', async () => {
    const said = await run({ DIODE_CLIENT_SECRET_DIODE_INGEST: 'with space%', DIODE_DEMO: '0' });
    expect(await secret('clients/.from-environment')).toBe('diode-ingest');
    expect(said.join('\n')).toMatch(/DIODE_CLIENT_SECRET_DIODE_INGEST has characters/);
    expect(said.join('\n')).toMatch(/DIODE_DEMO is off and yet set/);
    expect(said.join('\n')).not.toContain('with space%');
    await run();
    expect(await secret('clients/.from-environment')).toBe('');
  });
});
