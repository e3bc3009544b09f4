import { runner } from 'node-pg-migrate';
import { storageFault } from './postgres/storage-fault.js';
import { MIGRATIONS_DIR } from './schema-state.js';

export interface MigrateOptions {
  /** Gets what the migration tool says, line by line; nothing is printed without it. */
  readonly log?: (message: string) => void;
}

export interface MigrateUpOptions extends MigrateOptions {
  /** At most so many, of those that are pending: to build the schema of an older backup. Default all. */
  readonly count?: number;
}

async function run(
  databaseUrl: string,
  o: MigrateOptions & { direction: 'up' | 'down'; count?: number },
): Promise<string[]> {
  const log = o.log ?? ((): void => undefined);
  try {
    const done = await runner({
      // Migrations wait for each other and for locks as long as they must: no statement time-out here.
      databaseUrl: { connectionString: databaseUrl, application_name: 'diode-migrate' },
      dir: MIGRATIONS_DIR,
      migrationsTable: 'schema_migrations',
      direction: o.direction,
      ...(o.count === undefined ? {} : { count: o.count }),
      advisoryLockMode: 'wait',
      log: (message) => log(message),
    });
    return done.map((migration) => migration.name);
  } catch (error) {
    throw storageFault(error);
  }
}

/**
 * Brings the schema up to date: numbered SQL files, each in a transaction, under an advisory lock, so that twenty processes that
 * start at once migrate once and all return after it is done. Gives the names of what this call applied.
 */
export async function migrate(
  databaseUrl: string,
  options: MigrateUpOptions = {},
): Promise<{ readonly applied: readonly string[] }> {
  return { applied: await run(databaseUrl, { ...options, direction: 'up' }) };
}

/** Takes the last `count` migrations back. Loses the data they hold: for tests and for a rollback an operator decided on. */
export async function migrateDown(
  databaseUrl: string,
  options: MigrateOptions & { readonly count: number },
): Promise<{ readonly reverted: readonly string[] }> {
  return { reverted: await run(databaseUrl, { ...options, direction: 'down' }) };
}
