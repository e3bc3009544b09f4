import type { Lookup, Observed, Plan } from '@diode/engine';
import { describe, expect, it } from 'vitest';
import { makeAnswers } from './answers.js';
import { makeKnownAnswers } from './known-answers.js';

const lookup = (slug: string, extra: Partial<Lookup> = {}): Lookup => ({
  key: `dcim.site|slug=${slug}`,
  objectType: 'dcim.site',
  by: { kind: 'fields', values: { slug }, fold: [] },
  ...extra,
});
const site = (id: number, slug: string, description = ''): Observed => ({
  objectType: 'dcim.site',
  id,
  url: `/dcim/sites/${id}/`,
  data: { slug, description },
  lastUpdated: null,
});
const planOf = (...changes: { action: 'create' | 'update'; netboxId: number | null }[]): Plan => ({
  kind: 'plan',
  mode: 'write',
  outcomes: [],
  changes: changes.map((change, index) => ({
    key: String(index),
    objectType: 'dcim.site',
    label: '',
    url: null,
    fields: {},
    late: [],
    level: 0,
    because: null,
    problems: [],
    aliases: [],
    ...change,
  })),
});

const keysOf = (object: Observed): readonly string[] => [`dcim.site|slug=${String(object.data.slug)}`];

/** A mirror and a NetBox as plain lists; `asked` is what NetBox was asked. */
function world(o: { mirror?: Observed[]; netbox?: Observed[] } = {}) {
  const mirror = new Map((o.mirror ?? []).map((object) => [object.id, object]));
  const netbox = o.netbox ?? [];
  const asked: string[] = [];
  const known = makeKnownAnswers({ maxAgeMs: 1_000, limit: 100, now: () => 0 });
  const match = (objects: readonly Observed[], one: Lookup): Observed[] =>
    objects.filter((object) => keysOf(object).includes(one.key));
  const make = (mistrust = false) =>
    makeAnswers({
      mirror: {
        lookup: async (lookups) =>
          new Map(
            lookups.flatMap((one) => {
              const found = match([...mirror.values()], one);
              return found.length > 0 ? [[one.key, found] as const] : [];
            }),
          ),
        put: async (objects) => {
          for (const { observed } of objects) mirror.set(observed.id, observed);
        },
        forget: async (objects) => {
          for (const { id } of objects) mirror.delete(id);
        },
        aliasTargets: async () => [],
      },
      reader: {
        find: async (lookups) => {
          asked.push(...lookups.map((one) => one.key.split('=')[1] ?? ''));
          return new Map(lookups.map((one) => [one.key, match(netbox, one)]));
        },
      },
      known,
      seen: { learn: () => undefined },
      lookupKeys: keysOf,
      mirrorMaxAgeMs: 1_000,
      signal: new AbortController().signal,
      mistrust,
    });
  return { mirror, netbox, asked, known, make };
}

const ids = (answer: ReadonlyMap<string, readonly Observed[]>): number[][] =>
  [...answer.values()].map((found) => found.map((one) => one.id));

describe('answers', () => {
  it('come from the mirror, and from NetBox only for what it lacks, which it then has', async () => {
    const w = world({ mirror: [site(1, 'a')], netbox: [site(1, 'a'), site(2, 'b')] });
    expect(ids(await w.make().ask([lookup('a'), lookup('b')]))).toEqual([[1], [2]]);
    expect(w.asked).toEqual(['b']);
    await w.make().ask([lookup('a'), lookup('b')]);
    expect(w.asked).toEqual(['b']);
  });

  it('do not ask twice for what NetBox does not have (I13)', async () => {
    const w = world();
    await w.make().ask([lookup('a')]);
    await w.make().ask([lookup('a')]);
    expect(w.asked).toEqual(['a']);
    w.known.forgetType('dcim.site');
    await w.make().ask([lookup('a')]);
    expect(w.asked).toEqual(['a', 'a']);
  });

  it('do not take one of several for all', async () => {
    const w = world({ mirror: [site(1, 'a')], netbox: [site(1, 'a'), site(2, 'a')] });
    expect(ids(await w.make().ask([lookup('a', { many: true })]))).toEqual([[1, 2]]);
    await w.make().ask([lookup('a', { many: true })]);
    expect(w.asked).toEqual(['a']);
    w.mirror.delete(2);
    expect(ids(await w.make().ask([lookup('a', { many: true })]))).toEqual([[1, 2]]);
  });

  it('leave out what another answer makes needless', async () => {
    const w = world({ mirror: [site(1, 'a')] });
    const answer = await w.make().ask([lookup('a'), lookup('b', { unlessFound: ['dcim.site|slug=a'] })]);
    expect([ids(answer), w.asked]).toEqual([[[1], []], []]);
  });

  it('are read again before a write, and only those it rests on', async () => {
    const w = world({ mirror: [site(1, 'a'), site(2, 'b')], netbox: [site(1, 'a', 'moved'), site(2, 'b')] });
    const answers = w.make();
    await answers.ask([lookup('a'), lookup('b')]);
    expect(await answers.refreshFor(planOf({ action: 'update', netboxId: 2 }))).toBe(false);
    expect(w.asked).toEqual(['b']);
    expect(await answers.refreshFor(planOf({ action: 'update', netboxId: 1 }))).toBe(true);
    expect(w.asked).toEqual(['b', 'a']);
  });

  it('are not read again for what this attempt itself wrote', async () => {
    const w = world({ netbox: [site(1, 'a')] });
    const answers = w.make();
    w.mirror.set(1, site(1, 'a'));
    answers.invalidate([site(1, 'a')], new Set(['dcim.site']));
    await answers.ask([lookup('a')]);
    expect(await answers.refreshFor(planOf({ action: 'update', netboxId: 1 }))).toBe(false);
    expect(w.asked).toEqual([]);
    await w.make().ask([lookup('a')]);
    expect(await answers.refreshAll()).toBe(false);
  });

  it('find what somebody made since NetBox was last asked, before it is made twice', async () => {
    const w = world();
    await w.make().ask([lookup('a')]);
    w.netbox.push(site(7, 'a'));
    const answers = w.make();
    expect(ids(await answers.ask([lookup('a')]))).toEqual([[]]);
    expect(await answers.refreshFor(planOf({ action: 'create', netboxId: null }))).toBe(true);
    expect(ids(await answers.ask([lookup('a')]))).toEqual([[7]]);
  });

  it('come from NetBox alone after a crash', async () => {
    const w = world({ mirror: [site(1, 'a')] });
    expect(ids(await w.make(true).ask([lookup('a')]))).toEqual([[]]);
    expect(w.asked).toEqual(['a']);
  });
});
