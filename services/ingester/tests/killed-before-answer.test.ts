import { randomUUID } from 'node:crypto';
import {
  type FreshDatabase,
  freshDatabase,
  leakCheck,
  type SpawnedNode,
  spawnNode,
  startTestIssuer,
  type TcpDoor,
  type TestIssuer,
  tcpDoor,
  until,
} from '@diode/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

leakCheck({ per: 'file' });

let database: FreshDatabase;
let issuer: TestIssuer;
let sql: pg.Client;
let postgres: TcpDoor;
let authorization: string;
let ingester: SpawnedNode;
let url: string;

beforeAll(async () => {
  [database, issuer] = await Promise.all([freshDatabase(), startTestIssuer()]);
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  postgres = await tcpDoor(database.url);
  authorization = `Bearer ${await issuer.token('writer', { scope: 'write' })}`;
  await start();
});
afterAll(async () => {
  await ingester?.kill();
  await postgres?.close();
  await sql?.end();
  await issuer?.close();
  await database?.drop();
});

async function start(): Promise<void> {
  const script = new URL('../src/main.ts', import.meta.url).pathname;
  ingester = spawnNode(script, [], {
    DIODE_PORT: '0',
    DIODE_METRICS_PORT: '0',
    DIODE_DATABASE_URL: postgres.url,
    DIODE_REDIS_URL: inject('redisUrl'),
    HYDRA_PUBLIC_URL: issuer.issuerUrl,
    HYDRA_ADMIN_URL: issuer.adminUrl,
    DIODE_JWKS_URL: `${issuer.publicUrl}/.well-known/jwks.json`,
  });
  const [, port] = await ingester.line(/"port":(\d+).*ingester ready/);
  url = `http://127.0.0.1:${port}`;
}

const BODY = JSON.stringify({
  source: 'killed',
  entities: ['a', 'b'].map((name) => ({ object_type: 'sites', data: { name } })),
});

/** null when the connection broke without an answer. */
async function send(key: string): Promise<{ status: number; sync_id: string; replayed: boolean } | null> {
  try {
    const response = await fetch(`${url}/api/v1/ingest`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
      body: BODY,
      signal: AbortSignal.timeout(15_000),
    });
    const { sync_id } = (await response.json()) as { sync_id: string };
    return { status: response.status, sync_id, replayed: response.headers.get('idempotency-replayed') === 'true' };
  } catch {
    return null;
  }
}

/** The syncs stored, and how much of them. */
async function stored(): Promise<{ syncs: string[]; entities: number; work: number }> {
  const { rows } = await sql.query<{ sync_id: string }>('SELECT sync_id FROM syncs ORDER BY sync_id');
  const count = async (table: string): Promise<number> =>
    (await sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]!.n;
  return { syncs: rows.map((row) => row.sync_id), entities: await count('entities'), work: await count('work') };
}

describe('an ingester killed (-9) before it answered: the same request with its Idempotency-Key', () => {
  it('is stored once when the first was on its way into Postgres', async () => {
    const key = randomUUID();
    await sql.query('BEGIN; LOCK TABLE work IN SHARE MODE');
    const first = send(key);
    const waiting = async (n: number): Promise<boolean> => {
      const { rows } = await sql.query(
        'SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())',
      );
      return rows.length >= n;
    };
    await until(() => waiting(1), { message: 'the first waits for the table' });
    await ingester.kill();
    expect(await first).toBeNull();
    await start();
    const again = send(key);
    await until(() => waiting(2), { message: 'both wait' });
    await sql.query('ROLLBACK');
    const answer = await again;
    expect(answer).toMatchObject({ status: 202 });
    expect(await stored()).toEqual({ syncs: [answer!.sync_id], entities: 2, work: 2 });
  });

  it('is answered as the first would have been when that was committed', async () => {
    const key = randomUUID();
    const before = (await stored()).syncs;
    // Its connection and its prepared statements are there; only answers to what comes now are lost.
    postgres.deafen();
    const first = send(key);
    await until(async () => (await stored()).syncs.length > before.length);
    await ingester.kill();
    expect(await first).toBeNull();
    postgres.open();
    await start();
    const after = await stored();
    const [made] = after.syncs.filter((id) => !before.includes(id));
    expect(await send(key)).toEqual({ status: 202, sync_id: made, replayed: true });
    expect(await stored()).toEqual(after);
  });
});
