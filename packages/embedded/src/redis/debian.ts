import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../log.js';
import { makeOpenDir } from '../open-dir.js';
import { besides, type Place } from '../place.js';
import { isNewEnough, type RedisProgram, redisVersion } from './find.js';

const run = promisify(execFile);

interface Flavour {
  readonly server: string;
  /** Holds the program itself; the server package links to it. */
  readonly tools: string;
}
const FLAVOURS: readonly Flavour[] = [
  { server: 'redis-server', tools: 'redis-tools' },
  { server: 'valkey-server', tools: 'valkey-tools' },
];

/** Nothing unsigned, nothing asked, and no long wait for a mirror that is not there. */
const APT = [
  '-q',
  '-o=APT::Get::AllowUnauthenticated=false',
  '-o=Acquire::AllowInsecureRepositories=false',
  '-o=APT::Get::Assume-No=true',
  '-o=Debug::NoLocking=1',
  '-o=Acquire::Retries=1',
  '-o=Acquire::http::Timeout=10',
  '-o=Acquire::https::Timeout=10',
];

/** apt inherits our environment, because that is where a proxy is named. */
const apt = (args: readonly string[], cwd = '/') =>
  run('apt-get', [...APT, ...args], { cwd, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 });

/**
 * Redis from the distribution's own package, fetched by apt with its signature check and unpacked into the cache: nothing
 * is installed and no root is needed. Null where there is no apt, no mirror, or nothing in it that runs here.
 */
export async function redisFromDebian(place: Place, log: Log): Promise<RedisProgram | null> {
  const root = join(place.cacheDir, `redis-deb-${process.arch}`);
  const kept = await programIn(root, place);
  if (kept) return kept;
  log.info({ part: 'redis' }, 'no Redis is installed: fetching the package of the distribution through apt');
  try {
    await makeOpenDir(place.cacheDir);
    const fetched =
      (await fetchAny([], root, place, log)) ?? (await fetchAny(await ownLists(place.cacheDir), root, place, log));
    if (!fetched) log.info({ part: 'redis' }, 'apt knows no Redis or Valkey that runs here');
    return fetched;
  } catch (error) {
    log.info({ part: 'redis', reason: messageOf(error) }, 'apt could not give us Redis');
    return null;
  }
}

async function fetchAny(lists: readonly string[], root: string, place: Place, log: Log): Promise<RedisProgram | null> {
  for (const flavour of FLAVOURS) {
    const names = await packagesOf(flavour, lists);
    if (!names) continue;
    try {
      await unpack(names, lists, root);
    } catch (error) {
      // A package may be known and not to be had: lists without a source, a mirror that is away, a newer version there.
      log.info({ part: 'redis', package: flavour.server, reason: messageOf(error) }, 'apt could not fetch the package');
      continue;
    }
    const program = await programIn(root, place);
    if (program) return program;
    await rm(root, { recursive: true, force: true });
  }
  return null;
}

/** The server's packages and those of its dependencies that this system lacks; null when the lists do not know it. */
async function packagesOf({ server, tools }: Flavour, lists: readonly string[]): Promise<readonly string[] | null> {
  try {
    const { stdout } = await apt([...lists, '-s', '--no-install-recommends', 'install', server]);
    const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
    return [...new Set([server, tools, ...missing])];
  } catch {
    return null;
  }
}

async function unpack(names: readonly string[], lists: readonly string[], root: string): Promise<void> {
  const draft = besides(root);
  const debs = join(draft, 'debs');
  const tree = join(draft, 'root');
  try {
    await mkdir(debs, { recursive: true, mode: 0o755 });
    await mkdir(tree, { mode: 0o755 });
    await apt([...lists, 'download', ...names], debs);
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), tree], { timeout: 60_000 });
    await chmod(tree, 0o755);
    await rm(root, { recursive: true, force: true });
    await rename(tree, root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Lists of our own, for a system whose lists were never fetched or thrown away (container images): apt's options to use them. */
async function ownLists(cacheDir: string): Promise<readonly string[]> {
  const state = join(cacheDir, 'apt', 'state');
  const cache = join(cacheDir, 'apt', 'cache');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true, mode: 0o755 });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true, mode: 0o755 });
  const options = [
    `-o=Dir::State=${state}`,
    `-o=Dir::State::lists=${state}/lists`,
    '-o=Dir::State::status=/var/lib/dpkg/status',
    `-o=Dir::Cache=${cache}`,
  ];
  // One source of several that cannot be reached makes apt fail, with the lists of the others in place.
  await apt([...options, 'update']).catch(() => undefined);
  return options;
}

async function programIn(root: string, place: Place): Promise<RedisProgram | null> {
  const libraries: string[] = [];
  for (const dir of [join(root, 'usr/lib'), join(root, 'lib')]) {
    for (const name of await readdir(dir).catch(() => [])) if (/-linux-/.test(name)) libraries.push(join(dir, name));
  }
  const env = libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') };
  for (const { server } of FLAVOURS) {
    const command = join(root, 'usr/bin', server);
    const version = await redisVersion(command, env, place);
    if (version !== null && isNewEnough(version)) return { command, version, env };
  }
  return null;
}

/** apt's own words, which come after its long command line. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message.trim() : String(error);
  return /^E: .*$/m.exec(text)?.[0] ?? text;
}
