import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError, EXIT } from '../exit-codes.js';
import { CONNECTION_FILE, resolveConnection } from './connection.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'diode-connection-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function standalone(
  dir: string,
  content: unknown = { url: 'http://localhost:9999', client_id: 'local', client_secret: 'kept' },
): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, CONNECTION_FILE), typeof content === 'string' ? content : JSON.stringify(content));
}

const places = () => ({ cwd, checkout: join(cwd, 'checkout') });
const resolve = (o: { url?: string; clientId?: string } = {}, env: NodeJS.ProcessEnv = {}) =>
  resolveConnection(o, env, places());
const LOCAL = { url: 'http://localhost:9999', clientId: 'local', clientSecret: 'kept' };

describe('where Diode is and as whom', () => {
  it('takes the command line before the environment before a running standalone', () => {
    standalone(join(cwd, '.diode'));
    expect(resolve()).toEqual(LOCAL);
    const env = { DIODE_URL: 'http://env:1/', DIODE_CLIENT_ID: 'env', DIODE_CLIENT_SECRET: 'secret' };
    expect(resolve({}, env)).toEqual({ url: 'http://env:1', clientId: 'env', clientSecret: 'secret' });
    expect(resolve({ url: 'https://line:2/base//', clientId: 'line' }, env)).toEqual({
      url: 'https://line:2/base',
      clientId: 'line',
      clientSecret: 'secret',
    });
  });

  it("takes the seed's variables, below Diode's own", () => {
    const seed = { OAUTH2_CLIENT_ID: 'seed', OAUTH2_CLIENT_SECRET: 'a' };
    expect(resolve({}, seed)).toMatchObject({ url: 'http://localhost:8080', clientId: 'seed', clientSecret: 'a' });
    expect(resolve({}, { ...seed, DIODE_CLIENT_ID: 'own', DIODE_CLIENT_SECRET: 'b' })).toMatchObject({
      clientId: 'own',
      clientSecret: 'b',
    });
  });

  it('reads a secret from a file; an empty variable counts as unset', () => {
    writeFileSync(join(cwd, 'secret'), 'from-file\n');
    const env = { DIODE_CLIENT_ID: 'x', DIODE_CLIENT_SECRET: '', DIODE_CLIENT_SECRET_FILE: join(cwd, 'secret') };
    expect(resolve({}, env).clientSecret).toBe('from-file');
    const bad = { ...env, DIODE_CLIENT_SECRET_FILE: join(cwd, 'none') };
    expect(() => resolve({}, bad)).toThrow('cannot be read');
  });

  it('finds the standalone of the working directory, of the checkout, or of DIODE_DATA_DIR', () => {
    standalone(join(cwd, 'checkout', '.diode'));
    expect(resolve()).toEqual(LOCAL);
    standalone(join(cwd, '.diode'), { url: 'http://localhost:1', client_id: 'here', client_secret: 'x' });
    expect(resolve().clientId).toBe('here');
    standalone(join(cwd, 'data'), { url: 'http://localhost:2', client_id: 'data', client_secret: 'x' });
    expect(resolve({}, { DIODE_DATA_DIR: 'data' }).clientId).toBe('data');
  });

  it("takes any client of the standalone by its name, as from .env's OAUTH2_CLIENT_ID without a secret", () => {
    const clients = { local: 'kept', 'diode-operator': 'op' };
    standalone(join(cwd, '.diode'), { url: LOCAL.url, client_id: 'local', client_secret: 'kept', clients });
    const operator = { url: LOCAL.url, clientId: 'diode-operator', clientSecret: 'op' };
    expect(resolve({ clientId: 'diode-operator' })).toEqual(operator);
    expect(resolve({}, { OAUTH2_CLIENT_ID: 'diode-operator', OAUTH2_CLIENT_SECRET: '' })).toEqual(operator);
    expect(() => resolve({ clientId: 'toString' })).toThrow('knows no client "toString"');
    expect(() => resolve({ clientId: 'diode-operator', url: 'https://elsewhere.example.com' })).toThrow('no client');
  });

  it("sends the standalone's secret to no other machine and lends it to no other client", () => {
    standalone(join(cwd, '.diode'));
    expect(resolve({ url: 'http://127.0.0.1:9999' })).toEqual({ ...LOCAL, url: 'http://127.0.0.1:9999' });
    expect(() => resolve({ url: 'https://elsewhere.example.com' })).toThrow('no client to authenticate as');
    expect(() => resolve({ clientId: 'diode-operator' })).toThrow('knows no client "diode-operator"');
  });

  it('does not stumble over a connection file that is not whole', () => {
    for (const content of ['', '{"url"', '[]', '{}', { url: 'nonsense', client_id: 'a', client_secret: 'b' }]) {
      standalone(join(cwd, '.diode'), content);
      expect(() => resolve()).toThrow('no client to authenticate as');
    }
  });

  it('says what is no URL, with exit 2', () => {
    for (const url of ['localhost:8080', 'ftp://x', 'nonsense', '']) {
      const failing = () => resolve({ url }, { DIODE_CLIENT_ID: 'a', DIODE_CLIENT_SECRET: 'b' });
      expect(failing).toThrow(CliError);
      expect(failing).toThrow(expect.objectContaining({ exitCode: EXIT.usage }));
    }
  });
});
