import { join } from 'node:path';
import { DiodeError } from '@diode/protocol';
import { takeLock } from '../lock.js';
import type { Log } from '../log.js';
import { lastPort, makePlace, type Place, rememberPort, type SystemDirs } from '../place.js';
import { choosePort } from '../ports.js';
import type { PartKind, RunningPart } from '../running-part.js';
import { readOrMakeSecret } from '../secret-file.js';
import type { ServerProcess } from '../server-process.js';
import { supervise } from '../supervise.js';
import { redisUrl } from './ask.js';
import { redisFromDebian } from './debian.js';
import { findRedis, type RedisProgram } from './find.js';
import { givenRedis } from './given.js';
import { JS_REDIS_WARNING, listenInJavaScript } from './javascript.js';
import { adoptRedis, endRedis, launchRedis, type OwnRedis } from './launch.js';

export interface StartRedisOptions {
  /** Made if missing. */
  readonly dataDir: string;
  /** Use this server instead of starting one. */
  readonly redisUrl?: string;
  /** On 127.0.0.1. Default: that of last time, else any free one. */
  readonly port?: number;
  /** May Debian's package be fetched when no server is installed? Default true. */
  readonly allowDownload?: boolean;
  /** Where to look for an installed server, as in PATH. */
  readonly path?: string;
  /** Default true. False keeps nothing on disk, for tests. */
  readonly durable?: boolean;
  /** Where root keeps what `nobody` cannot reach in `dataDir`. */
  readonly systemDirs?: SystemDirs;
  readonly log: Log;
}

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin:/snap/bin';

/**
 * A Redis that answers: the one the URL names, else one of our own: an installed redis-server or valkey-server, else
 * Debian's package unpacked without root, else one in JavaScript with a warning. Kept running until `stop()`.
 *
 * @throws DiodeError `config_invalid` (locked, port taken) or `storage_unavailable` (does not start or answer)
 */
export async function startRedis(options: StartRedisOptions): Promise<RunningPart> {
  if (options.redisUrl) return givenRedis(options.redisUrl);
  const place = await makePlace(options.dataDir, 'redis', options.systemDirs);
  const lock = await takeLock(place.dataDir, place.id, 'redis');
  try {
    return await startOwn(options, place, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startOwn(options: StartRedisOptions, place: Place, release: () => Promise<void>): Promise<RunningPart> {
  const { log, durable = true } = options;
  const own: OwnRedis = {
    place,
    durable,
    password: await readOrMakeSecret(join(place.privateDir, 'redis.password')),
  };
  const last = await lastPort(place, 'redis');
  const adopted = await adoptRedis(own, { port: options.port, last }, log);
  const found = await findProgram(options, place);
  if (!found) {
    if (adopted) await endRedis(adopted.server);
    return startInJavaScript(options, own, last, release);
  }
  const running = adopted ?? (await startOne(options, own, found.program, last));
  const { port } = running;
  await rememberPort(place, 'redis', port);
  const supervision = supervise(running.server, {
    part: 'redis',
    log,
    end: endRedis,
    async restart() {
      const outcome = await launchRedis(own, found.program, port);
      if (outcome.kind === 'running') return outcome.server;
      throw new DiodeError('storage_unavailable', { detail: `Port ${port} of Redis is taken by another program.` });
    },
  });
  return {
    url: redisUrl(port, own.password),
    kind: found.kind,
    warning: null,
    get pid() {
      return supervision.pid;
    },
    async stop() {
      await supervision.stop();
      await release();
    },
  };
}

async function findProgram(
  options: StartRedisOptions,
  place: Place,
): Promise<{ program: RedisProgram; kind: PartKind } | null> {
  const installed = await findRedis(place, options.path ?? USUAL_PATH, options.log);
  if (installed) return { program: installed, kind: 'system' };
  if (options.allowDownload === false) return null;
  const unpacked = await redisFromDebian(place, options.log);
  return unpacked && { program: unpacked, kind: 'deb' };
}

async function startOne(
  options: StartRedisOptions,
  own: OwnRedis,
  program: RedisProgram,
  last: number | null,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await choosePort('Redis', options.port, attempt === 0 ? last : null);
    options.log.info({ part: 'redis', version: program.version, command: program.command, port }, 'starting Redis');
    // Written down before the start: a kill right after it leaves a server that the next start must be able to ask.
    await rememberPort(own.place, 'redis', port);
    const outcome = await launchRedis(own, program, port);
    if (outcome.kind === 'running') return { server: outcome.server, port };
  }
  throw new DiodeError('config_invalid', {
    detail: 'Another program took the port for Redis three times over. Try again.',
  });
}

async function startInJavaScript(
  options: StartRedisOptions,
  own: OwnRedis,
  last: number | null,
  release: () => Promise<void>,
): Promise<RunningPart> {
  const port = await choosePort('Redis', options.port, last);
  const server = await listenInJavaScript(port, own.password);
  await rememberPort(own.place, 'redis', port);
  options.log.warn({ part: 'redis', port }, JS_REDIS_WARNING);
  return {
    url: redisUrl(port, own.password),
    kind: 'js',
    warning: JS_REDIS_WARNING,
    pid: null,
    async stop() {
      await server.close();
      await release();
    },
  };
}
