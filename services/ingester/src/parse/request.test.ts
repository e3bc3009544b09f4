import { DiodeError } from '@diode/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { parseJson, readBatchBody, readCollectionBody, readNdjsonBody } from './request.js';

const limits = { ...DEFAULT_LIMITS, entities: 5, depth: 4, stringLength: 50, values: 100 };
const collection = (body: unknown) => readCollectionBody({ type: 'dcim.device', body, querySource: null, limits });
const batch = (body: unknown) => readBatchBody({ body, querySource: null, limits });
const ndjson = (text: string, querySource: string | null = null) => readNdjsonBody({ text, querySource, limits });
const thrown = (act: () => unknown): DiodeError => {
  try {
    act();
  } catch (error) {
    if (error instanceof DiodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('a collection body', () => {
  it('takes both shapes of the seed, object or list, and naive timestamps', () => {
    const payload = collection({
      source: 'x',
      timestamp: '2025-08-12T10:00:00.123456',
      data_type: 'device',
      payload: { name: 'a' },
    });
    expect(payload.entities).toEqual([
      { objectType: 'dcim.device', data: { name: 'a' }, observedAt: '2025-08-12T10:00:00.123Z' },
    ]);
    expect(payload.notes).toEqual(['timestamp had no zone, taken as UTC']);
    expect(collection({ source: 'x', data: [{ name: 'a' }, { name: 'b' }] }).entities).toHaveLength(2);
  });

  it('says what it did not read beside the data', () => {
    const read = collection({ source: 'x', timestmap: '2025-08-12T10:00:00Z', data: { name: 'a' }, payload: {} });
    expect(read.notes).toEqual(['"timestmap" beside the data is not read', '"payload" beside the data is not read']);
    const entity = { object_type: 'devices', data: { name: 'a' }, priority: 1 };
    expect(batch({ source: 'x', entities: [entity] }).notes).toEqual(['"priority" beside the data is not read']);
  });

  it('refuses a body that says another type than the path', () => {
    const error = thrown(() => collection({ source: 'x', data_type: 'sites', data: { name: 'a' } }));
    expect(error.errors[0]?.code).toBe('type_differs');
  });

  it('refuses what it could not keep as it was sent', () => {
    const [huge, long] = [parseJson('1e999'), parseJson('12345678901234567890')];
    const data = [{ latitude: huge }, { serial: long }, { name: '🎉', n: 1.5 }];
    const read = collection({ source: 'x', data });
    expect(read.errors.map(({ code }) => code)).toEqual(['number_not_exact', 'number_not_exact']);
    expect(read.entities).toHaveLength(1);
  });

  it('refuses what cannot be read by index and takes the others', () => {
    const read = collection({
      source: 'x',
      data: [{ name: 'a' }, 'no', {}, { deep: { a: { b: { c: { d: 1 } } } } }, { long: 'x'.repeat(51) }],
    });
    expect(read.entities).toHaveLength(1);
    expect(read.errors.map((e) => [e.pointer, e.code])).toEqual([
      ['/data/1', 'data_not_object'],
      ['/data/2', 'data_empty'],
      ['/data/3/deep/a/b/c', 'too_deep'],
      ['/data/4/long', 'string_too_long'],
    ]);
    expect(read.errors.every((e) => e.remedy.length > 0)).toBe(true);
  });

  it.each([
    [[], '', 'body_not_object'],
    [{ source: 'x' }, '/data', 'data_missing'],
    [{ data: { name: 'a' } }, '/source', 'source_missing'],
    [{ source: '  ', data: { name: 'a' } }, '/source', 'source_missing'],
    [{ source: 'a\u0000b', data: { name: 'a' } }, '/source', 'source_missing'],
    [{ source: 'x', data: [] }, '/data', 'no_entities'],
    [{ source: 'x', timestamp: 'soon', data: { name: 'a' } }, '/timestamp', 'timestamp_invalid'],
  ])('refuses %j at %s', (body, pointer, code) => {
    expect(thrown(() => collection(body)).errors[0]).toMatchObject({ pointer, code });
  });

  it('counts entities before it looks at them', () => {
    expect(thrown(() => collection({ source: 'x', data: Array(6).fill({ name: 'a' }) })).code).toBe(
      'too_many_entities',
    );
  });

  it('refuses keys that reach a prototype', () => {
    const read = collection({ source: 'x', data: [parseJson('{"__proto__": {"admin": true}}'), { name: 'a' }] });
    expect(read.errors[0]).toMatchObject({ pointer: '/data/0/__proto__', code: 'key_not_allowed' });
  });
});

describe('a batch', () => {
  it('takes types as content type, collection or model, with its own time', () => {
    const read = batch({
      source: 'x',
      timestamp: '2026-01-01T00:00:00Z',
      entities: [
        { object_type: 'dcim.device', data: { name: 'a' } },
        { object_type: 'ip_addresses', data: { address: '192.0.2.1/24' }, timestamp: '2026-01-02T00:00:00Z' },
        { data_type: 'ip-addresses', payload: { address: '192.0.2.2/24' } },
      ],
    });
    expect(read.errors).toEqual([]);
    expect(read.entities.map((e) => [e.objectType, e.observedAt])).toEqual([
      ['dcim.device', '2026-01-01T00:00:00.000Z'],
      ['ipam.ipaddress', '2026-01-02T00:00:00.000Z'],
      ['ipam.ipaddress', '2026-01-01T00:00:00.000Z'],
    ]);
  });

  it('refuses by index what it does not know', () => {
    const read = batch({
      source: 'x',
      entities: [
        { data: {} },
        { object_type: 'extras.script', data: { name: 'a' } },
        { object_type: 'devices', operation: 'delete', data: { name: 'a' } },
      ],
    });
    expect(read.errors.map((e) => [e.pointer, e.code])).toEqual([
      ['/entities/0/object_type', 'object_type_missing'],
      ['/entities/1/object_type', 'unsupported_object_type'],
      ['/entities/2/operation', 'unsupported_operation'],
    ]);
  });

  it('refuses an empty list', () => {
    expect(thrown(() => batch({ source: 'x', entities: [] })).errors[0]?.code).toBe('no_entities');
  });
});

describe('NDJSON', () => {
  it('takes one entity a line with a source each, or ?source=', () => {
    const line = '{"source":"x","object_type":"sites","data":{"name":"DC1"}}';
    expect(ndjson(`${line}\n\n${line}\r\n`)).toMatchObject({
      source: 'x',
      entities: [{ objectType: 'dcim.site' }, { objectType: 'dcim.site' }],
    });
    expect(ndjson('{"object_type":"sites","data":{"name":"DC1"}}', 'y').source).toBe('y');
  });

  it('refuses lines by index: broken ones, other sources', () => {
    const read = ndjson(
      '{"source":"x","object_type":"sites","data":{"name":"A"}}\n{oops\n{"source":"y","object_type":"sites","data":{"name":"B"}}',
    );
    expect(read.entities).toHaveLength(1);
    expect(read.errors.map((e) => [e.pointer, e.code])).toEqual([
      ['/1', 'line_not_json'],
      ['/2/source', 'source_differs'],
    ]);
  });
});

describe('any JSON', () => {
  it('is read or refused with a DiodeError, never anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const read of [
          () => collection(value),
          () => batch(value),
          () => ndjson(JSON.stringify(value)),
          () => collection({ source: 's', data: value }),
        ]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(DiodeError);
          }
        }
      }),
    );
  });
});
