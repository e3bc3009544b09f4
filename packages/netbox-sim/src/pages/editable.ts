import type { FieldSpec, TypeTable } from '../tables/table-shapes.js';

const kinds = new Set(['text', 'choice', 'int', 'mac', 'ip-address', 'ip-network']);

/** Fields a person can change on an object's page. */
export const editable = (type: TypeTable): FieldSpec[] =>
  type.fields.filter((field) => !field.readOnly && kinds.has(field.kind));
