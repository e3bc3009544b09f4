import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
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

/** Stands for pg_dump, which not every machine that runs the tests has: writes what it was told, where it was told. */
async function fakePgDump(script: string): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, 'pg_dump');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return { PATH: `${folder}${delimiter}${process.env.PATH}`, DIODE_BACKUP_DIR: join(folder, 'backups') };
}
const WRITES_ITS_WORDS =
  'for a in "$@"; do case $a in --file=*) f=$(echo "$a" | cut -d= -f2-);; esac; done; echo "$PGPASSWORD|$*" > "$f"';

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

  it('is made first, whole, for its owner only, and without the password in the arguments', async () => {
    const env = await fakePgDump(WRITES_ITS_WORDS);
    const url = new URL(database.url);
    url.password ||= 'sesame';
    const { code, out } = await run(['--backup-first'], { ...env, DIODE_DATABASE_URL: url.href });
    expect(code).toBe(0);
    const [name, ...others] = await readdir(join(folder, 'backups'));
    expect(others).toEqual([]);
    expect(name).toMatch(/^diode-before-\d{4}_\w+-\d{8}T\d{6}Z\.dump$/);
    const file = join(folder, 'backups', name!);
    expect(out).toContain(`backed up to ${file}\ndiode-migrate: applying`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [password, words] = (await readFile(file, 'utf8')).split('|');
    expect(password).toBe(decodeURIComponent(url.password));
    expect(words).not.toContain(`:${url.password}@`);
  });

  it.each([
    ['pg_dump fails', 'echo "server version mismatch" >&2; exit 1', 1, 'server version mismatch'],
    ['no folder is named', WRITES_ITS_WORDS, 78, 'DIODE_BACKUP_DIR is not set'],
    ['the folder cannot be', WRITES_ITS_WORDS, 78, 'cannot be written'],
    ['there is no pg_dump', '', 78, 'pg_dump is not on PATH'],
  ])('and cannot be made (%s) leaves the schema as it is', async (why, script, expected, words) => {
    const before = await applied();
    const env: Record<string, string> = { ...(await fakePgDump(script)), DIODE_BACKUP_BEFORE_MIGRATE: '1' };
    if (why === 'no folder is named') env.DIODE_BACKUP_DIR = '';
    if (why === 'the folder cannot be') env.DIODE_BACKUP_DIR = join(folder, 'pg_dump', 'below a file');
    if (why === 'there is no pg_dump') env.PATH = join(folder, 'nothing');
    const { code, err } = await run([], env);
    expect(code).toBe(expected);
    expect(err).toContain(words);
    expect(await applied()).toEqual(before);
    expect(await readdir(join(folder, 'backups')).catch(() => [])).toEqual([]);
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

async function sql(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(text);
  await client.end();
}
