import { isJsonObject, type JsonValue, type ProblemItem } from '@diode/protocol';

const REMEDY = 'correct the value at its source and send the entity again';

const sentences = (value: JsonValue): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(sentences);
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([key, inner]) => sentences(inner).map((s) => `${key}: ${s}`));
  return value === null ? [] : [String(value)];
};

/** NetBox keys that name no field. */
const WHOLE = new Set(['__all__', 'non_field_errors', 'detail']);

/** NetBox says which custom field it means in its sentence only (facts/netbox.md §5.5); '' when it means none. */
function customFieldIn(detail: string): string {
  const name = /^(?:Invalid value for|Unknown) custom field '([A-Za-z0-9_]+)'/i.exec(detail)?.[1];
  return name === undefined ? '' : `/custom_fields/${name}`;
}

/** NetBox's error body for one object as problems: the pointer is NetBox's field, the detail NetBox's own words. */
export function problemsOf(json: JsonValue): readonly ProblemItem[] {
  if (!isJsonObject(json)) {
    return sentences(json).map((detail) => ({ pointer: '', code: 'netbox_refused', detail, remedy: REMEDY }));
  }
  return Object.entries(json).flatMap(([field, value]) =>
    sentences(value).map((detail) => ({
      pointer: WHOLE.has(field) ? customFieldIn(detail) : `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'netbox_refused',
      detail,
      remedy: /permission/i.test(detail)
        ? "give the token's user permission to add and change this object type in NetBox"
        : REMEDY,
    })),
  );
}

/**
 * Which items of a bulk request NetBox means, or null when it does not say: a list aligned with the request (POST, up to 4.6), or
 * `errors: [{index, errors}]` (4.7); one dict without index for devices and for every PATCH (facts/netbox.md §3 "Bulk").
 */
export function culpritsOf(json: JsonValue, length: number): ReadonlyMap<number, readonly ProblemItem[]> | null {
  const culprits = new Map<number, readonly ProblemItem[]>();
  if (Array.isArray(json) && json.length === length) {
    json.forEach((item: JsonValue, index) => {
      const problems = problemsOf(item);
      if (problems.length > 0) culprits.set(index, problems);
    });
  } else if (isJsonObject(json) && Array.isArray(json.errors)) {
    for (const item of json.errors) {
      if (isJsonObject(item) && typeof item.index === 'number' && item.index >= 0 && item.index < length) {
        culprits.set(item.index, problemsOf(item.errors ?? item.detail ?? json.detail ?? ''));
      }
    }
  } else if (length === 1) {
    const one = Array.isArray(json) ? (json[0] ?? null) : json;
    culprits.set(0, problemsOf(one));
  }
  return culprits.size > 0 ? culprits : null;
}
