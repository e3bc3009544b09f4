import { objectType } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { excerpt } from '../normal-form/normalized.js';
import type { CustomFieldRule } from '../policy-contract.js';
import { type Exploder, own, type Place, problem, sharedNode } from './exploder.js';
import { policyFor } from './graph.js';
import type { CustomEntry, FieldInput, GraphNode } from './node.js';

/** NetBox's own rule for the name of a custom field. */
const NAME = /^(?!.*__)[a-zA-Z0-9_]{1,50}$/;

/** Each custom field hangs on its definition: declared ones are made if NetBox lacks them, others are only looked for. */
export function explodeCustomFields(
  exploder: Exploder,
  place: Place,
  value: JsonValue,
  pointer: string,
): FieldInput | null {
  if (!isJsonObject(value)) {
    problem(exploder, pointer, 'invalid_value', {
      detail: `custom_fields: ${excerpt(value)} is not an object`,
      remedy: 'Send an object of names and values, or leave custom_fields out.',
    });
    return null;
  }
  const rules = policyFor(exploder.graph, place.row, place.node.mention).customFields;
  const entries = new Map<string, CustomEntry>();
  for (const name of Object.keys(value)) {
    const asserted = own(value, name);
    if (asserted === undefined) continue;
    if (!NAME.test(name)) {
      if (place.depth === 0) {
        exploder.unknown.push({
          field: `custom_fields.${name}`,
          reason: 'NetBox allows letters, digits and single underscores in the name of a custom field',
        });
      }
      continue;
    }
    const rule = rules.find((one) => one.name === name);
    const definition = definitionNode(exploder, place, { name, value: asserted, rule });
    entries.set(name, { value: asserted, definition });
  }
  return { kind: 'custom', entries };
}

/** The node of a custom field's definition. */
export function definitionNode(
  exploder: Exploder,
  place: Pick<Place, 'row' | 'node' | 'label'>,
  said: { readonly name: string; readonly value: JsonValue; readonly rule: CustomFieldRule | undefined },
): GraphNode {
  const { name, value, rule } = said;
  const row = definitionRow();
  const declared = rule !== undefined && value !== null;
  const type = declared ? customFieldType(rule, value) : '';
  return sharedNode(exploder, `custom field ${name} ${declared ? `for ${place.row.name} as ${type}` : ''}`, () => ({
    row,
    shape: declared ? 'derived' : 'label',
    mention: {
      ...place.node.mention,
      because: `custom field of ${place.row.name}, declared in ${rule?.origin.file ?? 'no file'}`,
    },
    writes: declared ? new Set(['object_types']) : 'none',
    fields: new Map<string, FieldInput>([
      ['name', { kind: 'value', value: name }],
      ...(declared
        ? ([
            ['type', { kind: 'value', value: type }],
            ['object_types', { kind: 'value', value: [place.row.name] }],
          ] as const)
        : []),
    ]),
  }));
}

/** From the policy's `type`, else from its default or format, else from the value (READING "The seed's device"). */
export function customFieldType(rule: CustomFieldRule, value: JsonValue): string {
  if (rule.type !== null) return rule.type;
  if (rule.default !== undefined && rule.default !== null) return typeOfValue(rule.default);
  return rule.format === 'iso8601' ? 'datetime' : typeOfValue(value);
}

function typeOfValue(value: JsonValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'decimal';
    case 'string':
      return value.length > 255 ? 'longtext' : 'text';
    default:
      return 'json';
  }
}

function definitionRow() {
  const row = objectType('extras.customfield');
  if (row === undefined) throw new Error('the catalogue has no row for custom fields');
  return row;
}
