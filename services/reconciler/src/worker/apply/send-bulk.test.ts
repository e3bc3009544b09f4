import type { Change } from '@diode/engine';
import { NetboxFault, type NetboxWriter, type WriteAnswer, type WriteItem } from '@diode/netbox';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Sendable, type Sent, sendBulk } from './send-bulk.js';

const change = (key: string): Change => ({
  key,
  objectType: 'dcim.site',
  label: key,
  action: 'create',
  netboxId: null,
  url: null,
  fields: {},
  late: [],
  level: 0,
  because: null,
  problems: [],
  aliases: [],
});

const items = (names: readonly string[]): readonly Sendable[] =>
  names.map((name) => ({ changeId: name, change: change(name), netboxId: null, body: { name }, message: '' }));

const problem = { pointer: '/name', code: 'netbox_refused', detail: 'no', remedy: '' };
const nameOf = (item: WriteItem): string => String(item.body.name);

/** All or nothing, as NetBox: `bad` are refused, `poison` makes it raise, `known` is there already. */
function netbox(o: { bad?: readonly string[]; poison?: readonly string[]; known?: readonly string[]; named: boolean }) {
  const held: string[] = [];
  const requests: string[][] = [];
  const createMany: NetboxWriter['createMany'] = async (objectType, list): Promise<WriteAnswer> => {
    const names = list.map(nameOf);
    requests.push(names);
    if (names.some((name) => o.poison?.includes(name))) {
      throw new NetboxFault({ kind: 'broken', detail: 'ValueError', mayHaveApplied: false });
    }
    if (names.some((name) => o.known?.includes(name)))
      return { kind: 'conflict', detail: 'duplicate key', requestId: 'r' };
    const bad = names.flatMap((name, index) => (o.bad?.includes(name) ? [[index, [problem]] as const] : []));
    if (bad.length > 0) {
      return {
        kind: 'refused',
        status: 400,
        culprits: o.named || names.length === 1 ? new Map(bad) : null,
        problems: [problem],
        requestId: 'r',
      };
    }
    held.push(...names);
    const objects = names.map((name) => ({
      objectType,
      id: held.indexOf(name) + 1,
      url: '',
      data: { name },
      lastUpdated: null,
    }));
    return { kind: 'written', objects, requestId: 'r' };
  };
  return { held, requests, writer: { createMany, updateMany: createMany } };
}

async function send(writer: NetboxWriter, list: readonly Sendable[], size = 50) {
  const told: Sent[] = [];
  const sent = await sendBulk(
    {
      writer,
      pacer: { batchSize: () => size },
      signal: new AbortController().signal,
      now: () => 0,
      onSent: async (some) => void told.push(...some),
    },
    'dcim.site',
    list,
  );
  const results = Object.fromEntries(sent.map((one) => [one.item.changeId, one.result.kind]));
  return { sent, told, results };
}

describe('sending in bulk', () => {
  it('takes the culprits NetBox names and sends the rest once more', async () => {
    const nb = netbox({ bad: ['b', 'd'], named: true });
    const { results } = await send(nb.writer, items(['a', 'b', 'c', 'd', 'e']));
    expect(results).toEqual({ a: 'applied', b: 'refused', c: 'applied', d: 'refused', e: 'applied' });
    expect(nb.requests).toHaveLength(2);
  });

  it('halves when NetBox does not say which one it means', async () => {
    const nb = netbox({ bad: ['c'], named: false });
    const { results } = await send(nb.writer, items(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']));
    expect(nb.held.sort()).toEqual(['a', 'b', 'd', 'e', 'f', 'g', 'h']);
    expect(results.c).toBe('refused');
  });

  it('isolates what NetBox raises on, and only that is tried again later', async () => {
    const nb = netbox({ poison: ['b'], named: true });
    const { results, sent } = await send(nb.writer, items(['a', 'b', 'c', 'd']));
    expect(results).toEqual({ a: 'applied', b: 'fault', c: 'applied', d: 'applied' });
    expect(sent.find((one) => one.item.changeId === 'b')?.settle).toBe('not_sent');
  });

  it('plans again what somebody else made meanwhile', async () => {
    const nb = netbox({ known: ['b'], named: true });
    const { results } = await send(nb.writer, items(['a', 'b', 'c']));
    expect(results).toEqual({ a: 'applied', b: 'again', c: 'applied' });
  });

  it('leaves a change unsettled when the answer was lost', async () => {
    const lost: NetboxWriter['createMany'] = async () => {
      throw new NetboxFault({ kind: 'away', detail: 'broke', mayHaveApplied: true });
    };
    const { sent } = await send({ createMany: lost, updateMany: lost }, items(['a', 'b']));
    expect(sent.map((one) => [one.result.kind, one.settle])).toEqual([
      ['fault', 'unsettled'],
      ['fault', 'unsettled'],
    ]);
  });

  it('does not halve for a missing permission', async () => {
    const requests: number[] = [];
    const forbidden: NetboxWriter['createMany'] = async (_type, list) => {
      requests.push(list.length);
      return { kind: 'refused', status: 403, culprits: null, problems: [problem], requestId: null };
    };
    const { results } = await send({ createMany: forbidden, updateMany: forbidden }, items(['a', 'b', 'c']));
    expect([requests, Object.values(results)]).toEqual([[3], ['refused', 'refused', 'refused']]);
  });

  it('writes every good object once and tells of each item once, whatever is bad among them (I11)', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        fc.boolean(),
        fc.integer({ min: 1, max: 50 }),
        async (all, dice, named, size) => {
          const kinds = all.map(() => dice.next().value as number);
          const pick = (n: number): string[] => all.filter((_, index) => kinds[index] === n);
          const nb = netbox({ bad: pick(0), poison: pick(1), known: pick(2), named });
          const { told } = await send(nb.writer, items(all), size);
          expect(nb.held.sort()).toEqual(all.filter((_, index) => kinds[index]! > 2).sort());
          expect(told.map((one) => one.item.changeId).sort()).toEqual([...all].sort());
        },
      ),
      { numRuns: 60 },
    );
  });
});
