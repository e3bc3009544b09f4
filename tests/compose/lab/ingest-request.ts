import { fromJson, toBinary } from '@bufbuild/protobuf';
import { wireRegistry } from '@diode/protocol';

/** A diode.v1.IngestRequest with one device. */
export function ingestRequest(o: { readonly id: string; readonly device: string; readonly serial: string }): Buffer {
  const schema = wireRegistry().getMessage('diode.v1.IngestRequest');
  if (schema === undefined) throw new Error('the descriptor has no IngestRequest');
  const json = {
    stream: 'latest',
    id: o.id,
    producerAppName: 'compose-tests',
    producerAppVersion: '1.0.0',
    sdkName: 'compose-tests',
    sdkVersion: '1.0.0',
    entities: [
      {
        device: {
          name: o.device,
          serial: o.serial,
          deviceType: { model: 'Failover', manufacturer: { name: 'Acme' } },
          site: { name: 'HA-SITE' },
          role: { name: 'Access' },
        },
      },
    ],
  };
  return Buffer.from(toBinary(schema, fromJson(schema, json, { registry: wireRegistry() })));
}
