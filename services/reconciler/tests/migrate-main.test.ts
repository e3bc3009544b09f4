import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, migrateDown, openStore, schemaState } from '@diode/store';
import { type FreshDatabase, freshDatabase, leakCheck, spawnNode } from '@diode/testkit';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMigrate } from '../src/migrate/run-migrate.js';

leakCheck({ per: 'file' });

let database: FreshDatabase;
let folder: string;
beforeEach(async () => {
  database = await freshDatabase({ migrate: async () => undefined });
  folder = await mkdtemp(join(tmpdir(), 'diode migrate-'));
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, patienceMs = 0): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runMigrate({
    args,
    env: { DIODE_DATABASE_URL: database.url, ...env },
    patienceMs,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

const applied = async () => (await schemaState(database.url)).applied.map((one) => one.name);

describe('up', () => {
  it('applies each migration, says so, and is done when there is none', async () => {
    const first = await run([]);
    expect(first).toMatchObject({ code: 0, err: '' });
    for (const name of await applied()) expect(first.out).toContain(`applying ${name}\n`);
    expect(first.out).toMatch(/the schema is up to date\n$/);
    expect(await run(['up'])).toEqual({ code: 0, out: 'diode-migrate: the schema is up to date\n', err: '' });
  });

  it('happens once when several run at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => run([])));
    expect(all.map((one) => one.code)).toEqual([0, 0, 0, 0, 0]);
    expect(all.filter((one) => one.out.includes('applying 0001_partitions'))).toHaveLength(1);
  });

  it('prefers the account that may migrate', async () => {
    const env = { DIODE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DIODE_MIGRATE_DATABASE_URL: database.url };
    expect((await run([], env)).code).toBe(0);
  });
});

describe('what stands in the way is said with what to do', () => {
  it('no Postgres: waits, says for what, gives up', async () => {
    const { code, out, err } = await run([], { DIODE_DATABASE_URL: 'postgres://u:pw@127.0.0.1:1/diode' }, 600);
    expect(code).toBe(1);
    expect(out).toContain('waiting for Postgres at 127.0.0.1:1/diode (ECONNREFUSED');
    expect(err).toContain('Postgres did not answer at 127.0.0.1:1/diode');
    expect(out + err).not.toContain('pw');
  });

  it('no URL, a wrong one, no such database, no rights', async () => {
    expect(await run([], { DIODE_DATABASE_URL: '' })).toMatchObject({ code: 78 });
    expect(await run([], { DIODE_DATABASE_URL: 'mysql://x/y' })).toMatchObject({ code: 78 });
    const nowhere = await run([], { DIODE_DATABASE_URL: new URL('/diode_none', database.url).href });
    expect(nowhere).toMatchObject({ code: 78 });
    expect(nowhere.err).toContain('does not exist');
    const low = `diode_test_${database.url.slice(-10)}`;
    await sql(`CREATE ROLE "${low}" LOGIN PASSWORD 'x'`);
    const url = new URL(database.url);
    url.username = low;
    url.password = 'x';
    const refused = await run([], { DIODE_DATABASE_URL: url.href });
    expect(refused).toMatchObject({ code: 78 });
    expect(refused.err).toContain('packages/store/sql/roles.sql');
    expect(await applied()).toEqual([]);
    await sql(`DROP ROLE "${low}"`);
  });

  it('a wrong call', async () => {
    for (const args of [
      ['sideways'],
      ['up', '3'],
      ['down'],
      ['down', '0'],
      ['down', 'x'],
      ['--what'],
      ['down', '1', '2'],
    ])
      expect(await run(args), args.join(' ')).toMatchObject({ code: 2, out: '' });
    expect(await run(['--help'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('status and down', () => {
  it('list, and take back when that is confirmed', async () => {
    await run([]);
    const names = await applied();
    const last = names.at(-1)!;
    expect(await run(['down', '1'])).toMatchObject({ code: 2 });
    expect(await applied()).toEqual(names);
    expect((await run(['down', '1', '--yes'])).out).toContain(`taking back ${last}\n`);
    expect(await applied()).toEqual(names.slice(0, -1));
    const { out } = await run(['status']);
    expect(out).toMatch(new RegExp(`^applied +20\\S+Z +${names[0]}$`, 'm'));
    expect(out).toMatch(new RegExp(`^pending +${last}$`, 'm'));
    expect(await run(['down', String(names.length), '--yes'])).toMatchObject({ code: 2 });
  });

  it('leave to a newer version what it applied', async () => {
    await run([]);
    await sql(`INSERT INTO schema_migrations (name, run_on) VALUES ('9999_later', now())`);
    expect(await run([])).toMatchObject({ code: 0, out: expect.stringContaining('9999_later') });
    expect((await run(['status'])).out).toMatch(/^newer +\S+ +9999_later$/m);
    expect(await run(['down', '1', '--yes'])).toMatchObject({ code: 2 });
  });
});

describe('a backup that was asked for', () => {
  beforeEach(async () => {
    await migrate(database.url);
    await migrateDown(database.url, { count: 1 });
  });

  it('is made first, whole, for its owner only; and brings the rows back', async () => {
    await sql(`INSERT INTO settings (name, value, updated_at) VALUES ('kept', 'by the backup', now())`);
    const { code, out } = await run(['--backup-first'], { DIODE_BACKUP_DIR: join(folder, 'backups') });
    expect(code).toBe(0);
    const [name, ...others] = await readdir(join(folder, 'backups'));
    expect(others).toEqual([]);
    expect(name).toMatch(/^diode-before-\d{4}_\w+-\d{8}T\d{6}Z$/);
    const dump = join(folder, 'backups', name!);
    expect(out).toContain(`backed up to ${dump}\ndiode-migrate: applying`);
    expect((await stat(dump)).mode & 0o777).toBe(0o700);

    expect(await run(['load', dump])).toMatchObject({ code: 78, err: expect.stringContaining('has tables already') });
    await migrateDown(database.url, { count: 99 });
    await sql('DROP TABLE schema_migrations');
    expect(await run(['load', dump])).toMatchObject({ code: 0, out: expect.stringContaining('rows are back') });
    expect((await run(['status'])).out).toMatch(/^pending /m);
    expect(await run([])).toMatchObject({ code: 0 });
    expect(await sql(`SELECT name FROM settings WHERE value = 'by the backup'`)).toEqual([{ name: 'kept' }]);
  });

  it.each([
    ['no folder is named', '', 'DIODE_BACKUP_DIR is not set'],
    ['the folder cannot be', 'a file/below it', 'cannot be written'],
  ])('and cannot be made (%s) leaves the schema as it is', async (_why, backups, words) => {
    const before = await applied();
    await writeFile(join(folder, 'a file'), '');
    const dir = backups === '' ? '' : join(folder, backups);
    const { code, err } = await run([], { DIODE_BACKUP_BEFORE_MIGRATE: '1', DIODE_BACKUP_DIR: dir });
    expect(code).toBe(78);
    expect(err).toContain(words);
    expect(await applied()).toEqual(before);
  });

  it('is not made of nothing, or for nothing', async () => {
    await migrateDown(database.url, { count: 99 });
    expect((await run(['--backup-first'])).out).toContain('nothing to back up');
    expect(await run(['--backup-first'])).toMatchObject({ code: 0 });
  });
});

describe('as a process', () => {
  it('ends by itself with its code', async () => {
    const child = spawnNode('services/reconciler/src/migrate-main.ts', [], { DIODE_DATABASE_URL: database.url });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.stdout()).toContain('the schema is up to date');
  });
});

describe('a service on a schema', () => {
  const open = () => openStore({ databaseUrl: database.url, maxConnections: 1, statementTimeoutMs: 5_000 });

  it('that is older does not start and says what to run; on a newer one it works', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'config_invalid' });
    await migrate(database.url);
    await migrateDown(database.url, { count: 1 });
    await expect(open()).rejects.toMatchObject({
      code: 'config_invalid',
      errors: [{ remedy: expect.stringContaining('diode-migrate') }],
    });
    await migrate(database.url);
    await sql(`INSERT INTO schema_migrations (name, run_on) VALUES ('9999_later', now())`);
    const store = await open();
    expect(store.newerMigrations).toEqual(['9999_later']);
    await store.close();
  });
});

async function sql(text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}
