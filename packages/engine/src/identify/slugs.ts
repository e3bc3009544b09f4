import type { ProblemItem } from '@diode/protocol';
import type { Graph } from '../graph/graph.js';
import { inputOf, type Thing } from '../graph/thing.js';
import { typeWord } from '../graph/words.js';
import { fold, type Knowing, matcherKey } from '../lookup/matcher-key.js';
import { slugify } from '../normal-form/text.js';
import { type Answers, type Needs, need } from './answers.js';
import { fileUnder } from './attach.js';
import { knowingThing } from './knowing.js';
import { probeOf } from './probes.js';

/** `dc-1`, then `dc-1-2` to `dc-1-9`: more objects of one slug are a mistake somebody should look at. */
const MOST_TRIES = 9;

/** Gives what is to be made the slug of its name. False = something must be asked first. */
export function chooseSlug(graph: Graph, answers: Answers, thing: Thing, needs: Needs): boolean {
  const { row } = thing;
  const from = row.slugFrom;
  if (from === undefined || inputOf(thing, 'slug') !== undefined || thing.defaults.has('slug')) return true;
  const said = inputOf(thing, from)?.input;
  const name = said?.kind === 'value' ? said.value : null;
  const matcher = row.matchers.find((one) => one.unique && one.fields.includes('slug'));
  if (typeof name !== 'string' || matcher === undefined) return true;
  const base = slugify(name);
  const known = knowingThing(thing);
  for (let index = 1; index <= MOST_TRIES; index++) {
    const slug = candidate(base, index);
    const probe = probeOf(row, matcher, withSlug(known, slug), false);
    if (probe === null) return true;
    if (!probe.virtual && answers.get(probe.key) === undefined) {
      askFrom(index, { row, matcher, known, base, answers }, needs);
      return false;
    }
    const holders = [
      ...(answers.get(probe.key) ?? []).map((observed) => observed.data[from] ?? null),
      ...(graph.index.get(probe.key) ?? []).filter((other) => other !== thing && hasSlug(other, slug)).map(() => null),
    ];
    if (holders.some((holder) => typeof holder === 'string' && fold(holder) === fold(name))) {
      const urls = (answers.get(probe.key) ?? []).map((observed) => observed.url).join(', ');
      thing.problems.push(nearlyTaken(thing, { slug, name, urls }));
      return true;
    }
    if (holders.length === 0) {
      fileUnder(graph, matcherKey(row, matcher, withSlug(known, slug)) ?? probe.key, thing);
      thing.defaults.set('slug', {
        input: { kind: 'value', value: slug },
        rule: 'builtin.slug',
        reason: index === 1 ? `made of ${from}` : `made of ${from}; ${base} is taken by another ${typeWord(row)}`,
      });
      return true;
    }
  }
  thing.problems.push({
    pointer: '/slug',
    code: 'slug_taken',
    detail: `the slugs ${base} to ${candidate(base, MOST_TRIES)} are all taken`,
    remedy: 'Send a slug of its own.',
  });
  return true;
}

function candidate(base: string, index: number): string {
  return index === 1 ? base : `${base.slice(0, 97)}-${index}`;
}

/** The first is asked alone; when it is taken, all the others at once. */
function askFrom(
  index: number,
  o: {
    readonly row: Thing['row'];
    readonly matcher: NonNullable<Thing['row']['matchers'][number]>;
    readonly known: Knowing;
    readonly base: string;
    readonly answers: Answers;
  },
  needs: Needs,
): void {
  for (let next = index; next <= (index === 1 ? 1 : MOST_TRIES); next++) {
    const probe = probeOf(o.row, o.matcher, withSlug(o.known, candidate(o.base, next)), false);
    if (probe !== null && !probe.virtual && o.answers.get(probe.key) === undefined) need(needs, probe.lookup());
  }
}

function withSlug(known: Knowing, slug: string): Knowing {
  return (field) => (field === 'slug' ? slug : known(field));
}

function hasSlug(thing: Thing, slug: string): boolean {
  const chosen = thing.defaults.get('slug')?.input ?? inputOf(thing, 'slug')?.input;
  return chosen?.kind === 'value' && chosen.value === slug;
}

/** The holder has the same name but for case: perhaps the same object, perhaps not. */
function nearlyTaken(
  thing: Thing,
  taken: { readonly slug: string; readonly name: string; readonly urls: string },
): ProblemItem {
  return {
    pointer: `/${thing.row.slugFrom ?? 'name'}`,
    code: 'ambiguous',
    detail: `NetBox has a ${typeWord(thing.row)} whose name differs from "${taken.name}" in case only (${taken.urls})`,
    remedy: `Send the name as NetBox spells it, or a slug other than ${taken.slug} to make another.`,
  };
}
