import { CliError, EXIT } from '../exit-codes.js';
import type { FileRecord } from '../read/entities-in.js';

/** One entity as it is sent, and its place in the file. */
export interface Packed {
  readonly where: string;
  readonly json: string;
}

/** What goes into one request; a request asserts as one source. */
export interface Batch {
  readonly source: string;
  readonly entities: readonly Packed[];
  /** What was sent before is to have its receipts before this is sent. */
  readonly afterAll: boolean;
}

export interface BatchLimits {
  readonly entities: number;
  /** Of the entities' JSON. One entity that is larger goes alone. */
  readonly bytes: number;
  /** Bytes held back in all batches that are not full yet; a file with many sources stays in bounded memory. */
  readonly heldBytes: number;
}

export const BATCH_LIMITS: BatchLimits = { entities: 500, bytes: 5 * 1024 ** 2, heldBytes: 20 * 1024 ** 2 };

export interface BatchOptions {
  readonly sourceOf: (record: FileRecord) => string;
  readonly limits?: BatchLimits;
  /** True for a record that has to wait for all before it. */
  readonly startsStage?: (record: FileRecord) => boolean;
}

interface Open {
  readonly entities: Packed[];
  bytes: number;
}

/** Records → full batches; within one source the order of the file is kept. The same records give the same batches. @throws CliError usage */
export async function* inBatches(records: AsyncIterable<FileRecord>, o: BatchOptions): AsyncGenerator<Batch> {
  const limits = o.limits ?? BATCH_LIMITS;
  const open = new Map<string, Open>();
  let held = 0;
  let stage = false;
  const take = (source: string): Batch => {
    const batch = open.get(source);
    open.delete(source);
    held -= batch?.bytes ?? 0;
    const afterAll = stage;
    stage = false;
    return { source, entities: batch?.entities ?? [], afterAll };
  };
  for await (const record of records) {
    if (o.startsStage?.(record) === true) {
      for (const source of [...open.keys()]) yield take(source);
      stage = true;
    }
    const source = o.sourceOf(record);
    const json = pack(record);
    const bytes = Buffer.byteLength(json);
    const before = open.get(source);
    if (before !== undefined && before.bytes + bytes > limits.bytes) yield take(source);
    const batch = open.get(source) ?? { entities: [], bytes: 0 };
    open.set(source, batch);
    batch.entities.push({ where: record.where, json });
    batch.bytes += bytes;
    held += bytes;
    if (batch.entities.length >= limits.entities || batch.bytes >= limits.bytes) yield take(source);
    while (held > limits.heldBytes) yield take(largest(open));
  }
  for (const source of [...open.keys()]) yield take(source);
}

function largest(open: ReadonlyMap<string, Open>): string {
  let found = '';
  let most = -1;
  for (const [source, { bytes }] of open) {
    if (bytes > most) [found, most] = [source, bytes];
  }
  return found;
}

function pack(record: FileRecord): string {
  try {
    return JSON.stringify(record.entity);
  } catch (cause) {
    throw new CliError(EXIT.usage, `${record.where} is nested too deep to be sent.`, { cause });
  }
}
