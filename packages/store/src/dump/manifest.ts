import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiodeError } from '@diode/protocol';

/** What lies beside the rows of a dump: enough to build the tables anew and to know that all came back. */
export interface DumpManifest {
  readonly format: 1;
  /** The instant of the snapshot, RFC 3339, UTC. */
  readonly at: string;
  readonly postgres: string;
  /** In the order they were applied; the rows fit the schema that these make. */
  readonly migrations: readonly string[];
  readonly tables: readonly DumpedTable[];
  readonly partitions: readonly { readonly name: string; readonly parent: string; readonly bound: string }[];
  readonly sequences: readonly { readonly name: string; readonly value: string }[];
}

export interface DumpedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Gzipped COPY text beside the manifest; null for a table that the migrations fill. */
  readonly file: string | null;
}

export const MANIFEST = 'tables.json';
/** Written by the migration tool itself, so only counted. */
export const MIGRATIONS_TABLE = 'schema_migrations';

/** @throws DiodeError config_invalid when the folder holds no dump of ours */
export async function readManifest(dir: string): Promise<DumpManifest> {
  const path = join(dir, MANIFEST);
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isManifest(value)) return value;
  } catch (cause) {
    throw new DiodeError('config_invalid', { detail: `${path} cannot be read.`, cause });
  }
  throw new DiodeError('config_invalid', { detail: `${path} is no list of tables that this version can read.` });
}

function isManifest(value: unknown): value is DumpManifest {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  return ['migrations', 'tables', 'partitions', 'sequences'].every((key) => Array.isArray(Reflect.get(value, key)));
}
