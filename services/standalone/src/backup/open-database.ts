import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@diode/embedded';
import { isJsonObject } from '@diode/protocol';

export interface OpenDatabase {
  readonly url: string;
  /** Ends a server that was started for this; a running one is left alone. */
  readonly close: () => Promise<void>;
}

export interface DatabasePlace {
  readonly dataDir: string;
  /** One's own Postgres, in the place of the embedded one. */
  readonly databaseUrl: string | null;
}

const SILENT = { info: (): void => undefined, warn: (): void => undefined };

/**
 * The database of a standalone: that of the running one, else the one given, else the embedded server, started for as long as it is needed.
 * @throws DiodeError config_invalid or storage_unavailable
 */
export async function openDatabase(o: DatabasePlace): Promise<OpenDatabase> {
  const running = await runningUrl(o.dataDir);
  if (running !== null) return { url: running, close: async () => undefined };
  return startDatabase(o);
}

/** As {@link openDatabase}, of a standalone that does not run. */
export async function startDatabase(o: DatabasePlace): Promise<OpenDatabase> {
  const part = await startPostgres({
    dataDir: join(o.dataDir, 'postgres'),
    log: SILENT,
    ...(o.databaseUrl === null ? {} : { databaseUrl: o.databaseUrl }),
  });
  return { url: part.url, close: () => part.stop() };
}

/** From the connection file, if the process that wrote it lives. After kill -9 the file is still there, and embedded takes over what was left. */
async function runningUrl(dataDir: string): Promise<string | null> {
  try {
    const value: unknown = JSON.parse(await readFile(join(dataDir, 'connection.json'), 'utf8'));
    if (!isJsonObject(value) || typeof value.pid !== 'number' || typeof value.database_url !== 'string') return null;
    process.kill(value.pid, 0);
    return value.database_url;
  } catch {
    return null;
  }
}
