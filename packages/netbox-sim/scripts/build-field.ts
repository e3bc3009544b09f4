import type { FieldKind, FieldSpec, Shown } from '../src/tables/table-shapes.js';
import type { RawField, RawType } from './introspection-shapes.js';

const byClass: Record<string, FieldKind> = {
  NetBoxAPIHyperlinkedIdentityField: 'url',
  HyperlinkedIdentityField: 'url',
  NetBoxURLHyperlinkedIdentityField: 'display-url',
  CustomFieldsDataField: 'custom-fields',
  IntegerField: 'int',
  FloatField: 'decimal',
  DecimalField: 'decimal',
  BooleanField: 'bool',
  DateField: 'date',
  DateTimeField: 'datetime',
  JSONField: 'json',
  AttributesField: 'json',
  IPAddressField: 'ip-address',
  IPNetworkField: 'ip-network',
  ListField: 'list',
};

/** One REST field of a type, with the kind the stand-in's engine works by. */
export function buildField(name: string, raw: RawField, type: RawType): FieldSpec {
  const kind = kindOf(name, raw, type);
  const defaultKnown = raw.default !== undefined && kind !== 'custom-fields' && !isCallable(raw.default);
  return {
    name,
    kind,
    source: raw.source === '*' ? name : raw.source,
    required: raw.required,
    readOnly: raw.ro,
    ...((raw.wo || isSecret(name, type)) && { writeOnly: true as const }),
    null: raw.null ?? false,
    blank: raw.blank ?? false,
    ...(defaultKnown && { default: raw.default ?? null }),
    ...(raw.max_length !== undefined && { maxLength: raw.max_length }),
    ...(raw.min_length !== undefined && { minLength: raw.min_length }),
    ...(raw.min_value !== undefined && { min: raw.min_value }),
    ...(raw.max_value !== undefined && { max: raw.max_value }),
    ...(raw.min_value_words !== undefined &&
      raw.min_value_words !== String(raw.min_value) && { minWords: raw.min_value_words }),
    ...(raw.max_value_words !== undefined &&
      raw.max_value_words !== String(raw.max_value) && { maxWords: raw.max_value_words }),
    ...(raw.max_digits !== undefined && { digits: raw.max_digits }),
    ...(raw.decimal_places !== undefined && { places: raw.decimal_places }),
    ...(raw.choices !== undefined && { choices: raw.choices }),
    ...(raw.to !== undefined && { to: raw.to }),
    ...(raw.nested !== undefined && { nested: shownOf(raw) }),
    ...(raw.types !== undefined && { types: raw.types }),
    ...(raw.relation !== undefined && { relation: raw.relation }),
    ...(raw.allow_empty !== undefined && { emptyAllowed: raw.allow_empty }),
    ...(raw.child !== undefined && { child: raw.child }),
    ...(typeof raw.child_min === 'number' && { childMin: raw.child_min }),
    ...(typeof raw.child_max === 'number' && { childMax: raw.child_max }),
    ...(raw.child_choices !== undefined && { childChoices: raw.child_choices }),
  };
}

function kindOf(name: string, raw: RawField, type: RawType): FieldKind {
  const column = type.model_fields[raw.source];
  if (name === 'id') return 'id';
  if (name === 'display' && raw.cls === 'SerializerMethodField') return 'display';
  if (raw.cls === 'SerializerMethodField') {
    return type.generic.some((generic) => generic.name === name) ? 'generic-object' : 'computed';
  }
  if (name === 'tags' && raw.to === 'extras.tag') return 'tags';
  if (column?.cls === 'MACAddressField') return 'mac';
  switch (raw.kind) {
    case 'nested':
      return column ? 'fk' : 'related';
    case 'many-nested':
      if (raw.child === 'GenericObjectSerializer') return 'terminations';
      return raw.child === 'IntegerRangeSerializer' ? 'ranges' : 'related-list';
    case 'many-pk':
      return column ? 'm2m' : 'related-list';
    case 'many-content-type':
      return 'content-types';
    case 'pk':
      return 'fk-pk';
    case 'choice':
      return column ? 'choice' : 'computed';
    case 'plain-choice':
    case 'content-type':
    case 'count':
    case 'list':
      return raw.kind;
    default: {
      const known = byClass[raw.cls];
      if (known === 'url' || known === 'display-url') return known;
      const derived = raw.ro && (!column || name === '_depth' || column.cls === 'CounterCacheField');
      return derived ? 'computed' : (known ?? 'text');
    }
  }
}

/** Serializers named Nested… never count (what they show was not read with counts) and show an address family as a number. */
function shownOf(raw: RawField): Shown[] {
  const isNested = (raw.child ?? raw.cls).startsWith('Nested');
  return (raw.nested ?? []).flatMap((one): Shown[] => {
    if (!isNested || typeof one !== 'string') return [one];
    return one.endsWith('_count') ? [] : [one === 'family' ? '=family' : one];
  });
}

/** A token's key is shown once, to whoever made it (ALLOW_TOKEN_RETRIEVAL is off by default). */
const isSecret = (name: string, type: RawType): boolean => type.model === 'users.token' && name === 'key';

function isCallable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('callable' in value || 'create_only' in value);
}
