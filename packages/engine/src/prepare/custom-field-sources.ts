import type { FieldRow } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import type { CustomFieldRule } from '../policy-contract.js';
import { toIso8601 } from './iso8601.js';
import { type Draft, draftOf, own, ownAt, putAt, removeAt } from './own.js';
import type { Origins } from './rename.js';

export interface CustomFieldInput {
  readonly asserted: JsonObject;
  readonly draft: Draft;
  readonly fields: ReadonlyMap<string, FieldRow>;
  readonly rules: readonly CustomFieldRule[];
  readonly notes: string[];
}

/** A custom field whose value has not the format its rule demands. */
export interface Misformatted {
  readonly rule: CustomFieldRule;
  readonly value: JsonValue;
}

/**
 * Fills declared custom fields: the asserted value, else a field of that name beside the others, else the value at `source:`.
 * The rule's default is not filled in here, because it holds on create only: an absent source must not turn a value that
 * NetBox holds into the default (READING "The seed's device").
 */
export function fillCustomFields(input: CustomFieldInput, origins: Origins): readonly Misformatted[] {
  const misformatted: Misformatted[] = [];
  for (const rule of input.rules) {
    const found = find(input, rule, origins);
    if (found === undefined || found === null || rule.format === null) continue;
    const formatted = toIso8601(found);
    if (formatted === null) misformatted.push({ rule, value: found });
    else if (formatted !== found) putAt(input.draft, ['custom_fields', rule.name], formatted);
  }
  return misformatted;
}

function find(input: CustomFieldInput, rule: CustomFieldRule, origins: Origins): JsonValue | undefined {
  const { asserted, draft, fields } = input;
  const paths: (readonly string[])[] = [];
  if (!fields.has(rule.name)) paths.push([rule.name]);
  if (rule.source !== null) paths.push(rule.source);

  const given = own(draft, 'custom_fields') ?? {};
  let value = isJsonObject(given) ? own(given, rule.name) : undefined;
  for (const path of paths) {
    const candidate = ownAt(asserted, path);
    if (candidate === undefined) continue;
    if (value === undefined && isJsonObject(given)) {
      const copy = draftOf(given);
      copy[rule.name] = candidate;
      draft.custom_fields = copy;
      value = candidate;
      origins.set(`custom_fields.${rule.name}`, path);
      input.notes.push(
        `${path.join('.')} read as custom_fields.${rule.name} (${rule.origin.file}:${rule.origin.line})`,
      );
    }
    // What a rule has read is spoken for, unless it is a field of NetBox's own.
    const [first = ''] = path;
    if (!fields.has(first)) removeAt(draft, path);
  }
  return value;
}
