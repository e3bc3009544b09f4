import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { byCollection, type ObjectTypeRow, objectType } from '@diode/catalogue';
import { NetboxFault, type Transport } from '@diode/netbox';
import type { JsonObject } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';
import { asCliError } from '../export/netbox-source.js';
import { hasLateFields, type Part, readCollection } from '../export/read-collection.js';
import { makeReferences } from '../export/references.js';
import { fileSink, type Sink, streamSink } from '../export/sink.js';
import { writeCsv } from '../export/write-csv.js';
import { inDependencyOrder } from '../order/dependency-order.js';
import { type Format, formatOf } from '../read/format.js';
import type { Output, OutputStream } from '../show/output.js';

export interface ExportOptions {
  /** Empty: all. */
  readonly collections: readonly string[];
  readonly format?: Format;
  /** A file, or a directory for several tables; without it standard output. */
  readonly out?: string;
}

export interface ExportDeps {
  readonly connect: () => Transport;
  readonly out: Output;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly json: boolean;
  readonly signal?: AbortSignal;
}

/** What is written where. */
interface Job {
  readonly row: ObjectTypeRow;
  readonly part: Part;
}

const MOST_LEFT_SHOWN = 20;

/**
 * Writes what NetBox holds as an import takes it: types in the order in which they can be imported, fields that point back last.
 * @throws CliError
 */
export async function exportCollections(o: ExportOptions, deps: ExportDeps): Promise<number> {
  const rows = rowsOf(o.collections);
  const format = o.format ?? (o.out === undefined || isDirectory(o.out) ? 'ndjson' : formatOf(o.out));
  checkPlace(o, { format, rows, json: deps.json });
  const transport = deps.connect();
  const left = new Map<string, number>();
  const counts: Record<string, number> = {};
  const references = makeReferences(transport);
  const bar = deps.out.progress('Exporting', 'entities', null, { plain: true });
  let total = 0;
  async function* entities(job: Job): AsyncGenerator<JsonObject> {
    const signal = deps.signal === undefined ? {} : { signal: deps.signal };
    for await (const one of readCollection({ ...job, ...signal, transport, references })) {
      if (Object.keys(one.data).length === 0) continue;
      for (const what of one.left) {
        const name = `${job.row.collection}: ${what}`;
        left.set(name, (left.get(name) ?? 0) + 1);
      }
      if (job.part !== 'late') counts[job.row.collection] = (counts[job.row.collection] ?? 0) + 1;
      total += 1;
      bar.update(total);
      yield one.data;
    }
  }
  try {
    if (format === 'csv') await exportTables(o, rows, { entities, deps });
    else await exportOne(o, rows, { entities, deps, format });
  } catch (error) {
    throw error instanceof NetboxFault ? asCliError(error) : error;
  } finally {
    bar.stop();
    await transport.close();
  }
  const lines = [...left].slice(0, MOST_LEFT_SHOWN).map(([what, n]) => `left out of ${n}: ${what}`);
  for (const line of lines) deps.stderr.write(`${line}\n`);
  const objects = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const words = `${objects} objects of ${Object.keys(counts).length} collections`;
  if (o.out === undefined) deps.stderr.write(`${words}\n`);
  else deps.out.result({ objects, counts, left_out: Object.fromEntries(left), out: o.out }, `${words} in ${o.out}`);
  return EXIT.ok;
}

interface Writing {
  readonly entities: (job: Job) => AsyncGenerator<JsonObject>;
  readonly deps: ExportDeps;
}

/** One table for standard output or a file holds whole objects; a directory gets one a collection, and one more for what points back. */
async function exportTables(o: ExportOptions, rows: readonly ObjectTypeRow[], w: Writing): Promise<void> {
  const { out } = o;
  const [only] = rows;
  if (rows.length === 1 && only !== undefined && (out === undefined || !isDirectory(out))) {
    const open = (): Sink => (out === undefined ? streamSink(w.deps.stdout) : fileSink(out));
    await writeCsv(w.entities({ row: only, part: 'whole' }), { row: only, open });
    return;
  }
  const dir = out ?? '.';
  makeDirectory(dir);
  for (const job of jobsOf(rows)) {
    const name = `${job.row.collection}${job.part === 'late' ? '.late' : ''}.csv`;
    await writeCsv(w.entities(job), { row: job.row, open: () => fileSink(join(dir, name)) });
  }
}

async function exportOne(
  o: ExportOptions,
  rows: readonly ObjectTypeRow[],
  w: Writing & { format: 'json' | 'ndjson' },
): Promise<void> {
  const { out } = o;
  const [begin, between, end] = w.format === 'json' ? ['[\n', ',\n', '\n]\n'] : ['', '\n', '\n'];
  const sink = out === undefined ? streamSink(w.deps.stdout) : fileSink(out);
  let first = true;
  try {
    for (const job of jobsOf(rows))
      for await (const data of w.entities(job)) {
        await sink.write(`${first ? begin : between}${JSON.stringify({ object_type: job.row.name, data })}`);
        first = false;
      }
    await sink.write(first ? (w.format === 'json' ? '[]\n' : '') : end);
  } catch (error) {
    sink.drop();
    throw error;
  }
  await sink.done();
}

function jobsOf(rows: readonly ObjectTypeRow[]): readonly Job[] {
  return [
    ...rows.map((row): Job => ({ row, part: 'early' })),
    ...rows.filter(hasLateFields).map((row): Job => ({ row, part: 'late' })),
  ];
}

function rowsOf(collections: readonly string[]): readonly ObjectTypeRow[] {
  const all = inDependencyOrder();
  if (collections.length === 0) return all;
  const asked = collections.map((name) => {
    const row = byCollection(name) ?? objectType(name);
    if (row !== undefined) return row;
    const known = all.map(({ collection }) => collection).join(', ');
    throw new CliError(EXIT.usage, `there is no collection "${name}": ${known}.`);
  });
  return all.filter((row) => asked.includes(row));
}

function checkPlace(o: ExportOptions, c: { format: Format; rows: readonly ObjectTypeRow[]; json: boolean }): void {
  if (o.out === undefined && c.json)
    throw new CliError(EXIT.usage, 'with --json the export itself has to go to a file: add --out.');
  if (o.out === undefined && c.format === 'csv' && c.rows.length > 1)
    throw new CliError(
      EXIT.usage,
      'each collection is a table of its own: name a directory with --out, or export one.',
    );
  if (o.out !== undefined && c.format !== 'csv' && isDirectory(o.out))
    throw new CliError(EXIT.usage, `${o.out} is a directory, and ${c.format} is one file: name a file with --out.`);
}

function isDirectory(path: string): boolean {
  return path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function makeDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.usage, `${dir} cannot be a directory: ${why}.`, { cause });
  }
}
