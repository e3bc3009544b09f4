import type { Engine } from '../engine.js';
import { isRecord, type Row, textOf } from '../store/row.js';
import type { TypeTable } from '../tables/table-shapes.js';

/** What follows from a deletion elsewhere: the data of a custom field, the port of a cable end. */
export function afterDelete(engine: Engine, type: TypeTable, row: Row): void {
  if (type.model === 'extras.customfield') {
    for (const model of Array.isArray(row.object_types) ? row.object_types.map(String) : []) {
      for (const object of [...engine.db.table(model).rows()]) {
        const { [textOf(row.name)]: _, ...rest } = isRecord(object.custom_field_data) ? object.custom_field_data : {};
        engine.db.put(model, { ...object, custom_field_data: rest });
      }
    }
  }
  if (type.model === 'dcim.cabletermination') {
    const model = textOf(row.termination_type);
    const port = engine.row(model, row.termination_id);
    if (port) engine.db.put(model, { ...port, cable: null, cable_end: '' });
  }
}
