import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { device } from './rows.js';

/** Rows a second of COPY from Node into tables like ours (entities and work), 1,000 rows a COPY: what batches are compared with. */
export async function copyRowsPerSecond(databaseUrl: string, seconds: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('CREATE TABLE IF NOT EXISTS bench_entities (LIKE entities INCLUDING ALL)');
    const until = performance.now() + seconds * 1_000;
    let rows = 0;
    const start = performance.now();
    while (performance.now() < until) {
      const id = crypto.randomUUID();
      const lines = Array.from(
        { length: 1_000 },
        (_, i) =>
          `${id}\t${i}\tdcim.device\t\\\\x${Buffer.from(JSON.stringify(device(i))).toString('hex')}\t2026-01-01T00:00:00Z\n`,
      );
      const stream = client.query(
        copyFrom('COPY bench_entities (sync_id, index, object_type, data, observed_at) FROM STDIN'),
      );
      await pipeline(Readable.from([lines.join('')]), stream);
      rows += 1_000;
    }
    return (rows * 1_000) / (performance.now() - start);
  } finally {
    await client.query('DROP TABLE IF EXISTS bench_entities');
    await client.end();
  }
}
