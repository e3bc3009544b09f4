import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine, warning } from './finding.js';

const TIMEOUT_MS = 5_000;
const GOODBYE_MS = 500;
const OLDEST = 15;

/** Error codes of Postgres and what to do about them. */
const REMEDIES: Readonly<Record<string, string>> = {
  '28P01': 'The password in DIODE_DATABASE_URL is not that of the role.',
  '28000': 'pg_hba.conf does not let this role in from here.',
  '3D000': 'Make the database, or correct its name in DIODE_DATABASE_URL.',
  '53300': 'Postgres has no connection left: raise max_connections or lower those of others.',
  '57P03': 'It is starting or shutting down: look again in a moment.',
};

/**
 * Logs in, looks at the version and at which migrations were run. `migrationsDir` holds those this version brings; the password is never shown.
 */
export async function checkPostgres(o: { url: string; migrationsDir: string }): Promise<readonly Finding[]> {
  const { hostname, port } = new URL(o.url);
  const check = `Postgres at ${hostname}:${port === '' ? 5432 : port}`;
  const client = new pg.Client({
    connectionString: o.url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: 'diode-doctor',
  });
  // A connection that breaks while idle is told by an event; the query that meets it says the same.
  client.on('error', () => {});
  try {
    await client.connect();
    const version = await versionOf(client);
    const isNew = Number(version.split('.')[0]) >= OLDEST;
    return [
      isNew
        ? fine(check, `version ${version}`)
        : failing(check, `version ${version}`, `Diode needs Postgres ${OLDEST} or newer: upgrade it.`),
      await checkMigrations(client, `schema of ${hostname}`, o.migrationsDir),
    ];
  } catch (error) {
    return [failing(check, reasonOf(error), remedyFor(error))];
  } finally {
    await hangUp(client);
  }
}

/** A server that does not answer does not say goodbye either. */
async function hangUp(client: pg.Client): Promise<void> {
  const controller = new AbortController();
  const late = wait(GOODBYE_MS, undefined, { signal: controller.signal }).catch(() => {});
  await Promise.race([client.end().catch(() => {}), late]);
  controller.abort();
}

async function versionOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return rows[0]?.server_version ?? '';
}

async function checkMigrations(client: pg.Client, check: string, dir: string): Promise<Finding> {
  const brought = migrationsIn(dir);
  const { rows: tables } = await client.query<{ found: string | null }>(
    "SELECT to_regclass('schema_migrations') AS found",
  );
  if ((tables[0]?.found ?? null) === null)
    return warning(check, 'not made yet', 'Diode makes it at its next start (in Compose: the service diode-migrate).');
  const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY id');
  const run = new Set(rows.map(({ name }) => name));
  const pending = brought.filter((name) => !run.has(name));
  const unknown = [...run].filter((name) => !brought.includes(name));
  if (pending.length > 0)
    return warning(
      check,
      `${pending.length} migrations are still to run (${pending.join(', ')})`,
      'Diode runs them at its next start (in Compose: the service diode-migrate); make a backup before.',
    );
  if (unknown.length > 0)
    return warning(
      check,
      `newer than this version (${unknown.join(', ')})`,
      'A Diode of a newer version ran here: use that version, or go back as docs/upgrading.md says.',
    );
  return fine(check, `${run.size} migrations, none to run`);
}

function migrationsIn(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.slice(0, -'.sql'.length))
    .sort();
}

function remedyFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined;
  return known ?? 'Check that Postgres runs there, that DIODE_DATABASE_URL names it, and the firewall between.';
}
