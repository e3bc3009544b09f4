import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DiodeError } from '@diode/protocol';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrate } from '../migrate.js';
import { knownMigrations } from '../schema-state.js';
import { LIST_TABLES } from '../sql/dump.js';
import { type DumpManifest, readManifest } from './manifest.js';
import { withOwnConnection } from './one-connection.js';

/**
 * Builds the schema a dump was made with in an empty database and puts its rows in, in one transaction. Migrations that came later are
 * not applied: `migrate` does that. Gives the manifest.
 * @throws DiodeError config_invalid when the dump is of a newer schema than this build knows, or the database is not empty
 */
export async function loadRows(databaseUrl: string, dir: string): Promise<DumpManifest> {
  const manifest = await readManifest(dir);
  const known = await knownMigrations();
  const differs = manifest.migrations.findIndex((name, at) => known[at] !== name);
  if (differs !== -1) {
    throw new DiodeError('config_invalid', {
      detail: `The backup has the migration ${manifest.migrations[differs]}, which this version does not know: it was made by a newer Diode. Restore it with that one.`,
    });
  }
  await withOwnConnection(databaseUrl, async (client) => {
    const { rows } = await client.query(LIST_TABLES);
    if (rows.length > 0) {
      throw new DiodeError('config_invalid', {
        detail: `The database ${new URL(databaseUrl).pathname.slice(1)} has tables already; rows are loaded into an empty one only.`,
      });
    }
  });
  if (manifest.migrations.length > 0) await migrate(databaseUrl, { count: manifest.migrations.length });
  await withOwnConnection(databaseUrl, async (client) => {
    await client.query('BEGIN');
    await makePartitions(client, manifest);
    for (const table of manifest.tables) {
      if (table.file === null) continue;
      const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const target = client.query(copyFrom(`COPY ${client.escapeIdentifier(table.name)} (${columns}) FROM STDIN`));
      await pipeline(createReadStream(join(dir, table.file)), createGunzip(), target);
      if (target.rowCount === table.rows) continue;
      throw new DiodeError('internal', {
        detail: `${table.name}: ${target.rowCount} rows came back where ${table.rows} were dumped.`,
      });
    }
    for (const { name, value } of manifest.sequences)
      await client.query('SELECT setval($1::regclass, $2)', [name, value]);
    await client.query('COMMIT');
    // The planner would take fresh tables for empty ones.
    await client.query('ANALYZE');
  });
  return manifest;
}

/** Names and bounds are Postgres' own words of the dump; a bound cannot be a parameter. */
async function makePartitions(client: pg.Client, manifest: DumpManifest): Promise<void> {
  for (const { name, parent, bound } of manifest.partitions) {
    if (!/^FOR VALUES FROM \('[0-9a-f-]{36}'\) TO \('[0-9a-f-]{36}'\)$/.test(bound))
      throw new DiodeError('config_invalid', { detail: `The bounds of ${name} are none that Diode makes: ${bound}` });
    const [table, of] = [client.escapeIdentifier(name), client.escapeIdentifier(parent)];
    await client.query(`CREATE TABLE IF NOT EXISTS ${table} PARTITION OF ${of} ${bound}`);
  }
}
