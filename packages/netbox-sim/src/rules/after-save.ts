import type { Engine } from '../engine.js';
import { readTermination } from '../represent/cabling.js';
import { isRecord, type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import type { Author } from '../write/change-log.js';
import { newRow } from '../write/new-row.js';
import { instantiate } from './instantiate.js';

export interface Saved {
  readonly engine: Engine;
  readonly author: Author;
  readonly type: TypeTable;
  readonly row: Row;
  readonly before: Row | null;
  readonly attrs: Readonly<Record<string, Json>>;
}

/** What follows from a save elsewhere in NetBox: components of a device, data of a custom field, ends of a cable, cached places. */
export function afterSave(saved: Saved): void {
  const { type, before } = saved;
  switch (type.model) {
    case 'dcim.device':
      if (!before) instantiate(saved, 'device_type');
      else refreshPlaces(saved);
      break;
    case 'dcim.module':
      if (!before) instantiate(saved, 'module_type');
      break;
    case 'dcim.cable':
      connect(saved);
      break;
    case 'circuits.circuittermination':
      terminate(saved);
      break;
    case 'extras.customfield':
      spreadCustomField(saved);
      break;
    default:
  }
}

/** Components carry their device's site, location and rack for filters. */
function refreshPlaces({ engine, row, before }: Saved): void {
  if (['site', 'location', 'rack'].every((column) => row[column] === before?.[column])) return;
  for (const type of engine.tables.types) {
    if (!type.columns._rack || type.columns.device?.to !== 'dcim.device') continue;
    for (const id of engine.db.table(type.model).where('device', row.id)) {
      const part = engine.row(type.model, id);
      if (part) {
        engine.db.put(type.model, {
          ...part,
          _site: row.site ?? null,
          _location: row.location ?? null,
          _rack: row.rack ?? null,
        });
      }
    }
  }
}

/** A new custom field appears on every object of its types, with its default; a renamed one takes its data along. */
function spreadCustomField({ engine, row, before }: Saved): void {
  const types = (one: Row | null): string[] => (Array.isArray(one?.object_types) ? one.object_types.map(String) : []);
  const [name, old] = [textOf(row.name), textOf(before?.name)];
  for (const model of new Set([...types(row), ...types(before)])) {
    const [wanted, held] = [types(row).includes(model), types(before).includes(model)];
    if (wanted && held && name === old) continue;
    for (const object of [...engine.db.table(model).rows()]) {
      const { [old]: value, ...rest } = isRecord(object.custom_field_data) ? object.custom_field_data : {};
      const next = held && wanted ? (value ?? null) : (row.default ?? null);
      const data: Record<string, Json> = wanted ? { ...rest, [name]: next } : rest;
      engine.db.put(model, { ...object, custom_field_data: data });
    }
  }
}

/** A circuit names its two terminations. */
function terminate({ engine, row }: Saved): void {
  const circuit = engine.row('circuits.circuit', row.circuit);
  const column = row.term_side === 'Z' ? 'termination_z' : 'termination_a';
  if (circuit) engine.db.put('circuits.circuit', { ...circuit, [column]: row.id });
}

/** Writes the ends given as rows of cable terminations, and tells the ports. */
function connect({ engine, row, attrs }: Saved): void {
  const ends = engine.tables.require('dcim.cabletermination');
  for (const [name, side] of [['a_terminations', 'A'] as const, ['b_terminations', 'B'] as const]) {
    const given = attrs[name];
    if (!Array.isArray(given)) continue;
    for (const id of [...engine.db.table(ends.model).where('cable', row.id)]) {
      const end = engine.row(ends.model, id);
      if (end?.cable_end === side) disconnect(engine, end);
    }
    for (const value of given) {
      const end = readTermination(value);
      const port = end ? engine.row(end.type, end.id) : undefined;
      if (!end || !port) continue;
      const id = engine.db.nextId(ends.model);
      const fresh = newRow(ends, id, engine.clock.now());
      engine.db.put(ends.model, {
        ...fresh,
        cable: row.id,
        cable_end: side,
        termination_type: end.type,
        termination_id: end.id,
      });
      engine.db.put(end.type, { ...port, cable: row.id, cable_end: side });
    }
  }
  const { a_terminations: _a, b_terminations: _b, ...stored } = row;
  engine.db.put('dcim.cable', { ...stored, id: row.id });
}

/** Removes one end of a cable from the port it is on. */
export function disconnect(engine: Engine, end: Row): void {
  const model = textOf(end.termination_type);
  const port = engine.row(model, end.termination_id);
  if (port) engine.db.put(model, { ...port, cable: null, cable_end: '' });
  engine.db.delete('dcim.cabletermination', end.id);
}
