import type { Engine } from '../engine.js';
import { readTermination } from '../represent/cabling.js';
import type { Json } from '../tables/table-shapes.js';
import { serverError, wrongObject } from '../write/refusal.js';
import type { CleanContext, Rule } from './rules.js';

const uncabled = new Map([
  ['virtual', 'Virtual'],
  ['bridge', 'Bridge'],
  ['lag', 'Link Aggregation Group (LAG)'],
]);

/** Interfaces that stand for no port cannot take a cable; a port takes one. */
function termination(engine: Engine, value: Json, own: number): void {
  const end = readTermination(value);
  if (!end) return;
  const row = engine.row(end.type, end.id);
  const name = engine.tables.byModel(end.type)?.objectName ?? end.type;
  if (!row) throw serverError('DoesNotExist', `${name} matching query does not exist.`, engine.tables.netbox);
  const held = row.cable;
  if (typeof held === 'number' && held !== own) {
    throw wrongObject(`Duplicate termination found for ${end.type} ${end.id}: cable ${held}`);
  }
  const label = end.type === 'dcim.interface' ? uncabled.get(String(row.type)) : undefined;
  if (label !== undefined) throw wrongObject(`Cables cannot be terminated to ${label} interfaces`);
}

function cable({ engine, row, before }: CleanContext): undefined {
  const ends = ['a_terminations', 'b_terminations'].map((name) => {
    const value = row[name];
    return Array.isArray(value) ? value : [];
  });
  if (row.length !== null && !row.length_unit) throw wrongObject('Must specify a unit when setting a cable length');
  if (!before && ends.some((end) => end.length === 0)) {
    throw wrongObject('Must define A and B terminations when creating a new cable.');
  }
  for (const value of ends.flat()) termination(engine, value, row.id);
}

export const cableRules: Readonly<Record<string, Rule>> = { 'dcim.cable': { clean: cable } };
