import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DiodeError } from '@diode/protocol';
import { describeConfigMistakes, EXIT, readConfig } from '@diode/runtime';
import { countRows, dumpRows, loadRows, migrate } from '@diode/store';
import { openDatabase, startDatabase } from './open-database.js';
import { BACKUP_SETTINGS } from './settings.js';

const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));

const USAGE = `Usage: node services/standalone/dist/backup-main.js dump DIR | load DIR [--into DATA_DIR] | count DIR

  dump DIR    copies the rows of the standalone's database into DIR
  load DIR    puts them into the empty database of the standalone in DATA_DIR, and migrates it to this version
  count DIR   puts them into a scratch database, counts, and removes it

Prints what it found as lines of KEY<tab>VALUE, and rows<tab>TABLE<tab>COUNT. scripts/backup-diode.sh, restore-diode.sh and
verify-backup.sh are made of these. Reads DIODE_DATA_DIR and DIODE_DATABASE_URL.
`;

export interface BackupCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Ends it early; a server that was started for it is stopped first. */
  readonly signal?: AbortSignal;
}

/** Runs one of the commands and gives the exit code. Never throws. */
export async function runBackup(call: BackupCall): Promise<number> {
  try {
    const config = readConfig(BACKUP_SETTINGS, call.env);
    const { values, positionals } = parseArgs({
      args: [...call.args],
      options: { into: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    const [command, dir, ...rest] = positionals;
    if (values.help === true) {
      call.out(USAGE.trimEnd());
      return EXIT.ok;
    }
    const place = {
      dataDir: resolve(CHECKOUT, values.into ?? config.dataDir ?? '.diode'),
      databaseUrl: config.databaseUrl,
    };
    if (dir === undefined || rest.length > 0) return wrong(call);
    if (command === 'dump') await dump(call, place, resolve(dir));
    else if (command === 'load') await load(call, place, resolve(dir));
    else if (command === 'count') await count(call, resolve(dir));
    else return wrong(call);
    return EXIT.ok;
  } catch (error) {
    return exitCode(error, call);
  }
}

type Place = Parameters<typeof openDatabase>[0];

async function dump(call: BackupCall, place: Place, dir: string): Promise<void> {
  const database = await openDatabase(place);
  try {
    const manifest = await unless(call.signal, dumpRows(database.url, dir));
    call.out(`at\t${manifest.at}`);
    call.out(`postgres\t${manifest.postgres}`);
    call.out(`schema_version\t${manifest.migrations.at(-1) ?? 'none'}`);
    for (const { name, rows } of manifest.tables) call.out(`rows\t${name}\t${rows}`);
  } finally {
    await database.close();
  }
}

async function load(call: BackupCall, place: Place, dir: string): Promise<void> {
  const database = await startDatabase(place);
  try {
    await unless(call.signal, loadRows(database.url, dir));
    await sayCounts(call, database.url);
    const { applied } = await migrate(database.url);
    for (const name of applied) call.out(`migrated\t${name}`);
  } finally {
    await database.close();
  }
}

async function count(call: BackupCall, dir: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'diode-verify-'));
  try {
    // Run as root, Postgres works as nobody in a folder of its own below.
    await chmod(scratch, 0o755);
    const database = await startDatabase({ dataDir: scratch, databaseUrl: null });
    try {
      await unless(call.signal, loadRows(database.url, dir));
      await sayCounts(call, database.url);
    } finally {
      await database.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What is left of the work when the signal comes fails by itself, on a server that stops. */
async function unless<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  const stopped = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(new Error('stopped by a signal'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([work, stopped]);
}

async function sayCounts(call: BackupCall, url: string): Promise<void> {
  for (const [name, rows] of await countRows(url)) call.out(`rows\t${name}\t${rows}`);
}

function wrong(call: BackupCall): number {
  call.err(USAGE.trimEnd());
  return EXIT.usage;
}

function exitCode(error: unknown, call: BackupCall): number {
  if (error instanceof DiodeError && error.code === 'config_invalid') {
    call.err(describeConfigMistakes(error).trimEnd());
    return EXIT.config;
  }
  if (error instanceof TypeError && 'code' in error) {
    call.err(error.message);
    return wrong(call);
  }
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  call.err(error instanceof Error ? `${error.message}${cause}` : String(error));
  return EXIT.fault;
}
