import { leakCheck } from '@diode/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { int4Array, int8Array, uuidArray } from '../src/postgres/binary-array.js';
import { SETTLED_CHANGES } from '../src/sql/journal.js';
import {
  ABANDON_CLAIMS,
  CLAIM_ROWS,
  CLAIMED_ENTITIES,
  DUE_PARTITIONS,
  DUE_ROWS,
  NEXT_DUE,
  WAKE_NEXT,
} from '../src/sql/work.js';
import { finished, newEntity, newSync, uuidV7 } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly PlanNode[];
}

let t: TestStore;
let client: pg.Client;

beforeAll(async () => {
  t = await openTestStore();
  client = new pg.Client({ connectionString: t.url });
  await client.connect();
  // 120,000 rows wait: 20,000 in partition 3 about one object, the others parked, claimed or due.
  await t.sql(`
    INSERT INTO work (sync_id, index, partition, ordering_key, state, attempts, due_at, claimed_by, received_at)
    SELECT overlay(diode_uuid_floor(now() - n * interval '10 ms')::text placing '7' from 15)::uuid, n,
      CASE WHEN n <= 20000 THEN 3 ELSE n % 16 END, CASE WHEN n <= 20000 THEN 99 ELSE n END,
      CASE WHEN n <= 20000 THEN 'queued' ELSE (ARRAY['queued', 'retrying', 'planning'])[n % 3 + 1] END, 0,
      now() + CASE WHEN n <= 20000 OR n % 3 = 0 THEN interval '-1 hour' ELSE interval '1 hour' END,
      CASE WHEN n > 20000 AND n % 3 = 2 THEN 'other' END, now()
    FROM generate_series(1, 120000) n`);
  await t.sql(`INSERT INTO entities SELECT sync_id, index, 'dcim.device', '{}', now() FROM work WHERE partition = 3`);
  await t.sql(`
    INSERT INTO syncs SELECT sync_id, 'test', 'client', 'http', false, 1, 0, NULL, NULL, now() FROM work WHERE partition = 3`);
  await t.sql('ANALYZE work, entities, syncs');
});
afterAll(async () => {
  await client.end();
  await t.close();
});

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** The plan of a statement run for real and rolled back. */
async function explain(text: string, values: readonly unknown[]): Promise<readonly PlanNode[]> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      [...values],
    );
    return nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan);
  } finally {
    await client.query('ROLLBACK');
  }
}

function scansWhole(nodes: readonly PlanNode[]): readonly string[] {
  return nodes
    .filter((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== undefined)
    .map((node) => String(node['Relation Name']));
}

const blocks = (nodes: readonly PlanNode[]) =>
  (nodes[0]?.['Shared Hit Blocks'] ?? 0) + (nodes[0]?.['Shared Read Blocks'] ?? 0);

describe('with 120,000 rows waiting', () => {
  it('looking for due rows reads a handful of pages, and only through the index', async () => {
    const nodes = await explain(DUE_ROWS.text, [3, 50]);
    expect(scansWhole(nodes)).toEqual([]);
    expect(blocks(nodes)).toBeLessThan(600);
  });

  it('judging and claiming them probes indexes, a few pages a row', async () => {
    const due = (await client.query<{ sync_id: string; index: number }>(DUE_ROWS.text, [3, 256])).rows;
    const refs = [uuidArray(due.map((r) => r.sync_id)), int4Array(due.map((r) => r.index))];
    const nodes = await explain(CLAIM_ROWS.text, [...refs, 50, 'w', 60_000]);
    expect(scansWhole(nodes)).toEqual([]);
    expect(blocks(nodes)).toBeLessThan(256 * 60);
  });

  it('reading claimed entities opens the partitions of their days only', async () => {
    const due = (await client.query<{ sync_id: string; index: number }>(DUE_ROWS.text, [3, 50])).rows;
    const ids = due.map((r) => r.sync_id).sort();
    const nodes = await explain(CLAIMED_ENTITIES.text, [
      uuidArray(due.map((r) => r.sync_id)),
      int4Array(due.map((r) => r.index)),
      ids[0],
      ids.at(-1),
    ]);
    expect(scansWhole(nodes)).toEqual([]);
    const opened = new Set(nodes.map((n) => n['Relation Name']).filter((name) => name?.startsWith('entities_')));
    expect(opened.size).toBeLessThanOrEqual(2);
  });

  it('waking the next of a key and asking for due partitions probe indexes', async () => {
    expect(scansWhole(await explain(WAKE_NEXT.text, [int8Array([99n, 5n]), 'channel', ['payload']]))).toEqual([]);
    const nodes = await explain(DUE_PARTITIONS.text, []);
    expect(scansWhole(nodes)).toEqual([]);
    expect(blocks(nodes)).toBeLessThan(400);
  });

  it('when the next row is due is one probe, and what a dead worker holds is found among the claimed', async () => {
    const next = await explain(NEXT_DUE.text, [4]);
    expect([scansWhole(next), blocks(next) < 20]).toEqual([[], true]);
    await client.query('SET enable_seqscan = off');
    expect(scansWhole(await explain(ABANDON_CLAIMS.text, ['nobody']))).toEqual([]);
    await client.query('RESET enable_seqscan');
  });

  it('what was applied for an entity is looked for in the days since it was accepted', async () => {
    const nodes = await explain(SETTLED_CHANGES.text, [uuidArray([uuidV7()]), int4Array([0]), uuidV7()]);
    const opened = nodes.filter((node) => node['Relation Name']?.startsWith('changes_'));
    expect(opened.length).toBeLessThanOrEqual(5);
  });

  it('a claim goes past twenty thousand blocked rows once, and never meets them again', async () => {
    const sync = newSync({ entities: Array.from({ length: 100 }, () => newEntity({ partition: 3 })) });
    await t.store.storeSync(sync);
    const take = async (limit: number) => {
      const rows = await t.store.claim({ partition: 3, limit, workerId: 'w', leaseMs: 60_000 });
      await t.store.finish(
        'w',
        rows.map((row) => finished(row.ref)),
      );
      return rows.length;
    };
    while ((await take(500)) > 1);
    expect((await t.store.sync(sync.syncId, { limit: 1, cursor: null }))?.status).toBe('completed');
    const due = (await client.query(DUE_ROWS.text, [3, 1_000])).rows;
    expect(due.length).toBeLessThanOrEqual(1);
    // The one object goes on, row by row.
    expect([await take(10), await take(10), await take(10)]).toEqual([1, 1, 1]);
  });

  it('reading one sync opens one day', async () => {
    const nodes = await explain('SELECT * FROM receipts WHERE sync_id = $1', [uuidV7()]);
    expect(nodes.filter((n) => n['Relation Name'] !== undefined)).toHaveLength(1);
  });
});
