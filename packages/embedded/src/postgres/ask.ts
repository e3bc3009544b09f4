import pg from 'pg';

export interface DatabaseAddress {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export function databaseUrl(at: DatabaseAddress): string {
  return `postgres://${at.user}:${at.password}@127.0.0.1:${at.port}/${encodeURIComponent(at.database)}`;
}

/** Runs `work` on one connection, with a time-out on connecting and on every answer. Errors of the server pass through. */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    query_timeout: 20_000,
    application_name: 'diode-start',
  });
  // A connection that breaks while idle must not become an uncaught error; the next query on it rejects.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Which server answers at `url`. */
export async function whoAnswers(
  url: string,
): Promise<{ dataDirectory: string | null; version: string; versionNumber: number }> {
  return withConnection(url, async (client) => {
    const { rows } = await client.query<{ dir: string | null; version: string; number: string }>(
      "select current_setting('data_directory', true) as dir, current_setting('server_version') as version, current_setting('server_version_num') as number",
    );
    const row = rows[0];
    return { dataDirectory: row?.dir ?? null, version: row?.version ?? '', versionNumber: Number(row?.number ?? 0) };
  });
}

/** Makes `database` unless it is there. */
export async function ensureDatabase(at: DatabaseAddress): Promise<void> {
  await withConnection(databaseUrl({ ...at, database: 'postgres' }), async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [at.database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(at.database)}`);
  });
}
