import { fromJson, toBinary } from '@bufbuild/protobuf';
import { wireRegistry } from '@diode/protocol';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { INGEST_METHOD } from '../services/ingester/src/grpc/ingest-call.js';
import { device } from './rows.js';

const IDENTITY = (bytes: Buffer): Buffer => bytes;

/** A diode.v1.IngestRequest of `count` devices without its id, as the official SDKs would send it. */
function requestWithoutId(count: number): Buffer {
  const schema = wireRegistry().getMessage('diode.v1.IngestRequest');
  if (schema === undefined) throw new Error('the descriptor has no IngestRequest');
  const json = {
    stream: 'latest',
    producerAppName: 'bench',
    producerAppVersion: '1.0.0',
    sdkName: 'bench',
    sdkVersion: '1.0.0',
    entities: Array.from({ length: count }, (_, i) => {
      const d = device(i);
      return {
        device: {
          name: d.name,
          serial: d.serial,
          deviceType: { model: d.device_type },
          site: { name: d.site },
          role: { name: d.role },
        },
      };
    }),
  };
  return Buffer.from(toBinary(schema, fromJson(schema, json, { registry: wireRegistry() })));
}

/** Messages of protobuf may be put together by joining their bytes: field 3 is the id. So the load costs the client next to nothing. */
function withId(request: Buffer): Buffer {
  const id = Buffer.from(crypto.randomUUID());
  return Buffer.concat([request, Buffer.from([(3 << 3) | 2, id.length]), id]);
}

/** Entities a second through `connections` calls in parallel. */
export async function grpcEntitiesPerSecond(o: {
  target: string;
  token: string;
  count: number;
  parallel: number;
  seconds: number;
}): Promise<number> {
  const client = new Client(o.target, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${o.token}`);
  const call = (bytes: Buffer): Promise<void> =>
    new Promise((done, failed) =>
      client.makeUnaryRequest(INGEST_METHOD, IDENTITY, IDENTITY, bytes, metadata, (error) =>
        error === null ? done() : failed(error),
      ),
    );
  const start = performance.now();
  const until = start + o.seconds * 1_000;
  let sent = 0;
  const request = requestWithoutId(o.count);
  await Promise.all(
    Array.from({ length: o.parallel }, async () => {
      while (performance.now() < until) {
        await call(withId(request));
        sent += o.count;
      }
    }),
  );
  client.close();
  return (sent * 1_000) / (performance.now() - start);
}
