import { chown, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DiodeError } from '@diode/protocol';
import { besides, type Place } from '../place.js';
import { logTail, type ServerProcess, spawnServer } from '../server-process.js';
import { waitFor } from '../wait-for.js';
import { clearMisleadingPidFile, endPostgres } from './adopt.js';
import type { PostgresBinaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { readPostmasterFile } from './postmaster-file.js';
import { postgresSettings } from './settings.js';

/** Recovery after a crash replays at most `max_wal_size`: seconds, on a slow disk a minute. */
const READY_WITHIN_MS = 180_000;
/** Backends of a killed server notice its death and leave; until then the new one refuses to start. */
const REMNANTS_LEAVE_WITHIN_MS = 20_000;

export type LaunchOutcome =
  | { readonly kind: 'running'; readonly server: ServerProcess }
  | { readonly kind: 'port-taken' };

/**
 * Starts a server on the cluster and waits until it takes connections.
 *
 * @throws DiodeError `storage_unavailable`, with the end of the server's log, when it does not come up
 */
export async function launchPostgres(
  place: Place,
  binaries: PostgresBinaries,
  cluster: Cluster,
  { port, durable }: { port: number; durable: boolean },
): Promise<LaunchOutcome> {
  await writeSettings(place, cluster, postgresSettings(port, { durable }));
  const logFile = join(place.home, 'server.log');
  const deadline = performance.now() + REMNANTS_LEAVE_WITHIN_MS;
  for (;;) {
    await clearMisleadingPidFile(cluster.dir);
    const logStart = await stat(logFile).then(
      (found) => found.size,
      () => 0,
    );
    const server = await spawnServer({
      command: binaries.postgres,
      args: ['-D', cluster.dir],
      account: place.account,
      cwd: place.home,
      logFile,
    });
    const ready = async (): Promise<boolean> => {
      const file = await readPostmasterFile(cluster.dir);
      return file?.pid === server.pid && file.ready;
    };
    const settled = await waitFor(async () => !server.isAlive() || (await ready()), { timeoutMs: READY_WITHIN_MS });
    if (settled && server.isAlive()) return { kind: 'running', server };

    const said = await logTail(logFile, logStart);
    if (/could not bind|Address already in use/.test(said)) return { kind: 'port-taken' };
    if (/still in use/.test(said) && performance.now() < deadline) {
      await pause(100);
      continue;
    }
    await endPostgres(server);
    throw new DiodeError('storage_unavailable', {
      detail: `Postgres did not start on ${cluster.dir}. Its log (${logFile}) ends: ${said || '(nothing)'}`,
    });
  }
}

async function writeSettings(place: Place, cluster: Cluster, text: string): Promise<void> {
  const file = join(cluster.dir, 'postgresql.conf');
  const draft = besides(file);
  await writeFile(draft, text, { mode: 0o600 });
  if (place.account.switched) await chown(draft, place.account.uid, place.account.gid);
  await rename(draft, file);
}
