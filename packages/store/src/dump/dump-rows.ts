import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { ABOUT_SERVER, BEGIN_SNAPSHOT, LIST_PARTITIONS, LIST_SEQUENCES, LIST_TABLES } from '../sql/dump.js';
import { APPLIED_MIGRATIONS } from '../sql/setting.js';
import { type DumpedTable, type DumpManifest, MANIFEST, MIGRATIONS_TABLE } from './manifest.js';
import { withOwnConnection } from './one-connection.js';

/**
 * Copies all rows as they are at one moment into `dir`, one gzipped file a table that has rows, with a manifest. Needs no program of
 * Postgres, only a connection; writers go on meanwhile.
 * @throws DiodeError
 */
export async function dumpRows(databaseUrl: string, dir: string): Promise<DumpManifest> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return withOwnConnection(databaseUrl, async (client) => {
    await client.query(BEGIN_SNAPSHOT);
    const { rows: about } = await client.query<{ version: string; at: string }>(ABOUT_SERVER);
    const { rows: applied } = await client.query<{ name: string }>(APPLIED_MIGRATIONS);
    const { rows: listed } = await client.query<{ name: string; columns: string[] }>(LIST_TABLES);
    const { rows: partitions } = await client.query<DumpManifest['partitions'][number]>(LIST_PARTITIONS);
    const { rows: sequences } = await client.query<DumpManifest['sequences'][number]>(LIST_SEQUENCES);
    const tables: DumpedTable[] = [];
    for (const table of listed) tables.push(await dumpTable(client, table, dir));
    await client.query('COMMIT');
    const manifest: DumpManifest = {
      format: 1,
      at: about[0]?.at ?? '',
      postgres: about[0]?.version ?? '',
      migrations: applied.map(({ name }) => name),
      tables,
      partitions,
      sequences: sequences.filter(({ name }) => !name.startsWith(`${MIGRATIONS_TABLE}_`)),
    };
    await writeFile(join(dir, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    return manifest;
  });
}

async function dumpTable(
  client: pg.Client,
  table: { readonly name: string; readonly columns: readonly string[] },
  dir: string,
): Promise<DumpedTable> {
  const name = client.escapeIdentifier(table.name);
  const { rows: counted } = await client.query<{ count: string }>(`SELECT count(*)::text AS count FROM ${name}`);
  const rows = Number(counted[0]?.count ?? 0);
  if (rows === 0 || table.name === MIGRATIONS_TABLE) return { ...table, rows, file: null };
  const file = `${table.name}.copy.gz`;
  const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(', ');
  const source = client.query(copyTo(`COPY ${name} (${columns}) TO STDOUT`));
  await pipeline(source, createGzip(), createWriteStream(join(dir, file), { mode: 0o600 }));
  return { ...table, rows, file };
}
