import pg from 'pg';

/** Every database of a run is named so, templates included. */
export function databasePrefix(testRunId: string): string {
  return `diode_test_${testRunId}_`;
}

/** `url` with another database. */
export function inDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Runs `work` on one connection to `url`. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'testkit' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Removes what a run left on a server that outlives it. */
export async function dropDatabasesOf(url: string, testRunId: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [databasePrefix(testRunId)],
    );
    for (const { name } of rows) {
      await client.query(`alter database ${client.escapeIdentifier(name)} is_template false`);
      await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
    }
  });
}
