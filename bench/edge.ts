import os from 'node:os';
import { bareRequestsPerSecond } from './bare-load.js';
import { busyCores } from './busy-cores.js';
import { type EdgeStack, startEdgeStack } from './edge-stack.js';
import { grpcEntitiesPerSecond } from './grpc-load.js';
import { millisecondsOf } from './requests.js';
import { SINGLE_BODY } from './rows.js';
import { quantile } from './stats.js';
import { inTurns, line, ratio } from './turns.js';

const PATH = '/api/v1/ingest/devices';
const GRPC_PARALLEL = 64;
const FRESH_TOKENS = 100;
const HELD_CORES = 0.4;

/** What the way in costs: through nginx, which asks diode-auth, against the ingester's own door, in the Compose form as it ships. */
export async function measureEdge(o: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const stack = await startEdgeStack();
  if (stack === null) {
    console.log('\nEdge: NOT MEASURED, no Docker engine answers');
    return;
  }
  try {
    console.log(`\nEdge: nginx, auth, Hydra and all in containers (engine ${stack.version})`);
    console.log(
      `  ${'docker compose up -d --wait, built images'.padEnd(44)} ${`${stack.upSeconds.toFixed(0)} s`.padStart(32)}`,
    );
    await measure(stack, o);
  } finally {
    await stack.down();
  }
}

async function measure(stack: EdgeStack, o: { readonly rounds: number; readonly seconds: number }): Promise<void> {
  const { seconds } = o;
  const [token = ''] = await stack.tokens(1);
  const fresh = [...(await stack.tokens(o.rounds * FRESH_TOKENS))];
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const single = (host: string): Promise<number> =>
    bareRequestsPerSecond({ url: `http://${host}${PATH}`, body: SINGLE_BODY, headers, connections: 64, seconds });
  const grpc = (target: string): Promise<number> =>
    grpcEntitiesPerSecond({ target, token, count: 1, parallel: GRPC_PARALLEL, seconds });
  // Not measured: what is slow the first time only.
  for (const host of [stack.ingester, stack.nginx]) await Promise.all([single(host), grpc(host)]);
  const cores: Record<Way, number[]> = { direct: [], edge: [] };
  const watched = async (way: Way, host: string): Promise<number> => {
    const seen = await busyCores(() => single(host));
    cores[way].push(seen.cores);
    return seen.value;
  };
  const quantiles = { direct: { p50: [], p99: [] }, edge: { p50: [], p99: [] } } as Record<Way, Record<Q, number[]>>;
  const latency = async (way: Way, host: string): Promise<number> => {
    const url = `http://${host}${PATH}`;
    const until = performance.now() + seconds * 1_000;
    const next = (): { url: string; method: 'POST'; headers: typeof headers; body: typeof SINGLE_BODY } | undefined =>
      performance.now() < until ? { url, method: 'POST', headers, body: SINGLE_BODY } : undefined;
    const samples = (await millisecondsOf(8, next)).sort((a, b) => a - b);
    quantiles[way].p50.push(quantile(samples, 0.5));
    quantiles[way].p99.push(quantile(samples, 0.99));
    return samples.length;
  };
  const held = await heldRatio(stack, single, o.rounds);
  const s = await inTurns(o.rounds, {
    direct: () => watched('direct', stack.ingester),
    edge: () => watched('edge', stack.nginx),
    grpcDirect: () => grpc(stack.ingester),
    grpcEdge: () => grpc(stack.nginx),
    latencyDirect: () => latency('direct', stack.ingester),
    latencyEdge: () => latency('edge', stack.nginx),
    cached: () => bareRequestsPerSecond({ ...question(stack, token), connections: 64, seconds }),
    uncached: async () => {
      const start = performance.now();
      const asked = fresh.splice(0, FRESH_TOKENS).map((one) => question(stack, one));
      await millisecondsOf(8, () => asked.pop());
      return (FRESH_TOKENS * 1_000) / (performance.now() - start);
    },
    empty: async () => {
      await stack.emptyTables();
      return 0;
    },
  });
  line('HTTP single, 64 connections: ingester', s.direct, 'requests/s');
  line('HTTP single, 64 connections: through nginx', s.edge, 'requests/s');
  ratio('through nginx / ingester', s.edge, s.direct, '(goal: at least 0.7)');
  line('cores busy meanwhile: ingester', cores.direct, `of ${os.cpus().length}`);
  line('cores busy meanwhile: through nginx', cores.edge, `of ${os.cpus().length}`);
  console.log(`  The same with the ingester held to ${HELD_CORES} of a core, as where cores are left for all`);
  line('ingester', held.direct, 'requests/s');
  line('through nginx', held.edge, 'requests/s');
  ratio('through nginx / ingester', held.edge, held.direct);
  line(`gRPC single, ${GRPC_PARALLEL} at once: ingester`, s.grpcDirect, 'requests/s');
  line(`gRPC single, ${GRPC_PARALLEL} at once: through nginx`, s.grpcEdge, 'requests/s');
  ratio('through nginx / ingester', s.grpcEdge, s.grpcDirect);
  for (const q of ['p50', 'p99'] as const) {
    line(`HTTP single, 8 connections: ingester, ${q}`, quantiles.direct[q], 'ms');
    line(`added on the way through nginx, ${q}`, added(quantiles, q), 'ms');
  }
  line('tokens verified, known (64 connections)', s.cached, 'a second');
  line('tokens verified, new (introspected, 8 at once)', s.uncached, 'a second');
}

/** On a machine whose cores are all taken, what nginx and diode-auth need is missing to the ingester. This is without that. */
async function heldRatio(
  stack: EdgeStack,
  single: (host: string) => Promise<number>,
  rounds: number,
): Promise<Record<Way, number[]>> {
  await stack.holdIngester(HELD_CORES);
  try {
    return await inTurns(rounds, { direct: () => single(stack.ingester), edge: () => single(stack.nginx) });
  } finally {
    await stack.holdIngester(os.cpus().length);
    await stack.emptyTables();
  }
}

type Way = 'direct' | 'edge';
type Q = 'p50' | 'p99';

function added(quantiles: Record<Way, Record<Q, number[]>>, q: Q): number[] {
  return quantiles.edge[q].map((value, i) => value - (quantiles.direct[q][i] ?? Number.NaN));
}

/** As nginx asks diode-auth. */
function question(stack: EdgeStack, token: string): { url: string; method: 'GET'; headers: Record<string, string> } {
  return {
    url: `http://${stack.auth}/internal/auth/request`,
    method: 'GET',
    headers: { authorization: `Bearer ${token}`, 'x-original-method': 'POST', 'x-original-uri': PATH },
  };
}
