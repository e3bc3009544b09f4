/**
 * `npm run bench`: everything in one run, side by side, so that ratios mean something on a shared machine. Absolute numbers do not: see
 * docs/BENCHMARKS.md. Options: `--rounds N` (3), `--seconds N` (4), `--only ingest|batch|queue|engine|latency|edge`.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { copyRowsPerSecond } from './copy.js';
import { measureEdge } from './edge.js';
import { measureEngine } from './engine.js';
import { grpcEntitiesPerSecond } from './grpc-load.js';
import { measureLatency } from './latency.js';
import { requestsPerSecond } from './load.js';
import { type BenchParts, startParts, startProcess } from './parts.js';
import { queueWakeupsPerSecond } from './queue.js';
import { device, SINGLE_BODY } from './rows.js';
import { inTurns, line, ratio } from './turns.js';

const FROM_SOURCE = ['--import', 'tsx', '--conditions=diode-source'];
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const wanted = (name: string): boolean => values.only === undefined || values.only === name;

/** Work that piles up in a run would slow the next one; the reconciler is not there to take it. */
async function emptyTables(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('TRUNCATE work, syncs, entities, idempotency_keys');
  await client.end();
}

async function ingestBenches(parts: BenchParts): Promise<void> {
  const ceiling = await startProcess(
    path('./ceiling-server.ts'),
    { BENCH_DATABASE_URL: parts.databaseUrl },
    FROM_SOURCE,
  );
  const ingester = await startProcess(path('../services/ingester/dist/main.js'), {
    DIODE_PORT: '0',
    DIODE_METRICS_PORT: '0',
    DIODE_DATABASE_URL: parts.databaseUrl,
    DIODE_REDIS_URL: parts.redisUrl,
    HYDRA_PUBLIC_URL: parts.issuerUrl,
    HYDRA_ADMIN_URL: parts.adminUrl,
    DIODE_CONFIG_DIR: path('./config'),
  });
  const url = `http://127.0.0.1:${String(ingester.ready.port)}`;
  const headers = { authorization: `Bearer ${parts.token}`, 'content-type': 'application/json' };
  const idleBytes = await ingester.memoryBytes();
  const single = { body: SINGLE_BODY, headers, connections: 64, seconds };
  try {
    if (wanted('ingest')) {
      const s = await inTurns(rounds, {
        ceiling: () => requestsPerSecond({ ...single, url: `${String(ceiling.ready.url)}/ingest` }),
        ours: () => requestsPerSecond({ ...single, url: `${url}/api/v1/ingest/devices` }),
      });
      console.log('\nSingle entities, 64 connections');
      line('ceiling: bare Fastify + pg, no checks', s.ceiling, 'requests/s');
      line('ingester', s.ours, 'requests/s');
      ratio('ingester / ceiling', s.ours, s.ceiling, '(goal: at least 0.5)');
      await emptyTables(parts.databaseUrl);
    }
    if (wanted('batch')) await batchBenches({ parts, url, headers });
    console.log(`\nIngester process, idle: ${(idleBytes / 1024 ** 2).toFixed(0)} MB resident (goal: under 150)`);
  } finally {
    await ceiling.stop();
    await ingester.stop();
  }
}

async function batchBenches(o: { parts: BenchParts; url: string; headers: Record<string, string> }): Promise<void> {
  const entities = Array.from({ length: 1_000 }, (_, i) => ({ object_type: 'dcim.device', data: device(i) }));
  const json = JSON.stringify({ source: 'bench', entities });
  const ndjson = entities.map((e) => JSON.stringify(e)).join('\n');
  const batch = { headers: o.headers, connections: 4, seconds };
  const s = await inTurns(rounds, {
    copy: () => copyRowsPerSecond(o.parts.databaseUrl, seconds),
    json: async () => 1_000 * (await requestsPerSecond({ ...batch, url: `${o.url}/api/v1/ingest`, body: json })),
    ndjson: async () =>
      1_000 *
      (await requestsPerSecond({
        ...batch,
        url: `${o.url}/api/v1/ingest?source=bench`,
        body: ndjson,
        headers: { ...o.headers, 'content-type': 'application/x-ndjson' },
      })),
    grpc: () =>
      grpcEntitiesPerSecond({ target: new URL(o.url).host, token: o.parts.token, count: 1_000, parallel: 4, seconds }),
    empty: async () => {
      await emptyTables(o.parts.databaseUrl);
      return 0;
    },
  });
  console.log('\nBatches of 1,000');
  line('COPY of the same rows from Node', s.copy, 'rows/s');
  line('JSON', s.json, 'entities/s');
  line('NDJSON', s.ndjson, 'entities/s');
  line('gRPC', s.grpc, 'entities/s');
  ratio('JSON / COPY', s.json, s.copy, '(goal: at least 0.3)');
  ratio('NDJSON / COPY', s.ndjson, s.copy, '(goal: at least 0.3)');
  ratio('gRPC / COPY', s.grpc, s.copy, '(goal: at least 0.3)');
}

if (wanted('ingest') || wanted('batch') || wanted('queue')) {
  const parts = await startParts();
  try {
    if (wanted('ingest') || wanted('batch')) await ingestBenches(parts);
    if (wanted('queue')) {
      const s = await inTurns(rounds, { queue: () => queueWakeupsPerSecond(parts.redisUrl, seconds) });
      console.log('\nQueue');
      line('announced, drained and acknowledged', s.queue, 'wake-ups/s');
    }
  } finally {
    await parts.stop();
  }
}
if (wanted('engine')) {
  const s = await inTurns(rounds, { engine: async () => (await measureEngine()).entitiesPerSecond });
  console.log('\nEngine alone, one core');
  line('unchanged entities planned', s.engine, 'entities/s (goal: at least 20,000)');
}
if (wanted('latency')) await measureLatency();
if (wanted('edge')) await measureEdge({ rounds, seconds });
