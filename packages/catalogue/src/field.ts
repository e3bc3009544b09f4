import type { FieldKind, FieldRow, ObjectTypeName } from './object-type.js';

type Options = Omit<FieldRow, 'name' | 'kind' | 'to' | 'choices'>;

const row =
  (kind: FieldKind) =>
  (name: string, options: Options = {}): FieldRow => ({ name, kind, ...options });

export const text = row('text');
/** `null` is its only empty value. */
export const nullableText = (name: string, options: Options = {}): FieldRow => ({
  name,
  kind: 'nullable_text',
  nullable: true,
  ...options,
});
export const slug = row('slug');
export const integer = row('integer');
export const decimal = row('decimal');
export const boolean = row('boolean');
export const mac = row('mac');
export const hostAddress = row('ip_address');
export const ipPrefix = row('ip_prefix');
export const ranges = row('ranges');
export const texts = row('texts');
export const json = row('json');

export const color = (netboxDefault?: string): FieldRow => ({
  name: 'color',
  kind: 'text',
  maxLength: 6,
  lower: true,
  color: true,
  ...(netboxDefault === undefined ? {} : { netboxDefault }),
});

export const choice = (name: string, choices: readonly (string | number)[], options: Options = {}): FieldRow => ({
  name,
  kind: 'choice',
  choices,
  ...options,
});

export const reference = (name: string, to: ObjectTypeName, options: Options = {}): FieldRow => ({
  name,
  kind: 'reference',
  to: [to],
  ...options,
});

export const references = (name: string, to: ObjectTypeName, options: Options = {}): FieldRow => ({
  name,
  kind: 'references',
  to: [to],
  ...options,
});

/** The pair `<name>_type`, `<name>_id`. */
export const generic = (name: string, to: readonly ObjectTypeName[]): FieldRow => ({
  name,
  kind: 'generic_reference',
  nullable: true,
  to,
});

export const tags = (): FieldRow => ({ name: 'tags', kind: 'tags', to: ['extras.tag'] });
export const customFields = (): FieldRow => ({ name: 'custom_fields', kind: 'custom_fields' });
