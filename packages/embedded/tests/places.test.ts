import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { leakCheck } from '@diode/testkit';
import { expect, test } from 'vitest';
import { installedNative } from '../src/postgres/binaries.js';
import {
  cleansUp,
  isRoot,
  postgresHere,
  redisHere,
  scratch,
  serverUid,
  sql,
  startInProcess,
  uidOf,
} from './part-process.js';

leakCheck();
cleansUp();

const NOBODY = 65534;
const durable = false;

/** As root `nobody` cannot enter it (/root is such a place); for anybody else it is their own. */
function closedHome(): { home: string; systemDirs: { state: string; cache: string } } {
  const dir = scratch();
  const home = join(dir, 'home');
  mkdirSync(home, { mode: 0o700 });
  return { home, systemDirs: { state: join(dir, 'lib'), cache: join(dir, 'cache') } };
}

/** The package's files as they are when npm ran no install script: without the links. */
function nativeWithoutLinks(to: string, native: string): string {
  cpSync(native, to, { recursive: true, verbatimSymlinks: true });
  for (const { target } of linksOf(native))
    rmSync(join(dirname(to), target.replace(/^native/, 'native')), { force: true });
  return to;
}

function linksOf(native: string): { source: string; target: string }[] {
  return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
}

test('below a closed home both servers start, and come back to their data', async () => {
  const { home, systemDirs } = closedHome();
  const dataDir = join(home, 'diode', '.diode');
  const options = { dataDir, systemDirs, durable };
  const first = await postgresHere(options);
  await sql(first.url, 'create table kept as select 7 as n');
  await first.stop();
  const [postgres, redis] = await Promise.all([postgresHere(options), redisHere({ ...options, durable: true })]);
  expect(await sql(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect([uidOf(postgres.pid), uidOf(redis.pid)]).toEqual([serverUid, serverUid]);
  const id = readFileSync(join(dataDir, 'private', 'id'), 'utf8').slice(0, 16);
  const data = isRoot ? join(systemDirs.state, `postgres-${id}`, 'data') : join(dataDir, 'postgres', 'data');
  expect(existsSync(join(data, 'PG_VERSION'))).toBe(true);
  if (isRoot) expect(readFileSync(join(systemDirs.state, `postgres-${id}.belongs-to`), 'utf8')).toBe(`${dataDir}\n`);
  await Promise.all([postgres.stop(), redis.stop()]);
});

test('programs below a closed home are copied to where the server may read them, once', async () => {
  const { home, systemDirs } = closedHome();
  const native = join(home, 'native');
  cpSync((await installedNative()).dir, native, { recursive: true, verbatimSymlinks: true });
  const options = { dataDir: scratch(), systemDirs, native, durable };
  await (await postgresHere(options)).stop();
  const copy = join(systemDirs.cache, `postgres-given-${process.arch}`);
  expect(existsSync(copy)).toBe(isRoot);
  const made = isRoot ? statSync(copy).birthtimeMs : 0;
  await (await postgresHere(options)).stop();
  if (isRoot) expect(statSync(copy).birthtimeMs).toBe(made);
});

test('missing library links are made', async () => {
  const dir = scratch();
  const native = nativeWithoutLinks(join(dir, 'native'), (await installedNative()).dir);
  expect(linksOf(native).some(({ target }) => existsSync(join(dir, target)))).toBe(false);
  const postgres = await postgresHere({ dataDir: join(dir, 'data'), native, durable });
  for (const { source, target } of linksOf(native)) {
    expect(join(dirname(target), readlinkSync(join(dir, target)))).toBe(source);
  }
  await postgres.stop();
});

test('without root both servers run as oneself, and missing links in a package one may not write are made in a copy', async () => {
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const dir = scratch();
  const native = nativeWithoutLinks(join(dir, 'native'), (await installedNative()).dir);
  chmodSync(join(native, 'lib'), 0o555);
  const dataDir = scratch(serverUid);
  const postgres = await startInProcess('postgres', { dataDir, native, durable }, as);
  const redis = await startInProcess('redis', { dataDir, durable }, as);
  expect(await sql(postgres.part.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect([uidOf(postgres.part.pid), uidOf(redis.part.pid)]).toEqual([serverUid, serverUid]);
  expect(existsSync(join(dataDir, 'cache', `postgres-given-${process.arch}`, 'native', 'lib', 'libpq.so.5'))).toBe(
    true,
  );
  expect(await postgres.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await redis.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  chmodSync(join(native, 'lib'), 0o755);
});

test('a directory made by root is refused to others with the way out', async () => {
  if (!isRoot) return;
  const dataDir = scratch();
  await (await postgresHere({ dataDir, durable })).stop();
  chmodSync(dataDir, 0o777);
  await expect(startInProcess('postgres', { dataDir, durable }, { uid: 1, gid: 1 })).rejects.toThrow(
    /belongs to a Diode that user 0 started, and we are user 1/,
  );
});

test('programs that do not run here are one sentence with the way out', async () => {
  const native = join(scratch(), 'native');
  mkdirSync(join(native, 'bin'), { recursive: true });
  const starting = postgresHere({ dataDir: scratch(), native, durable });
  await expect(starting).rejects.toThrow(/DIODE_DATABASE_URL/);
});
