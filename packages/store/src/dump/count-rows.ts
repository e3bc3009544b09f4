import { LIST_TABLES } from '../sql/dump.js';
import { withOwnConnection } from './one-connection.js';

/** Rows of every table, exactly. @throws DiodeError */
export function countRows(databaseUrl: string): Promise<ReadonlyMap<string, number>> {
  return withOwnConnection(databaseUrl, async (client) => {
    const counts = new Map<string, number>();
    const { rows: tables } = await client.query<{ name: string }>(LIST_TABLES);
    for (const { name } of tables) {
      const { rows } = await client.query<{ count: string }>(
        `SELECT count(*)::text AS count FROM ${client.escapeIdentifier(name)}`,
      );
      counts.set(name, Number(rows[0]?.count ?? 0));
    }
    return counts;
  });
}
