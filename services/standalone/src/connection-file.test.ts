import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConnectionFile, removeConnectionFile, writeConnectionFile } from './connection-file.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-connection-'));
});
afterEach(() => rm(dir, { recursive: true }));

const connection = (pid: number): ConnectionFile => ({
  pid,
  url: 'http://localhost:8080',
  issuer_url: 'http://localhost:4444',
  issuer_admin_url: 'http://localhost:4445',
  metrics_url: 'http://localhost:9090',
  netbox_url: 'http://localhost:8000',
  netbox_token: null,
  client_id: 'diode-ingest',
  client_secret: 'x'.repeat(5_000),
  clients: { 'diode-ingest': 'x'.repeat(5_000), 'diode-operator': 'y' },
  database_url: 'postgres://localhost/diode',
  redis_url: 'redis://localhost',
});
const path = () => join(dir, 'connection.json');

it('is for the owner only, and leaves nothing beside it', async () => {
  await writeConnectionFile(dir, connection(1));
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path(), 'utf8'))).toEqual(connection(1));
  expect(await readdir(dir)).toEqual(['connection.json']);
});

it('is whole at every moment while it is replaced', async () => {
  await writeConnectionFile(dir, connection(0));
  let done = false;
  const writing = (async () => {
    for (let pid = 1; pid <= 50; pid += 1) await writeConnectionFile(dir, connection(pid));
    done = true;
  })();
  let last = 0;
  while (!done) {
    const { pid } = JSON.parse(await readFile(path(), 'utf8')) as ConnectionFile;
    expect(pid).toBeGreaterThanOrEqual(last);
    last = pid;
  }
  await writing;
});

it('is removed, once or twice', async () => {
  await writeConnectionFile(dir, connection(1));
  await removeConnectionFile(dir);
  await removeConnectionFile(dir);
  expect(await readdir(dir)).toEqual([]);
});
