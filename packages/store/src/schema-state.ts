import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DiodeError } from '@diode/protocol';
import pg from 'pg';
import type { Database } from './postgres/database.js';
import { sqlState, storageFault } from './postgres/storage-fault.js';
import { APPLIED_MIGRATIONS, MAY_CREATE } from './sql/setting.js';

/** Numbered SQL files; the text before `.sql` is a migration's name. */
export const MIGRATIONS_DIR = fileURLToPath(new URL('../migrations', import.meta.url));

const UNDEFINED_TABLE = '42P01';
const CONNECT_TIMEOUT_MS = 5_000;

export interface AppliedMigration {
  readonly name: string;
  /** RFC 3339, UTC. */
  readonly appliedAt: string;
}

/** A database's schema beside what this build knows. */
export interface SchemaState {
  /** In the order they were applied. */
  readonly applied: readonly AppliedMigration[];
  /** Known here, not applied there: the schema is older than this build. */
  readonly pending: readonly string[];
  /** Applied there, not known here: the schema is newer than this build. */
  readonly newer: readonly string[];
}

export interface MigrationState extends SchemaState {
  /** This account may make tables. The migration tool hides why it was refused. */
  readonly mayCreate: boolean;
}

interface AppliedRow {
  readonly name: string;
  readonly applied_at: string;
}

/** @throws DiodeError storage_unavailable when Postgres does not answer; its cause is Postgres' own error */
export async function schemaState(databaseUrl: string): Promise<MigrationState> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'diode-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks later fails the query; as an event it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const state = await compare(async () => (await client.query<AppliedRow>(APPLIED_MIGRATIONS)).rows);
    const [right] = (await client.query<{ may_create: boolean }>(MAY_CREATE)).rows;
    return { ...state, mayCreate: right?.may_create === true };
  } catch (error) {
    throw storageFault(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * A service needs every migration its build knows; newer ones are written so that it can live with them for a version (docs/upgrading.md).
 * Gives the names of those. @throws DiodeError config_invalid when the schema is older
 */
export async function demandSchema(db: Pick<Database, 'query'>): Promise<readonly string[]> {
  const { pending, newer } = await compare(() => db.query<AppliedRow>(APPLIED_MIGRATIONS));
  if (pending.length === 0) return newer;
  const detail = `the schema of the database lacks ${pending.join(', ')}, which this version needs`;
  throw new DiodeError('config_invalid', {
    detail,
    errors: [
      {
        pointer: '/env/DIODE_DATABASE_URL',
        code: 'config_invalid',
        detail,
        remedy: 'Run diode-migrate of this version, then start this service again (docs/upgrading.md).',
      },
    ],
  });
}

async function compare(ask: () => Promise<readonly AppliedRow[]>): Promise<SchemaState> {
  const [known, rows] = await Promise.all([knownMigrations(), ask().catch(noneYet)]);
  const names = new Set(rows.map((row) => row.name));
  return {
    applied: rows.map((row) => ({ name: row.name, appliedAt: row.applied_at })),
    pending: known.filter((name) => !names.has(name)),
    newer: [...names].filter((name) => !known.includes(name)),
  };
}

/** The table is made by the first migration. */
function noneYet(error: unknown): readonly AppliedRow[] {
  const cause = error instanceof DiodeError ? error.cause : error;
  if (sqlState(cause) === UNDEFINED_TABLE) return [];
  throw error;
}

/** Names of the migrations of this build, in order. */
export async function knownMigrations(): Promise<readonly string[]> {
  const files = await readdir(MIGRATIONS_DIR);
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}
