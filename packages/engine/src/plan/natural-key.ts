import type { MatcherRow } from '@diode/catalogue';
import type { Graph } from '../graph/graph.js';
import { currentValue, labelOf, targetOf } from '../graph/label.js';
import type { Thing } from '../graph/thing.js';
import { hostOf } from '../normal-form/address.js';

/**
 * The key two workers exclude each other by when they would make the same object (I4): names all the way, no ids, so that it is the same whether what
 * the object hangs on exists or is being made. What one of them may not know (a region's parent, a device's tenant) is left out where the type can be
 * found without it: who says less means the same object, and NetBox's own constraints hold for those that say as much.
 */
export function naturalKey(graph: Graph, thing: Thing): string {
  const { row } = thing;
  const by = row.slugFrom === undefined ? row.labelField : 'slug';
  const naming = row.matchers.filter((one) => one.fields.includes(by));
  const matcher = naming.find((one) => one.unlessDiffers !== undefined) ?? naming[0] ?? row.matchers[0];
  return matcher === undefined
    ? `${row.name}|${labelOf(thing)}`
    : `${row.name}|${matcher.fields.map((field) => part(graph, thing, matcher, field)).join('|')}`;
}

function part(graph: Graph, thing: Thing, matcher: MatcherRow, field: string): string {
  const target = targetOf(thing, field, graph);
  if (target !== null) return `${field}=${shortLabel(target)}`;
  const value = currentValue(thing, field);
  if (value === undefined || value === null) return `${field}!`;
  const text = String(value);
  if (matcher.host?.includes(field) === true) return `${field}=${hostOf(text)}`;
  return matcher.fold?.includes(field) === true ? `${field}~${text.toLowerCase()}` : `${field}=${text}`;
}

function shortLabel(thing: Thing): string {
  const slug = currentValue(thing, 'slug');
  return typeof slug === 'string' ? slug : labelOf(thing).toLowerCase();
}
