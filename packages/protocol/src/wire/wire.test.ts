import { type DescMessage, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../json.js';
import { wireMessage } from './descriptor.js';
import { decodeIngest, encodeIngestResponse, entitiesOf, refusalOf, requestHash, type WireRequest } from './index.js';

const ENVELOPE = {
  stream: 'latest',
  id: '4edd6321-be3d-4506-a162-34ecc33b113d',
  producer_app_name: 'app',
  producer_app_version: '1',
  sdk_name: 'sdk',
  sdk_version: 'dev',
};

function bytesOf(json: Record<string, unknown>): Uint8Array {
  const desc: DescMessage = wireMessage('IngestRequest');
  return toBinary(desc, fromJson(desc, { ...ENVELOPE, ...json } as never));
}

function requestOf(json: Record<string, unknown>): WireRequest {
  const decoded = decodeIngest(bytesOf(json));
  if (decoded.kind !== 'ok') throw new Error(decoded.detail);
  return decoded.request;
}

function dataOf(entity: Record<string, unknown>): JsonValue {
  const [only] = entitiesOf(requestOf({ entities: [entity] }));
  if (only?.kind !== 'entity') throw new Error(JSON.stringify(only));
  return only.data;
}

describe('presence on the wire', () => {
  it('tells absent from empty, and empty from zero', () => {
    expect(dataOf({ device: { name: 'a', serial: '', tenant: {}, position: 0, vc_position: 0 } })).toEqual({
      name: 'a',
      serial: '',
      tenant: null,
      position: 0,
      vc_position: 0,
    });
  });

  it('does not clear with an empty list, which is absent on the wire', () => {
    expect(dataOf({ device: { name: 'a', tags: [] } })).toEqual({ name: 'a' });
  });

  it('clears a generic reference whose member is empty', () => {
    expect(dataOf({ ip_address: { address: '192.0.2.1/32', assigned_object_interface: {} } })).toEqual({
      address: '192.0.2.1/32',
      assigned_object: null,
    });
  });

  it('does not take a reference for empty that holds only what Diode leaves out', () => {
    expect(dataOf({ device: { name: 'a', tenant: { metadata: { x: 1 } } } })).toEqual({ name: 'a', tenant: {} });
  });
});

describe('NetBox names and shapes', () => {
  it('keys a generic reference by model', () => {
    expect(dataOf({ prefix: { prefix: '192.0.2.0/24', scope_site_group: { name: 'g' } } })).toEqual({
      prefix: '192.0.2.0/24',
      scope: { sitegroup: { name: 'g' } },
    });
  });

  it("makes an interface's MAC an object, and lets the explicit one win", () => {
    expect(dataOf({ interface: { name: 'e0', mac_address: '00:00:5e:00:53:01' } })).toEqual({
      name: 'e0',
      primary_mac_address: { mac_address: '00:00:5e:00:53:01' },
    });
    expect(dataOf({ interface: { mac_address: '', primary_mac_address: { mac_address: 'x' } } })).toEqual({
      primary_mac_address: { mac_address: 'x' },
    });
    expect(dataOf({ interface: { mac_address: '' } })).toEqual({ primary_mac_address: null });
  });

  it('pairs the bounds of VLAN ranges', () => {
    expect(dataOf({ vlan_group: { name: 'g', vid_ranges: ['1', '10', '20', '30'] } })).toEqual({
      name: 'g',
      vid_ranges: [
        [1, 10],
        [20, 30],
      ],
    });
    expect(dataOf({ vlan_group: { name: 'g', vid_ranges: ['1', '10', '20'] } })).toEqual({
      name: 'g',
      vid_ranges: [1, 10, 20],
    });
  });

  it('reads JSON where NetBox has JSON', () => {
    expect(
      dataOf({ custom_field: { type: 'boolean', name: 'f', default: 'true', related_object_filter: '{"a":1}' } }),
    ).toEqual({
      type: 'boolean',
      name: 'f',
      default: true,
      related_object_filter: { a: 1 },
    });
    expect(dataOf({ custom_field: { type: 'text', name: 'f', default: 'true' } })).toEqual({
      type: 'text',
      name: 'f',
      default: 'true',
    });
  });

  it('turns the times of fields into dates', () => {
    expect(dataOf({ device_type: { model: 'm', end_of_life: '2030-01-02T03:04:05Z' } })).toEqual({
      model: 'm',
      end_of_life: '2030-01-02',
    });
  });

  it('never carries metadata or device configurations', () => {
    expect(dataOf({ device: { name: 'a', metadata: { secret: 1 }, config: { running: 'aGk=' } } })).toEqual({
      name: 'a',
    });
  });
});

describe('custom field values', () => {
  const value = (v: unknown): JsonValue | undefined => {
    const data = dataOf({ site: { name: 's', custom_fields: { f: v } } });
    const fields = (data as Record<string, Record<string, JsonValue>>).custom_fields;
    return fields?.f;
  };

  it.each([
    [{ text: '' }, ''],
    [{ integer: '0' }, 0],
    [{ integer: '9007199254740993' }, '9007199254740993'],
    [{ decimal: 'NaN' }, 'NaN'],
    [{ boolean: false }, false],
    [{ date: '2025-03-04T23:59:59Z' }, '2025-03-04'],
    [{ datetime: '2025-03-04T05:06:07Z' }, '2025-03-04T05:06:07.000Z'],
    [{ json: '{"a":[1,null]}' }, { a: [1, null] }],
    [{ json: 'not json' }, 'not json'],
    [{ multiple_selection: ['a', 'b'] }, ['a', 'b']],
    [{ object: { site_group: { name: 'g' } } }, { sitegroup: { name: 'g' } }],
    [{ multiple_objects: [{ site: { name: 'x' } }] }, [{ site: { name: 'x' } }]],
    [{}, null],
    [{ object: {} }, null],
  ])('%j', (given, expected) => {
    expect(value(given)).toEqual(expected);
  });

  it('may be named like a prototype', () => {
    const data = dataOf({ site: { custom_fields: JSON.parse('{"__proto__":{"text":"x"}}') } });
    expect(JSON.stringify(data)).toBe('{"custom_fields":{"__proto__":"x"}}');
  });
});

describe('times of observation', () => {
  const at = (timestamp: string | undefined): string | null | undefined => {
    const [only] = entitiesOf(requestOf({ entities: [{ ...(timestamp ? { timestamp } : {}), site: { name: 's' } }] }));
    return only?.kind === 'entity' ? only.observedAt : undefined;
  };

  it('are UTC with milliseconds; absent and zero are none', () => {
    expect(at('2026-11-23T13:40:26.582179642Z')).toBe('2026-11-23T13:40:26.582Z');
    expect(at(undefined)).toBeNull();
    expect(at('1970-01-01T00:00:00Z')).toBeNull();
    expect(at('9999-12-31T23:59:59Z')).toBe('9999-12-31T23:59:59.000Z');
  });
});

describe('what cannot be an assertion', () => {
  it('gets a verdict and leaves its neighbours alone', () => {
    const entities = entitiesOf(requestOf({ entities: [{ asn: { asn: '64512' } }, {}, { site: { name: 's' } }] }));
    expect(entities.map((e) => (e.kind === 'unsupported' ? e.oneofName : e.objectType))).toEqual([
      'asn',
      null,
      'dcim.site',
    ]);
  });

  it('is named when it is newer than our descriptor', () => {
    const entity = Buffer.from([0x12, 0x05, 0xc2, 0x3e, 0x02, 0x08, 0x01]); // entities: {1000: {1: 1}}
    const decoded = decodeIngest(Buffer.concat([bytesOf({}), entity]));
    const [only] = decoded.kind === 'ok' ? entitiesOf(decoded.request) : [];
    expect(only).toMatchObject({ kind: 'unsupported', oneofName: null, detail: expect.stringContaining('newer') });
  });
});

describe('the request', () => {
  it.each([
    ['id', 'id is empty'],
    ['producer_app_name', 'producer app name is empty'],
    ['producer_app_version', 'producer app version is empty'],
    ['sdk_name', 'sdk name is empty'],
    ['sdk_version', 'sdk version is empty'],
  ])('is refused without %s', (name, words) => {
    expect(refusalOf(requestOf({ entities: [{}], [name]: '' }))?.detail).toBe(words);
  });

  it('is refused without entities, and taken with any version', () => {
    expect(refusalOf(requestOf({}))?.detail).toBe('entities is empty');
    expect(refusalOf(requestOf({ entities: [{}], sdk_version: 'v1.12.0' }))).toBeNull();
  });

  it('answers with its errors', () => {
    const answer = toJson(
      wireMessage('IngestResponse'),
      fromBinary(wireMessage('IngestResponse'), encodeIngestResponse(['a', 'b'])),
    );
    expect(answer).toEqual({ errors: ['a', 'b'] });
    expect(encodeIngestResponse([])).toHaveLength(0);
  });
});

describe('the hash of a request', () => {
  const site = (custom_fields: Record<string, unknown>, metadata: unknown = {}) =>
    requestHash(requestOf({ entities: [{ site: { name: 's', custom_fields } }], metadata }));
  const a = { text: '1' };
  const b = { object: { site: { custom_fields: { x: a, y: a } } } };

  it('does not see the order of map entries, at any depth', () => {
    const turned = { object: { site: { custom_fields: { y: a, x: a } } } };
    expect(site({ a, b })).toBe(site({ b: turned, a }));
    expect(site({ b })).toBe(site({ b: turned }));
    expect(site({}, { p: [{ q: 1, r: 2 }], s: 3 })).toBe(site({}, { s: 3, p: [{ r: 2, q: 1 }] }));
  });

  it('sees every change of content', () => {
    const hashes = [site({ a }), site({ a, b }), site({ a: b }), site({}), site({}, { x: 1 }), site({}, { x: 2 })];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('any bytes', () => {
  it('give a value, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const decoded = decodeIngest(bytes);
        if (decoded.kind === 'ok') {
          requestHash(decoded.request);
          JSON.stringify(entitiesOf(decoded.request));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('also when a good request is cut or bent', () => {
    const good = bytesOf({
      entities: [
        { site: { name: 'é', custom_fields: { a: { text: 'x' }, b: { integer: '5' } }, tags: [{ name: 't' }] } },
      ],
      metadata: { n: [1, 'x', null] },
    });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), fc.boolean(), (at, byte, cut) => {
        const bent = cut ? good.slice(0, at) : good.map((b, i) => (i === at ? byte : b));
        const decoded = decodeIngest(bent);
        if (decoded.kind === 'ok') {
          expect(requestHash(decoded.request)).toMatch(/^[0-9a-f]{64}$/);
          JSON.stringify(entitiesOf(decoded.request));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('nested without end are malformed, not a stack overflow', () => {
    let inner = Buffer.from([]);
    for (let i = 0; i < 20_000 && inner.length < 60_000; i += 1) {
      inner = Buffer.concat([Buffer.from([0x22, ...varintOf(inner.length)]), inner]); // Location.parent
    }
    const location = Buffer.concat([Buffer.from([0xca, 0x02, ...varintOf(inner.length)]), inner]);
    const entities = Buffer.concat([Buffer.from([0x12, ...varintOf(location.length)]), location]);
    expect(decodeIngest(entities).kind).toBe('malformed');
  });
});

function varintOf(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...varintOf(n >> 7)];
}
