import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError } from '../exit-codes.js';
import type { FileRecord } from '../read/entities-in.js';
import { type Batch, type BatchLimits, inBatches } from './in-batches.js';

const record = (name: string, source: string | null = null): FileRecord => ({
  where: name,
  source,
  entity: { object_type: 'sites', data: { name } },
});

async function batchesOf(records: readonly FileRecord[], limits: Partial<BatchLimits> = {}): Promise<readonly Batch[]> {
  const stream = (async function* () {
    yield* records;
  })();
  const list: Batch[] = [];
  const all = { entities: 3, bytes: 1_000, heldBytes: 10_000, ...limits };
  for await (const batch of inBatches(stream, { sourceOf: (r) => r.source ?? 'me', limits: all })) list.push(batch);
  return list;
}

describe('batches', () => {
  it('are full but the last', async () => {
    const batches = await batchesOf(['a', 'b', 'c', 'd'].map((n) => record(n)));
    expect(batches.map((b) => b.entities.map((e) => e.where))).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('are bounded by bytes; what is larger goes alone', async () => {
    const batches = await batchesOf([record('a'), record('x'.repeat(2_000)), record('b')]);
    expect(batches.map((b) => b.entities.length)).toEqual([1, 1, 1]);
  });

  it('assert as one source each, though the lines alternate', async () => {
    const records = Array.from({ length: 6 }, (_, i) => record(String(i), i % 2 === 0 ? 'lldp' : 'ipam'));
    expect((await batchesOf(records)).map((b) => [b.source, b.entities.map((e) => e.where)])).toEqual([
      ['lldp', ['0', '2', '4']],
      ['ipam', ['1', '3', '5']],
    ]);
  });

  it('refuse what is nested too deep to be written as JSON', async () => {
    let data: FileRecord['entity'] = {};
    for (let i = 0; i < 100_000; i += 1) data = { data };
    await expect(batchesOf([{ where: 'line 1', source: null, entity: data }])).rejects.toThrow(CliError);
  });

  it('hold every entity once, in order within a source, within the bounds', async () => {
    const arbitrary = fc.record({ name: fc.string({ maxLength: 60 }), source: fc.constantFrom('a', 'b', 'c', 'd') });
    const limits = { entities: 4, bytes: 200, heldBytes: 300 };
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrary, { maxLength: 60 }), async (items) => {
        const records = items.map(({ name, source }, i) => ({ ...record(name, source), where: `${i}` }));
        const batches = await batchesOf(records, limits);
        for (const source of ['a', 'b', 'c', 'd']) {
          const sent = batches.filter((b) => b.source === source).flatMap((b) => b.entities.map((e) => e.where));
          expect(sent).toEqual(records.filter((r) => r.source === source).map((r) => r.where));
        }
        for (const { entities } of batches) {
          expect(entities.length).toBeLessThanOrEqual(limits.entities);
          const bytes = entities.reduce((sum, e) => sum + Buffer.byteLength(e.json), 0);
          expect(bytes <= limits.bytes || entities.length === 1).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
