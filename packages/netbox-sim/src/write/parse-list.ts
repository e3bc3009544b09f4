import type { Engine } from '../engine.js';
import type { FieldSpec, Json } from '../tables/table-shapes.js';
import { bad, type Parsed } from './parsed.js';
import { pythonStr, pythonTypeName } from './python-text.js';
import { findRelated } from './related-object.js';

const notAList = (raw: Json): string => `Expected a list of items but got type "${pythonTypeName(raw)}".`;

/** Many-to-many fields take ids only. */
export function parseIds(engine: Engine, field: FieldSpec, raw: Json): Parsed {
  if (!Array.isArray(raw)) return bad(notAList(raw));
  if (field.emptyAllowed === false && raw.length === 0) return bad('This list may not be empty.');
  const ids = new Set<number>();
  for (const item of raw) {
    if (typeof item !== 'number' && typeof item !== 'string') {
      return bad(`Incorrect type. Expected pk value, received ${pythonTypeName(item)}.`);
    }
    const id = Number(item);
    if (!engine.db.get(field.to ?? '', id)) return bad(`Invalid pk "${pythonStr(item)}" - object does not exist.`);
    ids.add(id);
  }
  return { value: [...ids] };
}

/** Tags take ids or dicts of attributes, never bare names; the first that is wrong is the only one named. */
export function parseTags(engine: Engine, raw: Json): Parsed {
  if (!Array.isArray(raw)) return { errors: { non_field_errors: [notAList(raw)] } };
  const ids = new Set<number>();
  for (const item of raw) {
    const found = findRelated(engine, 'extras.tag', item);
    if ('error' in found) return bad(found.error);
    ids.add(found.id);
  }
  return { value: [...ids] };
}

export function parseContentTypes(field: FieldSpec, raw: Json): Parsed {
  if (!Array.isArray(raw)) return bad(notAList(raw));
  if (field.emptyAllowed === false && raw.length === 0) return bad('This list may not be empty.');
  for (const item of raw) {
    if (typeof item !== 'string' || item.split('.').length !== 2) {
      return bad("Invalid value. Specify a content type as '<app_label>.<model_name>'.");
    }
    if (field.types && !field.types.includes(item)) return bad(`Invalid content type: ${item}`);
  }
  return { value: [...new Set(raw)] };
}
