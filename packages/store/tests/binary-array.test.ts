import { leakCheck } from '@diode/testkit';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import * as binary from '../src/postgres/binary-array.js';

leakCheck({ per: 'file' });

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
});
afterAll(() => client.end());

/** What Postgres read, as it writes it: element by element. */
async function readBack(type: string, array: Buffer): Promise<unknown[]> {
  const { rows } = await client.query<{ v: unknown }>(`SELECT v FROM unnest($1::${type}[]) AS v`, [array]);
  return rows.map((row) => row.v);
}

const lists = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 20 });

it('carries every value to Postgres as it is', async () => {
  const values = fc.record({
    int2: lists(fc.integer({ min: -32_768, max: 32_767 })),
    int4: lists(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    int8: lists(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
    bool: lists(fc.boolean()),
    uuid: lists(fc.uuid()),
    text: lists(fc.option(fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0')))),
    json: lists(fc.option(fc.json())),
    time: lists(
      fc.option(
        fc
          .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
          .map((d) => d.toISOString()),
      ),
    ),
  });
  await fc.assert(
    fc.asyncProperty(values, async (v) => {
      expect(await readBack('int2', binary.int2Array(v.int2))).toEqual(v.int2);
      expect(await readBack('int4', binary.int4Array(v.int4))).toEqual(v.int4);
      expect(await readBack('int8', binary.int8Array(v.int8))).toEqual(
        v.int8.map((n) => (n === null ? null : String(n))),
      );
      expect(await readBack('bool', binary.boolArray(v.bool))).toEqual(v.bool);
      expect(await readBack('uuid', binary.uuidArray([...v.uuid, ...v.uuid]))).toEqual([...v.uuid, ...v.uuid]);
      expect(await readBack('text', binary.textArray(v.text))).toEqual(v.text);
      expect(await readBack('bytea', binary.bytesArray(v.json))).toEqual(
        v.json.map((s) => (s === null ? null : Buffer.from(s))),
      );
      expect(await readBack('timestamptz', binary.timestampArray(v.time))).toEqual(
        v.time.map((s) => (s === null ? null : new Date(s))),
      );
    }),
    { numRuns: 40 },
  );
});

it('replaces in text what Postgres text cannot hold', async () => {
  expect(await readBack('text', binary.textArray(['a\0b', '\ud800', null]))).toEqual(['a\ufffdb', '\ufffd', null]);
});

it('refuses what is no UUID and no instant', () => {
  expect(() => binary.uuidArray(['nonsense'])).toThrow(TypeError);
  expect(() => binary.uuidArray(['zzzzzzzz-0000-7000-8000-000000000000'])).toThrow(TypeError);
  expect(() => binary.timestampArray(['yesterday'])).toThrow(RangeError);
});
