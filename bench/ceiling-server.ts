/**
 * The ceiling: a bare Fastify that stores the same rows in the same tables by group commit, with no check of any kind (no token, no schema, no
 * limits, no queue). What our ingester is compared with. Run by bench/ingest.ts as a process of its own.
 */
import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import pg from 'pg';

interface Row {
  readonly id: string;
  readonly data: Buffer;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const INSERT = `
  WITH rows AS (SELECT * FROM unnest($1::uuid[], $2::bytea[]) AS r(id, data)),
       s AS (INSERT INTO syncs (sync_id, source, client_id, channel, dry_run, accepted, refused, received_at)
             SELECT id, 'bench', 'bench', 'http', false, 1, 0, now() FROM rows),
       e AS (INSERT INTO entities (sync_id, index, object_type, data, observed_at) SELECT id, 0, 'dcim.device', data, now() FROM rows)
  INSERT INTO work (sync_id, index, partition, ordering_key, state, attempts, due_at, received_at)
  SELECT id, 0, 0, hashtextextended(id::text, 0), 'queued', 0, now(), now() FROM rows`;

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 2 });
let waiting: Row[] = [];
let committing = 0;

async function commit(): Promise<void> {
  const rows = waiting;
  waiting = [];
  committing += 1;
  try {
    await pool.query({ name: 'insert', text: INSERT, values: [rows.map((r) => r.id), rows.map((r) => r.data)] });
    for (const row of rows) row.done();
  } catch (error) {
    for (const row of rows) row.failed(error);
  } finally {
    committing -= 1;
    if (waiting.length > 0) void commit();
  }
}

/** UUIDv7, as ours: partitions and indexes work alike. */
function timeOrderedId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex');
}

const app = fastify();
app.post('/ingest', (request) => {
  const id = timeOrderedId();
  const { data } = request.body as { data: unknown };
  return new Promise<{ sync_id: string }>((done, failed) => {
    waiting.push({ id, data: Buffer.from(JSON.stringify(data)), done: () => done({ sync_id: id }), failed });
    if (committing < 2) void commit();
  });
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ url });
process.once('SIGTERM', () => process.exit(0));
