import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';
import {
  argumentsOf,
  endProcess,
  foundProcess,
  isAlive,
  processExists,
  type ServerProcess,
} from '../server-process.js';
import { waitFor } from '../wait-for.js';
import { databaseUrl, whoAnswers } from './ask.js';
import { type Cluster, SUPERUSER } from './cluster.js';
import { readPostmasterFile } from './postmaster-file.js';

export interface Adopted {
  readonly server: ServerProcess;
  readonly port: number;
}

/** SIGINT ends sessions and shuts down cleanly, SIGQUIT leaves recovery to the next start. */
export function endPostgres(server: ServerProcess): Promise<void> {
  return endProcess(server, [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ]);
}

/**
 * Settles what an earlier start left in the cluster's directory (trap 3: a kill of ours does not reach the server). A server of
 * ours that answers, in the version and on the port wanted, is taken over; any other of ours is shut down. Null: start one.
 */
export async function adoptPostgres(
  cluster: Cluster,
  wanted: { version: string; port: number | undefined },
  log: Log,
): Promise<Adopted | null> {
  const left = await readPostmasterFile(cluster.dir);
  if (!left) return null;
  if (!isAlive(left.pid) || !isPostmasterOf(left.pid, cluster.dir)) return null;
  const server = foundProcess(left.pid);
  const reason = await whyNotAdopt(cluster, server, wanted);
  const port = (await readPostmasterFile(cluster.dir))?.port ?? left.port;
  if (reason === null) {
    log.info({ part: 'postgres', pid: server.pid, port }, 'taking over the Postgres an earlier start left running');
    return { server, port };
  }
  log.info({ part: 'postgres', pid: server.pid, reason }, 'stopping the Postgres an earlier start left running');
  await endPostgres(server);
  return null;
}

/**
 * Removes a pid file that would keep Postgres from starting though no server of ours runs: its number is another program's by
 * now, or a zombie's that nobody collects. A file whose process is simply gone stays: Postgres settles that itself, and uses
 * the file to make sure that no backend of the old server is left.
 */
export async function clearMisleadingPidFile(dir: string): Promise<void> {
  const left = await readPostmasterFile(dir);
  if (!left || !processExists(left.pid)) return;
  if (isAlive(left.pid) && isPostmasterOf(left.pid, dir)) return;
  await rm(join(dir, 'postmaster.pid'), { force: true });
}

async function whyNotAdopt(
  cluster: Cluster,
  server: ServerProcess,
  wanted: { version: string; port: number | undefined },
): Promise<string | null> {
  let port = 0;
  await waitFor(
    async () => {
      const file = await readPostmasterFile(cluster.dir);
      port = file?.ready ? file.port : 0;
      return port !== 0 || !server.isAlive();
    },
    { timeoutMs: 10_000 },
  );
  if (port === 0) return 'it does not get ready';
  if (wanted.port && wanted.port !== port) return `it listens on ${port}`;
  try {
    const who = await whoAnswers(
      databaseUrl({ port, user: SUPERUSER, password: cluster.password, database: 'postgres' }),
    );
    if (who.dataDirectory !== cluster.dir) return 'another server answers on its port';
    return who.version.startsWith(wanted.version) ? null : `it is version ${who.version}`;
  } catch (error) {
    return `it does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isPostmasterOf(pid: number, dir: string): boolean {
  const given = argumentsOf(pid);
  if (!given[0]?.endsWith('postgres')) return false;
  return given.some((argument) => argument === dir || (argument.startsWith('/') && sameDirectory(argument, dir)));
}

function sameDirectory(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
