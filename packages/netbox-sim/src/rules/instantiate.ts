import { ordered } from '../represent/order.js';
import { type Row, textOf } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';
import { recordChange } from '../write/change-log.js';
import { defaultCustomFields } from '../write/custom-field-data.js';
import { newRow } from '../write/new-row.js';
import type { Saved } from './after-save.js';
import { beforeSave } from './before-save.js';

/** Components in the order NetBox makes them: what others refer to comes first. */
const kinds = [
  'consoleport',
  'consoleserverport',
  'powerport',
  'poweroutlet',
  'interface',
  'rearport',
  'frontport',
  'modulebay',
  'devicebay',
  'inventoryitem',
];
const notCopied = new Set([
  'id',
  'created',
  'last_updated',
  'device_type',
  'module_type',
  'lft',
  'rght',
  'tree_id',
  'level',
  '_name',
  'description',
]);

/** Gives a new device (or module) the components its type has templates for, each with a change record. */
export function instantiate({ engine, author, type, row }: Saved, owner: 'device_type' | 'module_type'): void {
  const device = type.model === 'dcim.device' ? row.id : row.device;
  const bay = type.model === 'dcim.module' ? engine.row('dcim.modulebay', row.module_bay) : undefined;
  const made = new Map<string, number>();
  for (const kind of kinds) {
    const templates = engine.db.table(`dcim.${kind}template`);
    const target = engine.tables.byModel(`dcim.${kind}`);
    const templateType = engine.tables.require(`dcim.${kind}template`);
    if (!target || !templateType.columns[owner]) continue;
    for (const id of ordered(engine, templateType, templates.where(owner, row[owner] ?? null), null)) {
      const template = templates.get(id);
      if (!template) continue;
      const fresh = newRow(target, engine.db.nextId(target.model), engine.clock.now());
      const component: Row = beforeSave(
        engine,
        target,
        {
          ...fresh,
          ...copied(template, fresh, bay),
          ...references(template, kind, made),
          id: fresh.id,
          device: device ?? null,
          ...('module' in target.columns && bay && { module: row.id }),
          custom_field_data: defaultCustomFields(engine, target.model),
        },
        null,
      );
      engine.db.put(target.model, component);
      made.set(`${kind}#${id}`, component.id);
      recordChange(engine, author, target, { action: 'create', before: null, after: component, message: '' });
    }
  }
}

function copied(template: Row, fresh: Row, bay: Row | undefined): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(template)) {
    if (notCopied.has(name) || !(name in fresh)) continue;
    out[name] =
      name === 'name' || name === 'label' ? textOf(value).replaceAll('{module}', textOf(bay?.position)) : value;
  }
  return out;
}

/** A template's reference to another template becomes one to the component made from it. */
function references(template: Row, kind: string, made: ReadonlyMap<string, number>): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [column, target] of [
    ['power_port', 'powerport'],
    ['rear_port', 'rearport'],
    ['bridge', 'interface'],
    ['parent', kind],
  ]) {
    const id = column === undefined ? null : template[column];
    if (column !== undefined && typeof id === 'number') out[column] = made.get(`${target}#${id}`) ?? null;
  }
  return out;
}
