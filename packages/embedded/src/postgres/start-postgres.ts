import { DiodeError } from '@diode/protocol';
import { takeLock } from '../lock.js';
import type { Log } from '../log.js';
import { lastPort, makePlace, type Place, rememberPort, type SystemDirs } from '../place.js';
import { choosePort } from '../ports.js';
import type { RunningPart } from '../running-part.js';
import type { ServerProcess } from '../server-process.js';
import { supervise } from '../supervise.js';
import { adoptPostgres, endPostgres } from './adopt.js';
import { databaseUrl, ensureDatabase } from './ask.js';
import { findPostgres, type PostgresBinaries } from './binaries.js';
import { type Cluster, openCluster, SUPERUSER } from './cluster.js';
import { givenPostgres } from './given.js';
import { launchPostgres } from './launch.js';

export interface StartPostgresOptions {
  /** Made if missing. */
  readonly dataDir: string;
  /** Use this server instead of starting one. */
  readonly databaseUrl?: string;
  /** Made if missing, in an embedded server. Default `diode`. */
  readonly database?: string;
  /** On 127.0.0.1. Default: that of last time, else any free one. */
  readonly port?: number;
  /** Default true. False gives up fsync, for tests. */
  readonly durable?: boolean;
  /** Where root keeps what `nobody` cannot reach in `dataDir`. */
  readonly systemDirs?: SystemDirs;
  /** Another `native` directory than the one npm installed. */
  readonly native?: string;
  readonly log: Log;
}

/**
 * A Postgres that answers: the one the URL names, else one of our own in `dataDir`, taken over from an earlier start or
 * started now, and kept running until `stop()`.
 *
 * @throws DiodeError `config_invalid` (locked, no programs for this system, port taken) or `storage_unavailable` (does not start)
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPart> {
  if (options.databaseUrl) return givenPostgres(options.databaseUrl);
  const place = await makePlace(options.dataDir, 'postgres', options.systemDirs);
  const lock = await takeLock(place.dataDir, place.id, 'postgres');
  try {
    return await startEmbedded(options, place, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startEmbedded(
  options: StartPostgresOptions,
  place: Place,
  release: () => Promise<void>,
): Promise<RunningPart> {
  const { log, durable = true, database = 'diode' } = options;
  const binaries = await findPostgres(place, options.native);
  const cluster = await openCluster(place, binaries, durable, log);
  const running =
    (await adoptPostgres(cluster, { version: binaries.version, port: options.port }, log)) ??
    (await startOne(options, place, binaries, cluster, durable));
  const { port } = running;
  const at = { port, user: SUPERUSER, password: cluster.password, database };
  try {
    await ensureDatabase(at);
    await rememberPort(place, 'postgres', port);
  } catch (error) {
    await endPostgres(running.server);
    throw error;
  }
  const supervision = supervise(running.server, {
    part: 'postgres',
    log,
    end: endPostgres,
    async restart() {
      const outcome = await launchPostgres(place, binaries, cluster, { port, durable });
      if (outcome.kind === 'running') return outcome.server;
      throw new DiodeError('storage_unavailable', { detail: `Port ${port} of Postgres is taken by another program.` });
    },
  });
  return {
    url: databaseUrl(at),
    kind: 'embedded',
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

async function startOne(
  options: StartPostgresOptions,
  place: Place,
  binaries: PostgresBinaries,
  cluster: Cluster,
  durable: boolean,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const last = attempt === 0 ? await lastPort(place, 'postgres') : null;
    const port = await choosePort('Postgres', options.port, last);
    options.log.info({ part: 'postgres', version: binaries.version, port, dir: cluster.dir }, 'starting Postgres');
    const outcome = await launchPostgres(place, binaries, cluster, { port, durable });
    if (outcome.kind === 'running') return { server: outcome.server, port };
  }
  throw new DiodeError('config_invalid', {
    detail: 'Another program took the port for Postgres three times over. Try again.',
  });
}
