import { randomBytes } from 'node:crypto';
import { type FreshDatabase, freshDatabase, leakCheck } from '@diode/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { migrate, migrateDown, openStore, type Store } from '../src/index.js';
import { finished, newEntity, newSync, uuidV7 } from './new-sync.js';
import { type Roles, runRolesSql } from './run-roles-sql.js';

leakCheck({ per: 'file' });

interface Place {
  readonly database: FreshDatabase;
  readonly roles: Roles;
  readonly ownerUrl: string;
  readonly lowUrl: string;
}

async function preparePlace(): Promise<Place> {
  const database = await freshDatabase({ migrate: async () => undefined });
  const tag = `${inject('testRunId')}_${randomBytes(3).toString('hex')}`;
  const roles = {
    migrateRole: `diode_test_migrate_${tag}`,
    migratePassword: `it's \\ "secret"`,
    role: `diode_test_${tag}`,
    password: 'low',
  };
  await runRolesSql(database.url, roles);
  return {
    database,
    roles,
    ownerUrl: as(database.url, roles.migrateRole, roles.migratePassword),
    lowUrl: as(database.url, roles.role, roles.password),
  };
}

async function removePlace({ database, roles }: Place): Promise<void> {
  await database.drop();
  await ask(inject('postgresUrl'), `DROP ROLE "${roles.role}", "${roles.migrateRole}"`);
}

function as(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = encodeURIComponent(password);
  return changed.href;
}

async function ask(url: string, text: string, values: unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const refused = (url: string, text: string) => expect(ask(url, text), text).rejects.toMatchObject({ code: '42501' });

let place: Place;
let store: Store;
beforeAll(async () => {
  place = await preparePlace();
  await migrate(place.ownerUrl);
  store = await openStore({ databaseUrl: place.lowUrl, maxConnections: 4, statementTimeoutMs: 10_000 });
});
afterAll(async () => {
  await store.close();
  await removePlace(place);
});

const today = () => new Date().toISOString().slice(0, 10).replaceAll('-', '');

describe('a service with a role that makes nothing', () => {
  it('stores, claims, parks and finishes', async () => {
    const sync = newSync({
      entities: [newEntity(), newEntity({ orderingKey: '9' })],
      idempotency: { key: 'k', bodyHash: 'h', answer: { a: 1 } },
    });
    expect(await store.storeSync(sync)).toEqual({ kind: 'stored' });
    const waiting = store.waitTerminal(sync.syncId, 5_000);
    const rows = await store.claim({ partition: 3, limit: 10, workerId: 'w', leaseMs: 60_000 });
    expect(rows).toHaveLength(2);
    const refs = rows.map((row) => row.ref);
    expect(await store.renew('w', refs, 60_000)).toEqual(refs);
    expect(await store.inHand()).toMatchObject([{ workerId: 'w', count: 2 }]);
    await store.park('w', [
      { ref: refs[0]!, state: 'retrying', delayMs: 0, attempted: true, waitingFor: null, error: null },
    ]);
    expect(await store.abandonClaims('w')).toBe(1);
    expect(await store.wakeRetrying()).toBeGreaterThanOrEqual(0);
    expect(await store.duePartitions()).toEqual([3]);
    expect(await store.nextDueMs(3)).toBe(0);
    expect(await store.claim({ partition: 3, limit: 10, workerId: 'w', leaseMs: 60_000 })).toHaveLength(2);
    expect((await store.backlog()).total).toBe(2);
    expect(
      await store.finish(
        'w',
        refs.map((ref) => finished(ref)),
      ),
    ).toBe(2);
    expect(await waiting).toBe(true);
    expect((await store.sync(sync.syncId, { limit: 10, cursor: null }))?.entities).toHaveLength(2);
    expect((await store.recentSyncs(5)).map((s) => s.sync_id)).toContain(sync.syncId);
    expect((await store.entity(refs[0]!))?.objectType).toBe('dcim.device');
  });

  it('keeps its journal, its mirror and its settings', async () => {
    const ref = { syncId: uuidV7(), index: 0 };
    const change = {
      changeId: uuidV7(),
      ref,
      objectType: 'dcim.site',
      canonicalKey: 'dc1',
      action: 'create',
      netboxId: null,
      before: {},
      after: { name: 'DC1' },
      told: null,
    } as const;
    expect(await store.record('w', [change])).toEqual([]);
    expect(await store.unsettled([ref])).toHaveLength(1);
    await store.settle([{ changeId: change.changeId, state: 'applied', netboxId: 7, requestId: null }]);
    expect(await store.settledChanges([ref])).toMatchObject([{ netboxId: 7 }]);
    await store.putSetting('mode', 'observe');
    expect(await store.getSetting('mode')).toBe('observe');
  });

  it('has its day partitions made, and rows that were early moved into them', async () => {
    await ask(place.ownerUrl, `DROP TABLE syncs_p${today()}, entities_p${today()}, changes_p${today()}`);
    const sync = newSync();
    await store.storeSync(sync);
    await store.maintain();
    const [row] = await ask(
      place.ownerUrl,
      `SELECT syncs.tableoid::regclass::text AS name, pg_get_userbyid(c.relowner) AS owner
       FROM syncs JOIN pg_class c ON c.oid = syncs.tableoid WHERE sync_id = $1`,
      [sync.syncId],
    );
    expect(row).toEqual({ name: `syncs_p${today()}`, owner: place.roles.migrateRole });
    expect(await ask(place.lowUrl, `SELECT 1 AS one FROM syncs_p${today()} LIMIT 1`)).toEqual([{ one: 1 }]);
    expect((await store.sync(sync.syncId, { limit: 1, cursor: null }))?.counts).toEqual({ queued: 1 });
  });
});

describe('that role cannot', () => {
  it.each([
    'CREATE TABLE mine (a int)',
    'CREATE TABLE public.mine (a int)',
    'CREATE TEMP TABLE mine (a int)',
    'CREATE SCHEMA mine',
    'CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1',
    'ALTER TABLE work ADD COLUMN mine int',
    'DROP TABLE work',
    'DROP FUNCTION diode_make_partitions(regclass, name, date, integer)',
    'CREATE INDEX mine ON work (attempts)',
    'TRUNCATE work',
    'CREATE DATABASE mine',
    'CREATE ROLE mine',
    'SELECT * FROM pg_authid',
    'SELECT pg_read_file($$/etc/passwd$$)',
    'COPY work TO PROGRAM $$cat$$',
    `INSERT INTO schema_migrations (name, run_on) VALUES ('0099_mine', now())`,
    'DELETE FROM schema_migrations',
    'UPDATE schema_migrations SET name = name',
  ])('%s', (text) => refused(place.lowUrl, text));

  it('become the owner', () => refused(place.lowUrl, `SET ROLE "${place.roles.migrateRole}"`));

  it('have the function work on anything but the history tables', async () => {
    const call = (table: string, column: string) =>
      `SELECT diode_make_partitions('${table}', '${column}', (now() AT TIME ZONE 'UTC')::date, 1)`;
    for (const table of ['work', 'schema_migrations', 'syncs_default', 'pg_catalog.pg_class', 'pg_catalog.pg_authid'])
      await refused(place.lowUrl, call(table, 'sync_id'));
    await refused(place.lowUrl, call('syncs', 'source'));
    await refused(place.lowUrl, call('syncs', 'sync_id >= $1; DROP TABLE work; --'));
  });

  it('have it make days without end', async () => {
    for (const args of ["'2020-01-01', 1", 'current_date, 100000', "'infinity', 1", 'NULL, 1', 'current_date, NULL'])
      await expect(
        ask(place.lowUrl, `SELECT diode_make_partitions('syncs', 'sync_id', ${args})`),
        args,
      ).rejects.toMatchObject({ code: '22023' });
  });

  it('lead the function astray by its search path', async () => {
    await ask(
      place.lowUrl,
      `SET search_path = pg_temp, public; SELECT diode_make_partitions('syncs', 'sync_id', current_date, 1)`,
    );
    await refused(place.lowUrl, 'SET search_path = pg_temp; CREATE TABLE syncs (sync_id uuid)');
  });

  it('enter another database that was closed in the same way, nor may a stranger enter this one', async () => {
    const other = await preparePlace();
    const intruder = new URL(place.lowUrl);
    intruder.pathname = new URL(other.lowUrl).pathname;
    await refused(intruder.href, 'SELECT 1');
    const stranger = new URL(other.ownerUrl);
    stranger.pathname = new URL(place.lowUrl).pathname;
    await refused(stranger.href, 'SELECT 1');
    await removePlace(other);
  });
});

describe('roles.sql', () => {
  it('changes passwords when it runs again, and nothing else', async () => {
    const grants = `SELECT relname, relacl::text AS acl, relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`;
    const before = await ask(place.ownerUrl, grants);
    await runRolesSql(place.database.url, { ...place.roles, password: 'new' });
    await expect(ask(place.lowUrl, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await ask(as(place.lowUrl, place.roles.role, 'new'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await ask(place.ownerUrl, grants)).toEqual(before);
    await runRolesSql(place.database.url, place.roles);
  });

  it('hands over what one role made before there were two', async () => {
    const database = await freshDatabase();
    const tag = `${inject('testRunId')}_${randomBytes(3).toString('hex')}`;
    const roles = {
      migrateRole: `diode_test_m_${tag}`,
      migratePassword: 'a',
      role: `diode_test_l_${tag}`,
      password: 'b',
    };
    await runRolesSql(database.url, roles);
    const ownerUrl = as(database.url, roles.migrateRole, 'a');
    await migrateDown(ownerUrl, { count: 1 });
    await migrate(ownerUrl);
    const low = await openStore({
      databaseUrl: as(database.url, roles.role, 'b'),
      maxConnections: 2,
      statementTimeoutMs: 10_000,
    });
    await low.storeSync(newSync());
    await low.maintain();
    await low.close();
    await removePlace({ database, roles, ownerUrl, lowUrl: '' });
  });
});
