import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { leakCheck } from '@diode/testkit';
import { expect, test, vi } from 'vitest';
import { makePlace } from '../src/place.js';
import { findPostgres, installedNative } from '../src/postgres/binaries.js';
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
// Two copies of 61 MB and two new clusters: seconds alone, more beside a busy neighbour.
vi.setConfig({ testTimeout: 90_000 });

const NOBODY = 65534;

/** As root `nobody` cannot enter it (/root is such a place); for anybody else it is their own. */
function closedHome(): { home: string; systemDirs: { state: string; cache: string } } {
  const dir = scratch();
  const home = join(dir, 'home');
  mkdirSync(home, { mode: 0o700 });
  return { home, systemDirs: { state: join(dir, 'lib'), cache: join(dir, 'cache') } };
}

/** The same tree, its files by hard link where the file system allows: 61 MB need not be written to be somewhere else. */
function cloneTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) cloneTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else {
      try {
        linkSync(source, target);
      } catch {
        copyFileSync(source, target);
      }
    }
  }
}

/** The package's files as they are when npm ran no install script: without the links. */
function nativeWithoutLinks(to: string, native: string): string {
  cloneTree(native, to);
  for (const { target } of linksOf(native))
    rmSync(join(dirname(to), target.replace(/^native/, 'native')), { force: true });
  return to;
}

function linksOf(native: string): { source: string; target: string }[] {
  return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
}

test('below a closed home both servers start and come back to their data, from programs copied once', async () => {
  const { home, systemDirs } = closedHome();
  const native = join(home, 'native');
  cloneTree((await installedNative()).dir, native);
  const dataDir = join(home, 'diode', '.diode');
  const options = { dataDir, systemDirs, native, durable: false };
  const first = await postgresHere(options);
  await sql(first.url, 'create table kept as select 7 as n');
  await first.stop();
  const copy = join(systemDirs.cache, `postgres-given-${process.arch}`);
  expect(existsSync(copy)).toBe(isRoot);
  const made = isRoot ? statSync(copy).birthtimeMs : 0;

  const [postgres, redis] = await Promise.all([postgresHere(options), redisHere({ dataDir, systemDirs })]);
  expect(await sql(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect([uidOf(postgres.pid), uidOf(redis.pid)]).toEqual([serverUid, serverUid]);
  const id = readFileSync(join(dataDir, 'private', 'id'), 'utf8').slice(0, 16);
  const data = isRoot ? join(systemDirs.state, `postgres-${id}`, 'data') : join(dataDir, 'postgres', 'data');
  expect(existsSync(join(data, 'PG_VERSION'))).toBe(true);
  if (isRoot) {
    expect(statSync(copy).birthtimeMs).toBe(made);
    expect(readFileSync(join(systemDirs.state, `postgres-${id}.belongs-to`), 'utf8')).toBe(`${dataDir}\n`);
  }
});

test('missing library links are made where the package is', async () => {
  const dir = scratch();
  const native = nativeWithoutLinks(join(dir, 'native'), (await installedNative()).dir);
  const found = await findPostgres(await makePlace(join(dir, 'data'), 'postgres'), native);
  expect(found.postgres).toBe(join(native, 'bin', 'postgres'));
  for (const { source, target } of linksOf(native)) {
    expect(join(dirname(target), readlinkSync(join(dir, target)))).toBe(source);
  }
});

test('without root both run as oneself, and links missing in a package one may not write are made in a copy', async () => {
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const native = nativeWithoutLinks(join(scratch(), 'native'), (await installedNative()).dir);
  chmodSync(join(native, 'lib'), 0o555);
  const dataDir = scratch(serverUid);
  const both = await startInProcess('postgres,redis', { dataDir, native, durable: false }, as);
  const { postgres, redis } = both.parts;
  expect(await sql(postgres!.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect([uidOf(postgres!.pid), uidOf(redis!.pid)]).toEqual([serverUid, serverUid]);
  expect(existsSync(join(dataDir, 'cache', `postgres-given-${process.arch}`, 'native', 'lib', 'libpq.so.5'))).toBe(
    true,
  );
  expect(await both.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  chmodSync(join(native, 'lib'), 0o755);
});

test('a directory that another user made is refused with the way out', async () => {
  const dataDir = scratch();
  mkdirSync(join(dataDir, 'private'), { mode: 0o700 });
  // Only root can give a directory away; for anybody else the system's own is somebody else's.
  if (isRoot) chownSync(join(dataDir, 'private'), 12345, 12345);
  const starting = postgresHere({ dataDir: isRoot ? dataDir : '/usr' });
  await expect(starting).rejects.toThrow(isRoot ? /user 12345 .*DIODE_DATA_DIR/ : /EACCES/);
});

test('programs that do not run here are one sentence with the way out', async () => {
  const { home, systemDirs } = closedHome();
  const native = join(home, 'native');
  mkdirSync(join(native, 'bin'), { recursive: true });
  const starting = postgresHere({ dataDir: scratch(), systemDirs, native, durable: false });
  await expect(starting).rejects.toThrow(/DIODE_DATABASE_URL/);
});
