import { type Bucket, type RateLimitSettings, type Take, take } from '@diode/limits';
import { collectLogs, leakCheck } from '@diode/testkit';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, expect, it } from 'vitest';
import {
  buildHttpApp,
  type FrontServer,
  type Metrics,
  makeFrontServer,
  makeGrpcServer,
  makeLogger,
  makeMetrics,
  makeRequestLimits,
} from '../src/index.js';

leakCheck({ per: 'file' });

const METHOD = '/diode.v1.IngesterService/Ingest';

let front: FrontServer | null = null;
let client: Client | null = null;
let metrics: Metrics;
let served: number;
afterEach(async () => {
  client?.close();
  await front?.close();
});

/** A gRPC server with these limits; buckets in this process, by its clock. Tests call it from loopback. */
async function serve(settings: Partial<RateLimitSettings>, trustProxy: readonly string[] = []): Promise<void> {
  metrics = makeMetrics({ service: 't' });
  served = 0;
  const { destination } = collectLogs();
  const logger = makeLogger({ level: 'info', service: 't', instanceId: 'i', destination });
  const full = new Map<string, number | undefined>();
  const takeHere = async (buckets: readonly Bucket[]): Promise<Take> => {
    const names = buckets.map((bucket) => `${bucket.kind}:${bucket.id}`);
    const result = take(
      buckets,
      names.map((name) => full.get(name)),
      Math.round(performance.now() * 1000),
    );
    for (const [i, name] of names.entries()) full.set(name, result.fullAtUs[i]);
    return result;
  };
  const limits = makeRequestLimits({
    settings: { global: null, perClient: null, perEndpoint: {}, whitelistIps: [], ...settings },
    store: { take: takeHere },
    clientOf: async (authorization) => authorization ?? null,
    metrics: metrics.limits,
    holdMs: 1_000,
  });
  const grpc = makeGrpcServer({
    logger,
    metrics: metrics.grpc,
    services: {
      [METHOD]: async () => {
        served += 1;
        return new Uint8Array();
      },
    },
    limits,
    trustProxy,
  });
  front = makeFrontServer({ http: buildHttpApp({ logger }), grpc, drainMs: 500 });
  const port = await front.listen({ host: '127.0.0.1', port: 0 });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
}

function call(headers: Readonly<Record<string, string>> = {}): Promise<ServiceError | null> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries({ authorization: 'a', ...headers })) metadata.set(name, value);
  const bytes = (message: Buffer): Buffer => message;
  return new Promise((resolve) => {
    client?.makeUnaryRequest(METHOD, bytes, bytes, Buffer.from('x'), metadata, (error) => resolve(error ?? null));
  });
}

it('a call that no token will come for in time is refused, with when to come again, and never read', async () => {
  await serve({ perEndpoint: { [METHOD]: { requestsPerMinute: 2, burstSize: 1 } } });
  expect(await call()).toBeNull();
  const refused = await call();
  expect(refused?.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(refused?.details).toContain(`${METHOD} takes 2 requests a minute and 1 at once`);
  expect(refused?.metadata.get('diode-error-code')).toEqual(['rate_limited']);
  expect(refused?.metadata.get('retry-after')).toEqual(['30']);
  const pushback = Number(refused?.metadata.get('grpc-retry-pushback-ms')[0]);
  expect(pushback).toBeGreaterThan(25_000);
  expect(pushback).toBeLessThanOrEqual(30_000);
  expect(served).toBe(1);
  const scrape = await metrics.render();
  expect(scrape).toContain('diode_rate_limited_requests_total{bucket="endpoint"} 1');
  expect(scrape).toContain(`diode_grpc_calls_total{method="${METHOD}",status="RESOURCE_EXHAUSTED"} 1`);
});

it('a call that a token comes for is held for it, because the official SDKs do not retry', async () => {
  await serve({ perClient: { requestsPerMinute: 300, burstSize: 2 } });
  const started = performance.now();
  expect(await Promise.all([call(), call(), call(), call()])).toEqual([null, null, null, null]);
  expect(performance.now() - started).toBeGreaterThan(390);
  expect(await call({ authorization: 'b' })).toBeNull();
  expect(await metrics.render()).toContain('diode_rate_limited_requests_total{bucket="client"} 0');
});

it('a network is exempt by the address of the peer, or by what a trusted proxy says of it', async () => {
  const tight = { perClient: { requestsPerMinute: 1, burstSize: 1 }, whitelistIps: ['10.0.0.0/8'] };
  await serve(tight);
  await call();
  expect((await call({ 'x-forwarded-for': '10.0.0.1' }))?.code).toBe(status.RESOURCE_EXHAUSTED);
  client?.close();
  await front?.close();

  await serve(tight, ['127.0.0.0/8']);
  for (let i = 0; i < 3; i += 1) expect(await call({ 'x-forwarded-for': '10.0.0.1' })).toBeNull();
  await call({ 'x-forwarded-for': '203.0.113.1' });
  const spoofed = await call({ 'x-forwarded-for': '10.0.0.1, 203.0.113.1' });
  expect(spoofed?.code).toBe(status.RESOURCE_EXHAUSTED);
});
