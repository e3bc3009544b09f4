import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

/** An object being built; becomes a `JsonObject` when done. */
export type Draft = Record<string, JsonValue>;

/** The value under a key the object itself has: `constructor` or `__proto__` of a body never reach what objects inherit. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The value at a path of own keys; undefined when any part is absent. */
export function ownAt(object: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const key of path) {
    if (value === undefined || !isJsonObject(value)) return undefined;
    value = own(value, key);
  }
  return value;
}

/** A shallow copy without a key named `__proto__`, which is no field of anything and a trap for whoever copies by assignment. */
export function draftOf(object: JsonObject): Draft {
  const draft: Draft = { ...object };
  if (Object.hasOwn(draft, '__proto__')) Reflect.deleteProperty(draft, '__proto__');
  return draft;
}

/** Sets a value at a path of one or two keys, copying what lies between. False when a value that is not an object is in the way. */
export function putAt(draft: Draft, path: readonly string[], value: JsonValue): boolean {
  const [key, ...rest] = path;
  if (key === undefined || key === '__proto__') return false;
  if (rest.length === 0) {
    draft[key] = value;
    return true;
  }
  const inner = own(draft, key) ?? {};
  if (!isJsonObject(inner)) return false;
  const copy = draftOf(inner);
  if (!putAt(copy, rest, value)) return false;
  draft[key] = copy;
  return true;
}

/**
 * A copy without the value at a path, and without the objects that leaves empty. A copy, because deleting a key in place
 * makes every later access to the object several times slower.
 */
export function withoutPath(object: JsonObject, path: readonly string[]): Draft {
  const [key = '', ...rest] = path;
  const draft: Draft = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined || name === '__proto__') continue;
    if (name !== key) draft[name] = value;
    else if (rest.length > 0) {
      const inner = isJsonObject(value) ? withoutPath(value, rest) : value;
      if (!isJsonObject(inner) || Object.keys(inner).length > 0) draft[name] = inner;
    }
  }
  return draft;
}

/** RFC 6901 pointer of a path below `prefix`. */
export function pointerOf(prefix: string, path: readonly string[]): string {
  return prefix + path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
