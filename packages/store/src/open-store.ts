import type { Store, StoreOptions } from './contract.js';
import { makeIngestVerbs } from './ingest/ingest-verbs.js';
import { makeJournalVerbs } from './journal/journal-verbs.js';
import { maintain } from './maintain.js';
import { makeMirrorVerbs } from './mirror/mirror-verbs.js';
import { uuidArray } from './postgres/binary-array.js';
import { connectionConfig, openDatabase } from './postgres/database.js';
import { demandSchema } from './schema-state.js';
import { makeSettingVerbs } from './setting-verbs.js';
import { PING } from './sql/setting.js';
import { UNFINISHED } from './sql/view.js';
import { TerminalWaiters } from './view/terminal-waiters.js';
import { makeViewVerbs } from './view/view-verbs.js';
import { makeWorkVerbs } from './work/work-verbs.js';

/**
 * Opens the store on a migrated database (`migrate`). Throws DiodeError `storage_unavailable` when Postgres does not answer; later
 * each verb does, and the store recovers by itself when Postgres is back. Throws `config_invalid` when the schema is older than this build needs.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const db = openDatabase(options);
  const waiters = new TerminalWaiters({
    clientConfig: connectionConfig(options),
    unfinished: async (syncIds) => {
      const rows = await db.query<{ sync_id: string }>(UNFINISHED, [uuidArray(syncIds)]);
      return rows.map((row) => row.sync_id);
    },
  });
  const ping = async (): Promise<void> => {
    await db.query(PING);
  };
  let newerMigrations: readonly string[];
  try {
    newerMigrations = await demandSchema(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    ...makeIngestVerbs(db),
    ...makeWorkVerbs(db),
    ...makeJournalVerbs(db),
    ...makeMirrorVerbs(db),
    ...makeViewVerbs(db, waiters),
    ...makeSettingVerbs(db),
    ping,
    newerMigrations,
    get pool() {
      return db.counts();
    },
    maintain: () => maintain(db),
    async close() {
      await waiters.close();
      await db.close();
    },
  };
}
