import type { Engine } from '../engine.js';
import { isRecord, type Row } from '../store/row.js';
import type { FieldSpec, Json, TypeTable } from '../tables/table-shapes.js';
import { defaultCustomFields, parseCustomFields } from './custom-field-data.js';
import { parseField } from './parse-field.js';
import type { Parsed } from './parsed.js';
import { pythonTypeName } from './python-text.js';
import type { FieldErrors } from './refusal.js';
import { takenByField } from './unique.js';

/** What a body asks for, as columns; or the errors of its fields. */
export type BodyRead =
  | { readonly attrs: Readonly<Record<string, Json>>; readonly message: string }
  | { readonly errors: FieldErrors };

export interface ReadOptions {
  /** PATCH: what is absent stays. */
  readonly partial: boolean;
  readonly before: Row | null;
  /** `?fields=`: NetBox then neither reads nor requires any other field. */
  readonly only: ReadonlySet<string> | null;
}

/** Reads one object's body as its REST serializer does; what NetBox does not know is passed over. */
export function readBody(engine: Engine, type: TypeTable, body: Json, options: ReadOptions): BodyRead {
  if (body === null) return { errors: { non_field_errors: ['No data provided'] } };
  if (!isRecord(body)) {
    return { errors: { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonTypeName(body)}.`] } };
  }
  const attrs: Record<string, Json> = {};
  const errors: FieldErrors = {};
  for (const field of type.fields) {
    if (field.readOnly || (options.only && !options.only.has(field.name))) continue;
    const raw = Object.hasOwn(body, field.name) ? body[field.name] : undefined;
    if (raw === undefined) {
      absent(engine, type, field, options, attrs, errors);
      continue;
    }
    const parsed = parse(engine, type, field, raw, options.before);
    if ('errors' in parsed) errors[field.name] = parsed.errors;
    else attrs[field.source] = parsed.value;
  }
  if (Object.keys(errors).length > 0) return { errors };
  const message = body.changelog_message;
  return { attrs, message: typeof message === 'string' ? message : '' };
}

function parse(engine: Engine, type: TypeTable, field: FieldSpec, raw: Json, before: Row | null): Parsed {
  if (field.kind === 'custom-fields') {
    return raw === null ? { errors: ['This field may not be null.'] } : parseCustomFields(engine, type, raw, before);
  }
  const parsed = parseField(engine, type, field, raw);
  if ('errors' in parsed) return parsed;
  const taken = takenByField(engine, type, field.source, parsed.value, before?.id ?? 0);
  return taken === null ? parsed : { errors: [taken] };
}

function absent(
  engine: Engine,
  type: TypeTable,
  field: FieldSpec,
  options: ReadOptions,
  attrs: Record<string, Json>,
  errors: FieldErrors,
): void {
  if (options.partial) return;
  const isImage = type.columns[field.source]?.kind === 'ImageField';
  if (field.required) errors[field.name] = [isImage ? 'No file was submitted.' : 'This field is required.'];
  else if (field.kind === 'custom-fields') {
    if (!options.before) attrs[field.source] = defaultCustomFields(engine, type.model);
  } else if (field.default !== undefined) attrs[field.source] = field.default;
}
