import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectOutput } from '../../tests/support/collect-output.js';
import { type Handler, startFakeDiode } from '../../tests/support/fake-diode.js';
import { checkNode } from '../doctor/check-machine.js';
import { EXIT } from '../exit-codes.js';
import { doctor } from './doctor.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'diode-doctor-'));
  mkdirSync(join(cwd, 'config'), { recursive: true });
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function examine(env: NodeJS.ProcessEnv, o: { json?: boolean } = {}) {
  const output = collectOutput(o);
  const code = await doctor({}, { env, cwd, checkout: cwd, out: output.out, pause: async () => {} });
  return { code, text: output.stdout() };
}

const as = (url: string): NodeJS.ProcessEnv => ({ DIODE_URL: url, DIODE_CLIENT_ID: 'a', DIODE_CLIENT_SECRET: 'b' });
const WELL = { status: 'ok', reasons: [], mode: 'write', gates: [], netbox: { reachable: true, version: '4.4.10' } };
const platform =
  (json: object): Handler =>
  () => ({ json });

/** A port that is taken while the test runs. */
async function takenPort(): Promise<{ port: number } & AsyncDisposable> {
  // Read and thrown away, so that a connection is over when the other end hangs up.
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())) };
}

const ANY_PORTS = {
  DIODE_PORT: '0',
  DIODE_METRICS_PORT: '0',
  DIODE_ISSUER_PORT: '0',
  DIODE_ISSUER_ADMIN_PORT: '0',
  DIODE_NETBOX_SIM_PORT: '0',
};

describe('doctor', () => {
  it('finds a folder of policies that is not there', async () => {
    const { code, text } = await examine({ ...ANY_PORTS, DIODE_CONFIG_DIR: 'confg' });
    expect(code).toBe(EXIT.attention);
    expect(text).toContain('confg: there is no such directory');
  });

  it('finds nothing wrong with a Diode that is well', async () => {
    await using diode = await startFakeDiode(platform(WELL));
    const { code, text } = await examine(as(diode.url));
    expect(code, text).toBe(EXIT.ok);
    expect(text).toContain('ok   may send: scope write');
    expect(text).toContain('ok   NetBox as Diode sees it: version 4.4.10');
    expect(text).toMatch(/All is well\.\n$/);
  });

  it('says what keeps a platform from working, with the remedy', async () => {
    const away = { ...WELL, status: 'stalled', reasons: ['netbox: away'], netbox: { reachable: false } };
    await using diode = await startFakeDiode(platform(away));
    const { code, text } = await examine(as(diode.url));
    expect(code).toBe(EXIT.attention);
    expect(text).toMatch(/FAIL platform: stalled; netbox: away\n\s+diode get \/api\/v1\/why-idle/);
    expect(text).toMatch(/FAIL NetBox as Diode sees it: not reachable\n\s+Check DIODE_NETBOX_URL/);
  });

  it('knows what the client may do, and that observing writes nothing', async () => {
    await using diode = await startFakeDiode(platform({ ...WELL, mode: 'observe' }), (r) =>
      r.body.includes('scope=read+write') || r.body.includes('diode%3Aread')
        ? { status: 400, json: { error: 'invalid_scope' } }
        : { json: { access_token: 't', scope: 'diode:ingest' } },
    );
    const { text } = await examine(as(diode.url));
    expect(text).toContain('ok   may send: scope diode:ingest');
    expect(text).toMatch(/FAIL may look: .*\n\s+Give the client the scope read/);
    expect(text).toContain('observes: it writes nothing');
  });

  it('tries the ports of the standalone when nothing runs, and names the variable that moves one', async () => {
    await using taken = await takenPort();
    const { text } = await examine({ ...ANY_PORTS, DIODE_PORT: String(taken.port) });
    expect(text).toMatch(/FAIL Diode: no client.*\n\s+Start it with `diode start`/);
    expect(text).toMatch(new RegExp(`FAIL port ${taken.port}: taken by another program\\n.*DIODE_PORT`));
  });

  it('does not try ports when another machine was named', async () => {
    const { text } = await examine(as('http://127.0.0.1:1'));
    expect(text).toContain('FAIL Diode: cannot reach Diode at http://127.0.0.1:1');
    expect(text).not.toContain('port 8080');
  });

  it('reads the policy and shows every mistake with its place', async () => {
    mkdirSync(join(cwd, 'config'), { recursive: true });
    writeFileSync(join(cwd, 'config', 'ingester.yml'), 'ingestr:\n  port: 1\nfoo: 2\n');
    const { code, text } = await examine(ANY_PORTS);
    expect(code).toBe(EXIT.attention);
    expect(text).toMatch(
      /FAIL policy in .*config: 2 mistakes\n\s+ingester\.yml:1:1 [\s\S]*ingester\.yml:3:1 [\s\S]*Correct these lines/,
    );
  });

  it('names every variable that cannot be understood, and shows no secret', async () => {
    const { text } = await examine({
      DIODE_PORT: 'eighty',
      DIODE_NETBOX_URL: 'netbox',
      DIODE_DATABASE_URL: 'postgres//u:hunter2@h',
    });
    for (const name of ['DIODE_PORT', 'DIODE_NETBOX_URL', 'DIODE_DATABASE_URL'])
      expect(text).toMatch(new RegExp(`FAIL environment: ${name} .*\\n\\s+Set ${name}`));
    expect(text).not.toContain('hunter2');
  });

  it('tells a Postgres that does not talk from one that does, and a Redis that nobody runs', async () => {
    await using taken = await takenPort();
    const { text } = await examine({
      ...ANY_PORTS,
      DIODE_DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${taken.port}/d`,
      DIODE_REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
    });
    expect(text).toMatch(
      new RegExp(`FAIL Postgres at 127\\.0\\.0\\.1:${taken.port}: timeout.*\\n.*DIODE_DATABASE_URL`),
    );
    expect(text).toMatch(/FAIL Redis at 127\.0\.0\.1:1: .*ECONNREFUSED.*\n.*DIODE_REDIS_URL/);
    expect(text).not.toContain('hunter2');
  });

  it('is one JSON document with --json', async () => {
    const { text } = await examine(ANY_PORTS, { json: true });
    expect(JSON.parse(text).findings).toContainEqual(expect.objectContaining({ check: 'Node.js', ok: true }));
  });

  it('knows which Node is new enough', () => {
    expect(['20.18.3', '18.20.0', '20.19.0', '22.0.0'].map((v) => checkNode(v).ok)).toEqual([false, false, true, true]);
  });
});
