import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDataDir, removeDataDir, startStandalone, type TestStandalone } from '../tools/standalone.js';

/** 40 requests of 50 entities: 200 devices with 6 interfaces, 2 addresses and a prefix each tenth. */
const DEVICES = 200;
const BATCH = 50;
const NETBOX_TOKEN = 'c'.repeat(40);

interface Netbox {
  readonly url: string;
  /** SIGKILL; the state on disk stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

let netbox: Netbox;
let diode: TestStandalone;
const dataDir = freshDataDir();
const simDir = freshDataDir();

beforeAll(async () => {
  netbox = await makeNetbox();
  await netbox.start();
  diode = await startDiode();
}, 180_000);

afterAll(async () => {
  await diode?.stop();
  await netbox?.kill();
  await removeDataDir(dataDir);
  await removeDataDir(simDir);
});

function startDiode(): Promise<TestStandalone> {
  return startStandalone({
    dataDir,
    env: {
      DIODE_NETBOX_URL: netbox.url,
      DIODE_NETBOX_TOKEN: NETBOX_TOKEN,
      DIODE_CONFIG_DIR: 'tests/fixtures/chaos-config',
    },
  });
}

async function makeNetbox(): Promise<Netbox> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async start() {
      child = spawn(process.execPath, ['packages/netbox-sim/dist/main.js'], {
        env: {
          PATH: process.env.PATH ?? '',
          DIODE_NETBOX_SIM_PORT: String(port),
          DIODE_NETBOX_TOKEN: NETBOX_TOKEN,
          DIODE_DATA_DIR: simDir,
        },
        stdio: 'ignore',
      });
      const alive = (): Promise<boolean> =>
        fetch(`${url}/api/`).then(
          () => true,
          () => false,
        );
      await until(alive, { timeoutMs: 20_000, message: 'the stand-in answers' });
    },
    async kill() {
      const dead = new Promise((done) => child?.once('exit', done));
      child?.kill('SIGKILL');
      await dead;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function entities(): Record<string, unknown>[] {
  const all: Record<string, unknown>[] = [];
  for (let d = 0; d < DEVICES; d += 1) {
    const name = `CHAOS-${String(d).padStart(3, '0')}`;
    const device = { name, site: { name: `CHAOS-SITE-${d % 5}` } };
    all.push({
      object_type: 'devices',
      data: {
        ...device,
        device_type: { model: `Model ${d % 3}`, manufacturer: 'Acme' },
        role: 'Access',
        serial: `S${d}`,
      },
    });
    for (let i = 0; i < 6; i += 1)
      all.push({ object_type: 'interfaces', data: { name: `Ethernet${i}`, type: '1000base-t', device } });
    for (let i = 0; i < 2; i += 1) {
      const address = `10.${Math.floor(d / 100)}.${d % 100}.${i + 1}/24`;
      all.push({
        object_type: 'ip-addresses',
        data: { address, status: 'active', assigned_object: { interface: { name: `Ethernet${i}`, device } } },
      });
    }
    all.push({
      object_type: 'prefixes',
      data: { prefix: `10.${Math.floor(d / 100)}.${d % 100}.0/24`, status: 'active' },
    });
  }
  return all;
}

/** Sends as a careful client does: repeats with the same Idempotency-Key until it is answered. Gives the sync id of the 202. */
async function send(batch: readonly unknown[]): Promise<string> {
  const key = randomUUID();
  const attempt = async (): Promise<string | null> => {
    try {
      const response = await fetch(`${diode.url}/api/v1/ingest`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await diode.token()}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ source: 'chaos', entities: batch }),
        signal: AbortSignal.timeout(10_000),
      });
      if (response.status !== 202) return null;
      return ((await response.json()) as { sync_id: string }).sync_id;
    } catch {
      return null;
    }
  };
  return until(attempt, { timeoutMs: 120_000, message: 'a batch is accepted' });
}

function connection(): { database_url: string; redis_url: string } {
  return JSON.parse(readFileSync(join(dataDir, 'connection.json'), 'utf8'));
}

async function restartDiode(): Promise<void> {
  await diode.kill();
  diode = await startDiode();
}

async function flushRedis(): Promise<void> {
  const redis = new Redis(connection().redis_url, { lazyConnect: true });
  await redis.connect();
  await redis.flushall();
  redis.disconnect();
}

/** The fast, hard restart: every session of the server is gone. */
async function restartPostgres(): Promise<void> {
  const client = new pg.Client({ connectionString: connection().database_url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid",
  );
  process.kill(rows[0]!.pid, 'SIGKILL');
  await client.end().catch(() => undefined);
}

async function netboxCount(path: string): Promise<number> {
  const response = await fetch(`${netbox.url}${path}`, { headers: { authorization: `Token ${NETBOX_TOKEN}` } });
  return ((await response.json()) as { count: number }).count;
}

describe('2,000 entities in flight while everything is killed in turn', () => {
  it('brings every 202 to its receipt, and NetBox holds each object once', async () => {
    const all = entities();
    expect(all).toHaveLength(2_000);
    const syncIds: string[] = [];
    const faults: ReadonlyMap<number, () => Promise<void>> = new Map([
      [4, restartDiode],
      [10, flushRedis],
      [14, restartPostgres],
      [18, restartDiode],
      [22, () => netbox.kill()],
      [30, async () => void (await netbox.start())],
      [34, restartDiode],
      [38, flushRedis],
    ]);
    for (let i = 0; i * BATCH < all.length; i += 1) {
      syncIds.push(await send(all.slice(i * BATCH, (i + 1) * BATCH)));
      await faults.get(i)?.();
    }
    const ends = await until(
      async () => {
        const views = await Promise.all(
          syncIds.map(async (id) => (await diode.call('GET', `/api/v1/sync/${id}/status?limit=1000`)).body),
        );
        return views.every((v) => v.status === 'completed' || v.status === 'attention') ? views : null;
      },
      { timeoutMs: 150_000, message: 'every sync is terminal' },
    );
    const bad = ends.flatMap((v) =>
      (v.entities as Record<string, unknown>[]).filter((e) => e.state !== 'applied' && e.state !== 'unchanged'),
    );
    expect(bad).toEqual([]);
    expect(ends.reduce((n, v) => n + (v.entities as unknown[]).length, 0)).toBe(2_000);
    expect({
      devices: await netboxCount('/api/dcim/devices/?limit=1'),
      interfaces: await netboxCount('/api/dcim/interfaces/?limit=1'),
      addresses: await netboxCount('/api/ipam/ip-addresses/?limit=1'),
      prefixes: await netboxCount('/api/ipam/prefixes/?limit=1'),
      sites: await netboxCount('/api/dcim/sites/?limit=1'),
      types: await netboxCount('/api/dcim/device-types/?limit=1'),
      manufacturers: await netboxCount('/api/dcim/manufacturers/?limit=1'),
    }).toEqual({
      devices: 200,
      interfaces: 1_200,
      addresses: 400,
      prefixes: 200,
      sites: 5,
      types: 3,
      manufacturers: 1,
    });
  }, 400_000);
});
