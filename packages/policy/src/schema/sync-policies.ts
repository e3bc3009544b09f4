import type { ObjectTypeRow } from '@diode/catalogue';
import { key, laterKey, listOf, mapOf, object, oneOrMore } from '../read/collections.js';
import { kindOf, mistake, type Placed, placed, type Read, type Reader } from '../read/reader.js';
import { boolean, duration, oneOf, text } from '../read/scalars.js';
import { appliesTo } from './applies-to.js';
import { byType } from './collection.js';
import { customFieldName, fieldName, wrongFieldName } from './field-name.js';
import { CONFLICTS, DRIFT } from './later.js';
import { fieldRules } from './rule-spec.js';
import { transformationSpecs } from './transformation-spec.js';

export const CONFLICT_POLICIES = ['source_priority', 'latest_wins', 'merge', 'immutable', 'manual_review'] as const;

const APPLIES_TO_DOC = 'Where the rules hold; here for the whole file, in a block for the block alone.';

const filterKeys = object({
  exclude_private: key('Leave out addresses and prefixes in private space (RFC 1918, fc00::/7).', placed(boolean())),
  exclude_reserved: key('Leave out 0/8, 127/8, multicast, 240/4, `::` and `::1`.', placed(boolean())),
});
type FilterKeys = Read<typeof filterKeys>;

/** A list of single filters, as the seed writes them, or one map. */
const filters: Reader<readonly FilterKeys[]> = {
  keys: filterKeys.keys,
  read(node, at, context) {
    if (node.kind === 'scalar' && node.value !== null) {
      return mistake(
        context,
        node.at,
        at,
        `must be a list of filters, and is ${kindOf(node)}`,
        'write - exclude_reserved: true',
      );
    }
    return oneOrMore(filterKeys).read(node, at, context);
  },
};

function block(row: ObjectTypeRow | null) {
  const field = fieldName(row);
  return object({
    applies_to: key('Where this block holds, instead of what the file says.', appliesTo()),
    source_priority: laterKey('Whose value stands: one source, or several, first wins.', CONFLICTS, oneOrMore(text())),
    conflict_resolution: laterKey('How two values are settled.', CONFLICTS, oneOf(CONFLICT_POLICIES)),
    sync_interval: laterKey('Seconds between drift runs of this type.', DRIFT, duration()),
    enforce_case: key('A difference of case only in a device or VM name is a difference.', placed(boolean())),
    fields: key(
      'Which fields the type has to do with. Not an allow-list: what is not listed is optional.',
      object({
        required: key('An object of this type is not created without these.', listOf(placed(field))),
        optional: key('Named for the reader; every field is optional.', listOf(placed(field))),
        custom: key('Custom fields sources may assert; made in NetBox if missing.', listOf(placed(customFieldName()))),
      }),
    ),
    transformations: key(
      'Changes of a value, after those of transformations.yml.',
      mapOf(transformationSpecs(), { placeholder: 'field', checkKey: (name) => wrongFieldName(name, row) }),
    ),
    validation_rules: key('What values must be; else the entity ends `rejected`.', fieldRules(field)),
    filters: key('Addresses left out.', filters),
  });
}

export type SyncBlock = Read<ReturnType<typeof block>>;
export type PlacedName = Placed<string>;

/** `config/sync-policies.yml`. */
export const syncPoliciesFile = object({
  applies_to: key(APPLIES_TO_DOC, appliesTo()),
  sync_policies: key('Rules by collection.', byType(block)),
});
