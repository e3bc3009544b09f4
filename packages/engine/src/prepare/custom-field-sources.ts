import { isJsonObject, type JsonValue } from '@diode/protocol';
import type { CustomFieldRule } from '../policy-contract.js';
import { toIso8601 } from './iso8601.js';
import { draftOf, own, ownAt, putAt, withoutPath } from './own.js';
import type { CustomFieldStep, Program } from './program.js';
import type { Work } from './rename.js';
import { note, type Scope } from './scope.js';

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
export function fillCustomFields(scope: Scope, program: Program, work: Work): readonly Misformatted[] {
  const misformatted: Misformatted[] = [];
  for (const step of program.customFields) {
    const found = find(scope, program, work, step);
    if (found === undefined || found === null || step.rule.format === null) continue;
    const formatted = toIso8601(found);
    if (formatted === null) misformatted.push({ rule: step.rule, value: found });
    else if (formatted !== found) putAt(work.draft, ['custom_fields', step.rule.name], formatted);
  }
  return misformatted;
}

function find(scope: Scope, program: Program, work: Work, step: CustomFieldStep): JsonValue | undefined {
  const given = own(work.draft, 'custom_fields');
  if (given !== undefined && !isJsonObject(given)) return undefined;
  let value = given === undefined ? undefined : own(given, step.rule.name);
  for (const path of step.paths) {
    const candidate = ownAt(work.asserted, path);
    if (candidate === undefined) continue;
    // What a rule reads is spoken for, unless it is a field of NetBox's own.
    const draft = program.fields.has(path[0] ?? '') ? draftOf(work.draft) : withoutPath(work.draft, path);
    if (value === undefined) {
      value = candidate;
      putAt(draft, ['custom_fields', step.rule.name], candidate);
      work.origins.set(`custom_fields.${step.rule.name}`, path);
      note(scope, `${path.join('.')} read as custom_fields.${step.rule.name} (${step.at})`);
    }
    work.draft = draft;
  }
  return value;
}
