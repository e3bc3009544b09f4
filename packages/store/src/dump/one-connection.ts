import pg from 'pg';
import { storageFault } from '../postgres/storage-fault.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** Work on a connection of its own, without time-outs on statements: how long a copy takes, the data say. @throws DiodeError */
export async function withOwnConnection<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'diode-backup',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A connection that breaks fails the statement under way; as an event it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw storageFault(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
