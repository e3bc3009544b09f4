import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiodeError } from '@diode/protocol';
import type { Log } from '../log.js';
import { besides, type Place } from '../place.js';
import {
  argumentsOf,
  endProcess,
  foundProcess,
  isAlive,
  logTail,
  type ServerProcess,
  spawnServer,
} from '../server-process.js';
import { waitFor } from '../wait-for.js';
import { redisUrl, whoAnswers } from './ask.js';
import type { RedisProgram } from './find.js';
import { redisSettings } from './settings.js';

/** Loading the append-only file; it holds keys only and is small. */
const READY_WITHIN_MS = 60_000;

export interface OwnRedis {
  readonly place: Place;
  readonly password: string;
  readonly durable: boolean;
}

/** SIGTERM writes what is unwritten and ends. */
export function endRedis(server: ServerProcess): Promise<void> {
  return endProcess(server, [
    ['SIGTERM', 10_000],
    ['SIGKILL', 5_000],
  ]);
}

function configFile(place: Place): string {
  return join(place.home, 'redis.conf');
}

/**
 * Settles what an earlier start left. It is ours if it answers to our random password as the process it wrote down to be.
 * Null: start one.
 */
export async function adoptRedis(
  { place, password }: OwnRedis,
  wanted: { port: number | undefined; last: number | null },
  log: Log,
): Promise<{ server: ServerProcess; port: number; version: string } | null> {
  const pid = Number((await readFile(join(place.home, 'redis.pid'), 'utf8').catch(() => '')).trim());
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  const server = foundProcess(pid);
  const ours = argumentsOf(pid).includes(configFile(place));
  const port = wanted.last ?? 0;
  const answer = port === 0 ? null : await whoAnswers(redisUrl(port, password)).catch(() => null);
  if (answer?.pid === pid && (!wanted.port || wanted.port === port)) {
    log.info({ part: 'redis', pid, port }, 'taking over the Redis an earlier start left running');
    return { server, port, version: answer.version };
  }
  if (ours || answer?.pid === pid) {
    log.info({ part: 'redis', pid }, 'stopping the Redis an earlier start left running');
    await endRedis(server);
  }
  return null;
}

export type LaunchOutcome =
  | { readonly kind: 'running'; readonly server: ServerProcess }
  | { readonly kind: 'port-taken' };

/**
 * Starts a server and waits until it answers to our password.
 *
 * @throws DiodeError `storage_unavailable`, with the end of the server's log, when it does not come up
 */
export async function launchRedis(own: OwnRedis, program: RedisProgram, port: number): Promise<LaunchOutcome> {
  const { place, password, durable } = own;
  const config = configFile(place);
  const draft = besides(config);
  await writeFile(draft, redisSettings({ port, dir: place.home, password, durable }), { mode: 0o600, flag: 'wx' });
  if (place.account.switched) await chown(draft, place.account.uid, place.account.gid);
  await rename(draft, config);

  const logFile = join(place.home, 'server.log');
  const logStart = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  const server = await spawnServer({
    command: program.command,
    args: [config],
    account: place.account,
    cwd: place.home,
    logFile,
    env: program.env,
  });
  const answers = async (): Promise<boolean> => {
    const answer = await whoAnswers(redisUrl(port, password)).catch(() => null);
    return answer?.pid === server.pid;
  };
  const settled = await waitFor(async () => !server.isAlive() || (await answers()), { timeoutMs: READY_WITHIN_MS });
  if (settled && server.isAlive()) return { kind: 'running', server };

  const said = await logTail(logFile, logStart);
  if (/Address already in use|Could not create server TCP listening socket/.test(said)) return { kind: 'port-taken' };
  await endRedis(server);
  throw new DiodeError('storage_unavailable', {
    detail: `${program.command} did not start in ${place.home}. Its log (${logFile}) ends: ${said || '(nothing)'}`,
  });
}
