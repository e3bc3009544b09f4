import { OBJECT_TYPES, type ObjectTypeRow } from '@diode/catalogue';
import { didYouMean } from '@diode/engine';
import { key, laterKey, listOf, mapOf, object } from '../read/collections.js';
import { placed, type Read, type Reader, refine } from '../read/reader.js';
import { boolean, duration, number, oneOf, text } from '../read/scalars.js';
import { appliesTo } from './applies-to.js';
import { byType } from './collection.js';
import { fieldName, wrongFieldName } from './field-name.js';
import { CONFLICTS, REVIEW } from './later.js';
import { CONFLICT_POLICIES } from './sync-policies.js';

const policy = oneOf(CONFLICT_POLICIES);
const priorityOrder = listOf(text(), { min: 1 });

/** A field of any type: the triggers name fields without saying whose. */
const anyField: Reader<string> = refine(text(), (name) => {
  const known = OBJECT_TYPES.flatMap((row) => row.fields.map((field) => field.name));
  if (name.startsWith('custom_fields.') || known.includes(name)) return null;
  return { message: `no type has a field "${name}"`, suggestion: didYouMean(name, new Set(known)) };
});

const threshold: Reader<number | 'any'> = {
  keys: () => [],
  read: (node, at, context) =>
    node.kind === 'scalar' && typeof node.value === 'number'
      ? number({ min: 0 }).read(node, at, context)
      : oneOf(['any']).read(node, at, context),
};

function block(row: ObjectTypeRow | null) {
  const byField = { placeholder: 'field', checkKey: (name: string) => wrongFieldName(name, row) };
  return object({
    policy: laterKey('How two values are settled for this type.', CONFLICTS, policy),
    priority_order: laterKey('Sources in order; the first wins.', CONFLICTS, priorityOrder),
    field_specific: laterKey(
      'How two values of one field are settled.',
      CONFLICTS,
      mapOf(
        object({
          policy: { ...key('As for the type.', policy), required: true },
          priority_order: key('As for the type.', priorityOrder),
        }),
        byField,
      ),
    ),
    exclude_fields: laterKey('Fields never written.', CONFLICTS, listOf(fieldName(row, { readOnly: true }))),
    merge_strategy: laterKey(
      'How two values of one field become one.',
      CONFLICTS,
      mapOf(oneOf(['concatenate', 'union']), byField),
    ),
    enforce_case: key('A difference of case only in a device or VM name is a difference.', placed(boolean())),
  });
}

export type ConflictBlock = Read<ReturnType<typeof block>>;

const trigger = object({
  field_conflicts: key('Fields whose conflicts a person settles.', listOf(anyField)),
  value_changes: key(
    'Changes a person approves.',
    listOf(
      object({
        field: { ...key('The field.', anyField), required: true },
        threshold: key('`any`, or how far a number may move.', threshold),
      }),
    ),
  ),
  data_age_difference: key('An older observation than this against a newer one goes to a person.', duration()),
});

/** `config/conflict-resolution.yml`. */
export const conflictResolutionFile = object({
  conflict_resolution: key(
    'How it is settled when two sources, or a source and a person, say different things.',
    object({
      applies_to: laterKey('Where the rules hold.', CONFLICTS, appliesTo()),
      global_policy: laterKey('For types without a rule of their own.', CONFLICTS, policy),
      per_model_policies: key('By collection.', byType(block)),
      manual_review_triggers: laterKey('What goes to a person whatever the rule.', REVIEW, listOf(trigger)),
    }),
  ),
});
