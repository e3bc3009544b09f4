import { readFileSync } from 'node:fs';
import { fromJson, toBinary } from '@bufbuild/protobuf';
import { type JsonObject, wireRegistry } from '@diode/protocol';
import { buildHttpApp, makeFrontServer, makeLogger, makeMetrics } from '@diode/runtime';
import { collectLogs } from '@diode/testkit';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startIngester } from './harness.js';

const METHOD = '/diode.v1.IngesterService/Ingest';
const recorded = (name: string): Buffer =>
  readFileSync(new URL(`../../../packages/protocol/tests/fixtures/wire/${name}.binpb`, import.meta.url));

let diode: Harness;
let sql: pg.Client;
let client: Client;
let closeFront: () => Promise<void>;

beforeAll(async () => {
  diode = await startIngester();
  sql = new pg.Client({ connectionString: diode.database.url });
  await sql.connect();
  const logger = makeLogger({
    level: 'info',
    service: 'ingester',
    instanceId: 'test',
    destination: collectLogs().destination,
  });
  const front = makeFrontServer({
    http: buildHttpApp({ logger }),
    grpc: diode.ingester.grpcServer({ logger, metrics: makeMetrics({ service: 'ingester' }).grpc }),
  });
  const port = await front.listen({ host: '127.0.0.1', port: 0 });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  closeFront = () => front.close();
});

afterAll(async () => {
  client?.close();
  await closeFront?.();
  await sql?.end();
  await diode?.close();
});

async function ingest(
  message: Buffer,
  path = METHOD,
  scope = 'write',
): Promise<{ error: ServiceError | null; errors: string[] }> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${await diode.token(scope === 'write' ? 'any' : 'reader', scope)}`);
  const identity = (bytes: Buffer): Buffer => bytes;
  return new Promise((done) => {
    client.makeUnaryRequest(path, identity, identity, message, metadata, (error, answer) => {
      done({ error: error ?? null, errors: answer === undefined ? [] : readErrors(answer) });
    });
  });
}

/** IngestResponse: repeated string errors = 1. */
function readErrors(bytes: Buffer): string[] {
  const errors: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let shift = 0;
    at += 1;
    for (; ; at += 1, shift += 7) {
      length |= (bytes[at]! & 0x7f) << shift;
      if (bytes[at]! < 0x80) break;
    }
    at += 1;
    errors.push(bytes.subarray(at, at + length).toString());
    at += length;
  }
  return errors;
}

function request(change: Record<string, unknown>): Buffer {
  const schema = wireRegistry().getMessage('diode.v1.IngestRequest')!;
  const base = {
    id: crypto.randomUUID(),
    producerAppName: 'app',
    producerAppVersion: '1',
    sdkName: 'sdk',
    sdkVersion: 'dev',
    entities: [{ site: { name: 'DC1' } }],
  };
  return Buffer.from(toBinary(schema, fromJson(schema, { ...base, ...change } as never, { registry: wireRegistry() })));
}

async function newest(): Promise<{
  source: string;
  channel: string;
  entities: { object_type: string; data: JsonObject }[];
}> {
  const { rows } = await sql.query('SELECT sync_id, source, channel FROM syncs ORDER BY sync_id DESC LIMIT 1');
  const entities = await sql.query('SELECT object_type, data FROM entities WHERE sync_id = $1 ORDER BY index', [
    rows[0].sync_id,
  ]);
  return {
    ...rows[0],
    entities: entities.rows.map((e: { object_type: string; data: Buffer }) => ({
      object_type: e.object_type,
      data: JSON.parse(e.data.toString()),
    })),
  };
}

const countSyncs = async (): Promise<number> => (await sql.query('SELECT count(*)::int AS n FROM syncs')).rows[0].n;

describe('Ingest over gRPC', () => {
  it.each([
    'py-device-interfaces-ips-macs',
    'py-prefixes-vlans-vrf',
    'py-custom-fields-tags-metadata',
    'go-device-interface-ip-prefix',
    'py-clear-by-explicit-empty',
  ])('stores what the SDK was recorded to send: %s', async (name) => {
    const answer = await ingest(recorded(name));
    expect(answer.error).toBeNull();
    // What is not written yet is named, one by one; nothing else is refused.
    expect(answer.errors.filter((e) => !e.includes('not supported yet'))).toEqual([]);
    const sync = await newest();
    expect(sync.channel).toBe('grpc');
    expect(sync.entities.length).toBeGreaterThan(0);
  });

  it('takes any path prefix', async () => {
    expect((await ingest(request({}), `/any/prefix/${METHOD}`)).error).toBeNull();
  });

  it('takes a repeated id with the same content as the same request, and with other content as another', async () => {
    const id = crypto.randomUUID();
    await ingest(request({ id }));
    const before = await countSyncs();
    expect((await ingest(request({ id }))).error).toBeNull();
    expect(await countSyncs()).toBe(before);
    expect((await ingest(request({ id, entities: [{ site: { name: 'DC2' } }] }))).error).toBeNull();
    expect(await countSyncs()).toBe(before + 1);
  });

  it('gives types it does not write a verdict and stores the others', async () => {
    const answer = await ingest(request({ entities: [{ site: { name: 'DC1' } }, { cable: { label: 'x' } }] }));
    expect(answer.errors).toEqual([
      expect.stringContaining('/entities/1: entities of type cable are not supported yet'),
    ]);
    expect((await newest()).entities).toHaveLength(1);
  });

  it.each([
    ['an empty list', request({ entities: [] }), status.INVALID_ARGUMENT],
    ['only types it does not write', request({ entities: [{ cable: { label: 'x' } }] }), status.INVALID_ARGUMENT],
    ['no id', request({ id: '' }), status.INVALID_ARGUMENT],
    ['what is no message', Buffer.from([0xff, 0xff, 0xff]), status.INVALID_ARGUMENT],
    ['a reserved source', request({ producerAppName: 'netbox' }), status.PERMISSION_DENIED],
  ])('refuses %s and stores nothing', async (_what, message, code) => {
    const before = await countSyncs();
    const { error } = await ingest(message);
    expect(error?.code).toBe(code);
    expect(await countSyncs()).toBe(before);
  });

  it('needs the scope', async () => {
    const { error } = await ingest(request({}), METHOD, 'read');
    expect(error?.code).toBe(status.PERMISSION_DENIED);
  });
});
