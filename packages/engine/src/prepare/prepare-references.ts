import type { FieldRow, ObjectTypeName } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { draftOf, pointerOf, withoutPath } from './own.js';
import type { Program } from './program.js';
import { assertedPointer, type Work } from './rename.js';
import { DEEPEST_REFERENCE, type Filtered, note, programFor, type Scope } from './scope.js';

/** How an object, or the text that names one, is prepared: handed in, because objects and references contain each other. */
export interface Descend {
  readonly object: (
    scope: Scope,
    type: ObjectTypeName,
    asserted: JsonObject,
    pointer: string,
    depth: number,
  ) => { readonly data: JsonObject; readonly filtered: Filtered | null };
  readonly text: (scope: Scope, program: Program, text: string, pointer: string) => PreparedReference;
}

/** A place in the body being prepared. */
interface Spot {
  readonly scope: Scope;
  readonly descend: Descend;
  readonly pointer: () => string;
  readonly depth: number;
}

/** A prepared reference; `filtered` when a filter leaves the object it names out. */
interface PreparedReference {
  readonly value: JsonValue;
  readonly filtered: Filtered | null;
}

/**
 * Takes every reference of an object along the way of its own type: the policy of sites holds for a site inside a device
 * as well. A reference a filter turns away is left out of the object, with its reason; the object itself goes on.
 */
export function prepareReferences(
  work: Work,
  program: Program,
  pointer: string,
  at: { readonly scope: Scope; readonly descend: Descend; readonly depth: number },
): void {
  for (const key of Object.keys(work.draft)) {
    const field = program.fields.get(key);
    const value = work.draft[key];
    if (field === undefined || value === undefined || value === null || !refers(field)) continue;
    const { scope, descend, depth } = at;
    const place = (): string => assertedPointer(pointer, [key], work.origins);
    const prepared = prepareField({ scope, descend, depth, pointer: place }, field, value);
    if (prepared === null) continue;
    if (prepared.filtered !== null) leaveOut(scope, key, prepared.filtered);
    if (prepared.filtered !== null && !Array.isArray(prepared.value)) work.draft = withoutPath(work.draft, [key]);
    else work.draft[key] = prepared.value;
  }
}

function refers({ kind }: FieldRow): boolean {
  return kind === 'reference' || kind === 'references' || kind === 'tags' || kind === 'generic_reference';
}

function prepareField(spot: Spot, field: FieldRow, value: JsonValue): PreparedReference | null {
  if (field.kind === 'generic_reference') return prepareGeneric(spot, field, value);
  if (field.kind === 'tags') return prepareList(spot, 'extras.tag', value);
  const type = field.to?.length === 1 ? field.to[0] : undefined;
  return field.kind === 'references' ? prepareList(spot, type, value) : prepareOne(spot, type, value);
}

function prepareOne(spot: Spot, type: ObjectTypeName | undefined, value: JsonValue): PreparedReference | null {
  const { scope, descend, depth } = spot;
  if (type === undefined) return null;
  if (typeof value === 'string') {
    const program = programFor(scope, type);
    return program.inertForText ? null : descend.text(scope, program, value, spot.pointer());
  }
  if (!isJsonObject(value)) return null;
  if (depth >= DEEPEST_REFERENCE) {
    scope.problems.push({
      pointer: spot.pointer(),
      code: 'too_deep',
      detail: `References nest deeper than ${DEEPEST_REFERENCE} levels here`,
      remedy: 'Send the fields that identify the object, not all that it hangs on.',
    });
    return null;
  }
  const { data, filtered } = descend.object(scope, type, value, spot.pointer(), depth + 1);
  return { value: data, filtered };
}

function prepareList(spot: Spot, type: ObjectTypeName | undefined, value: JsonValue): PreparedReference | null {
  if (!Array.isArray(value)) return null;
  const kept: JsonValue[] = [];
  let filtered: Filtered | null = null;
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    const prepared = prepareOne({ ...spot, pointer: () => `${spot.pointer()}/${index}` }, type, item);
    if (prepared === null) kept.push(item);
    else if (prepared.filtered === null) kept.push(prepared.value);
    else filtered = prepared.filtered;
  }
  return { value: kept, filtered };
}

/** `{"interface": {…}}`: the one key names the model. */
function prepareGeneric(spot: Spot, field: FieldRow, value: JsonValue): PreparedReference | null {
  if (!isJsonObject(value)) return null;
  const draft = draftOf(value);
  for (const [key, inner] of Object.entries(draft)) {
    const type = (field.to ?? []).find((name) => name.split('.')[1] === key.replaceAll('_', '').toLowerCase());
    const prepared = prepareOne({ ...spot, pointer: () => pointerOf(spot.pointer(), [key]) }, type, inner);
    if (prepared === null) continue;
    if (prepared.filtered !== null) return prepared;
    draft[key] = prepared.value;
  }
  return { value: draft, filtered: null };
}

function leaveOut(scope: Scope, field: string, filtered: Filtered): void {
  const rule = `${filtered.origin.file}:${filtered.origin.line}`;
  scope.excluded.push({ field, pointer: filtered.pointer, rule, reason: filtered.why });
  note(scope, `${filtered.pointer} left out: ${filtered.why} (${rule})`);
}
