import type { JsonObject, JsonValue } from '../json.js';

/** Fields no entity carries to NetBox: `metadata` is the sender's own, `config` holds whole device configurations. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['metadata', 'config']);

type Rewrite = (data: Record<string, JsonValue>) => void;

/** Custom field types whose `default` travels as JSON text. */
const JSON_DEFAULTS: ReadonlySet<JsonValue> = new Set([
  'integer',
  'decimal',
  'boolean',
  'json',
  'multiselect',
  'object',
  'multiobject',
]);

/** Where a message of diode.v1 and NetBox's REST API say the same thing differently; by message name. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  // Since NetBox 4.2 an interface's MAC is an object of its own, and `mac_address` is read only.
  Interface: macAsObject,
  VMInterface: macAsObject,
  // A flat list of bounds on the wire, a list of pairs in REST.
  VLANGroup: (data) => {
    const flat = data.vid_ranges;
    if (Array.isArray(flat) && flat.length % 2 === 0) data.vid_ranges = pairs(flat);
  },
  // Plain values on the wire, [value, label] pairs in REST.
  CustomFieldChoiceSet: (data) => {
    const choices = data.extra_choices;
    if (Array.isArray(choices)) data.extra_choices = choices.map((choice) => [choice, choice]);
  },
  CustomField: (data) => {
    if (JSON_DEFAULTS.has(data.type ?? null)) asJson(data, 'default');
    asJson(data, 'related_object_filter');
    asJson(data, 'validation_schema');
  },
};

/** The data of a message under NetBox's names and in NetBox's shapes. */
export function rewrite(message: string, data: Record<string, JsonValue>): JsonObject {
  REWRITES[message]?.(data);
  return data;
}

function macAsObject(data: Record<string, JsonValue>): void {
  const mac = data.mac_address;
  if (mac === undefined) return;
  delete data.mac_address;
  data.primary_mac_address ??= mac === '' ? null : { mac_address: mac };
}

function pairs(flat: readonly JsonValue[]): JsonValue[] {
  return flat.flatMap((low, i) => (i % 2 === 0 ? [[low, flat[i + 1] ?? null]] : []));
}

function asJson(data: Record<string, JsonValue>, name: string): void {
  const text = data[name];
  if (typeof text !== 'string') return;
  if (text === '') {
    data[name] = null;
    return;
  }
  try {
    data[name] = JSON.parse(text);
  } catch {
    // Stays text: NetBox's answer will name it.
  }
}
