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
 * Settles what an earlier start left. Who answers on the last port to our random password is ours, even if it was killed
 * before it wrote its pid down, and is taken over; one that runs on our configuration and does not answer is ended. Null: start one.
 */
export async function adoptRedis(
  { place, password }: OwnRedis,
  wanted: { port: number | undefined; last: number | null },
  log: Log,
): Promise<{ server: ServerProcess; port: number } | null> {
  const answer = wanted.last === null ? null : await whoAnswers(redisUrl(wanted.last, password)).catch(() => null);
  if (wanted.last !== null && answer && answer.pid > 0) {
    const server = foundProcess(answer.pid);
    if (!wanted.port || wanted.port === wanted.last) {
      log.info(
        { part: 'redis', pid: answer.pid, port: wanted.last },
        'taking over the Redis an earlier start left running',
      );
      return { server, port: wanted.last };
    }
    await endLeft(server, log);
    return null;
  }
  const pid = Number((await readFile(join(place.home, 'redis.pid'), 'utf8').catch(() => '')).trim());
  if (pid > 0 && isAlive(pid) && argumentsOf(pid).includes(configFile(place))) await endLeft(foundProcess(pid), log);
  return null;
}

async function endLeft(server: ServerProcess, log: Log): Promise<void> {
  log.info({ part: 'redis', pid: server.pid }, 'stopping the Redis an earlier start left running');
  await endRedis(server);
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
