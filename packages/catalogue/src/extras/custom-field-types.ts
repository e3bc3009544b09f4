/** NetBox 4.4.10 and 4.6.8 together: what an older one does not know, it refuses itself. */
export const CUSTOM_FIELD_TYPES = [
  'text',
  'longtext',
  'integer',
  'decimal',
  'boolean',
  'date',
  'datetime',
  'url',
  'json',
  'select',
  'multiselect',
  'object',
  'multiobject',
] as const;
