import { freshDatabase } from '@diode/testkit';
import pg from 'pg';
import { openStore, type Store } from '../src/index.js';

export interface TestStore {
  readonly store: Store;
  readonly url: string;
  /** Plain SQL beside the store, to arrange and to look. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A store on a database of its own. */
export async function openTestStore(): Promise<TestStore> {
  const database = await freshDatabase();
  const store = await openStore({ databaseUrl: database.url, maxConnections: 6, statementTimeoutMs: 10_000 });
  const beside = new pg.Pool({ connectionString: database.url, max: 2 });
  beside.on('error', () => undefined);
  return {
    store,
    url: database.url,
    sql: async (text, values = []) => (await beside.query<Record<string, unknown>>(text, [...values])).rows,
    async close() {
      await beside.end();
      await store.close();
      await database.drop();
    },
  };
}
