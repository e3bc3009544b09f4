import { type FieldRow, type ObjectTypeRow, objectType } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { excerpt } from '../normal-form/normalized.js';
import { referenceNode } from './explode-reference.js';
import { type Exploder, own, type Place, pointTo, problem } from './exploder.js';
import type { FieldInput } from './node.js';

const CLEARED: FieldInput = { kind: 'value', value: null };

/**
 * `{"interface": {…}}` keyed by model, `{type, id}`, or NetBox's pair of fields (value null then: the pair is read from the object). Both halves of
 * the pair come this way and say the same.
 */
export function explodeGeneric(exploder: Exploder, place: Place, field: FieldRow, value: JsonValue): FieldInput | null {
  if (value === null && !Object.hasOwn(place.data, field.name)) return explodePair(exploder, place, field);
  const pointer = pointTo(place.pointer, field.name);
  if (value === null) return CLEARED;
  if (isJsonObject(value)) {
    const type = own(value, 'type') ?? own(value, 'object_type');
    if (typeof type === 'string')
      return target(exploder, place, field, {
        model: type,
        value: own(value, 'id') ?? own(value, 'object_id') ?? null,
        pointer,
      });
    const keys = Object.keys(value);
    const [model] = keys;
    if (keys.length === 1 && model !== undefined) {
      return target(exploder, place, field, {
        model,
        value: own(value, model) ?? null,
        pointer: pointTo(pointer, model),
      });
    }
  }
  return refuse(exploder, field, pointer, `${excerpt(value)} names no object`);
}

function explodePair(exploder: Exploder, place: Place, field: FieldRow): null {
  const type = own(place.data, `${field.name}_type`);
  const id = own(place.data, `${field.name}_id`);
  const pointer = pointTo(place.pointer, `${field.name}_${id === undefined ? 'type' : 'id'}`);
  if ((type ?? null) === null && (id ?? null) === null) place.node.fields.set(field.name, CLEARED);
  else if (typeof type !== 'string' || id === undefined) {
    refuse(exploder, field, pointer, `${field.name}_type and ${field.name}_id belong together`);
  } else if (!place.node.fields.has(field.name)) {
    const input = target(exploder, place, field, { model: type, value: id, pointer });
    if (input !== null) place.node.fields.set(field.name, input);
  }
  return null;
}

function target(
  exploder: Exploder,
  place: Place,
  field: FieldRow,
  said: { readonly model: string; readonly value: JsonValue; readonly pointer: string },
): FieldInput | null {
  const row = rowOf(field, said.model);
  if (row === undefined)
    return refuse(exploder, field, said.pointer, `${field.name} cannot point at ${excerpt(said.model)}`);
  const spot = { place, row, fieldName: field.name, context: undefined, pointer: said.pointer };
  const node = referenceNode(exploder, spot, said.value);
  return node === null ? null : { kind: 'node', node };
}

/** `interface`, `site_group`, `dcim.sitegroup`. */
function rowOf(field: FieldRow, model: string): ObjectTypeRow | undefined {
  const word = model.toLowerCase().replaceAll(/[_\s-]/g, '');
  const name = field.to?.find((one) => one === word || one.slice(one.indexOf('.') + 1) === word);
  return name === undefined ? undefined : objectType(name);
}

function refuse(exploder: Exploder, field: FieldRow, pointer: string, detail: string): null {
  const models = (field.to ?? []).map((name) => name.slice(name.indexOf('.') + 1)).join(', ');
  // Both halves of a pair come by: one word is enough.
  if (exploder.problems.some((one) => one.pointer === pointer)) return null;
  problem(exploder, pointer, 'invalid_reference', { detail, remedy: `Send {"<model>": {…}} with one of: ${models}.` });
  return null;
}
