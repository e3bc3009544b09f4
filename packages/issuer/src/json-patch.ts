import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { z } from 'zod';

const operation = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'replace', 'test']), path: z.string(), value: z.json() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
  z.object({ op: z.enum(['move', 'copy']), path: z.string(), from: z.string() }),
]);

/** RFC 6902 documents of a sane size. */
export const jsonPatch = z.array(operation).max(200);
export type JsonPatch = z.infer<typeof jsonPatch>;

/** The patch does not fit the document; nothing of it is applied. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** Applies a JSON Patch to a copy. Throws {@link PatchError}. */
export function applyPatch(document: JsonObject, patch: JsonPatch): JsonValue {
  let result: JsonValue = document;
  for (const step of patch) {
    switch (step.op) {
      case 'add':
      case 'replace':
        result = put(result, pointer(step.path), step.value, step.op);
        break;
      case 'test':
        if (!isDeepStrictEqual(at(result, pointer(step.path)), step.value)) throw new PatchError('a test failed');
        break;
      case 'remove':
        result = drop(result, pointer(step.path));
        break;
      case 'move':
      case 'copy': {
        const value = at(result, pointer(step.from));
        if (step.op === 'move') result = drop(result, pointer(step.from));
        result = put(result, pointer(step.path), value, 'add');
        break;
      }
      default:
        step satisfies never;
    }
  }
  return result;
}

function pointer(path: string): readonly string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new PatchError('a path must start with a slash');
  const tokens = path.slice(1).split('/');
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function at(value: JsonValue, path: readonly string[]): JsonValue {
  let here = value;
  for (const token of path) {
    let next: JsonValue | undefined;
    if (isList(here)) next = here[index(token, here.length - 1)];
    else if (isJsonObject(here) && Object.hasOwn(here, token)) next = here[token];
    if (next === undefined) throw new PatchError('a path leads nowhere');
    here = next;
  }
  return here;
}

/** A copy of `value` in which what lies at `path` was changed by `change`. */
function edit(
  value: JsonValue,
  path: readonly string[],
  change: (parent: JsonValue, last: string) => JsonValue,
): JsonValue {
  const [token, ...rest] = path;
  if (token === undefined) throw new PatchError('the whole document cannot be changed');
  if (rest.length === 0) return change(value, token);
  const child = edit(at(value, [token]), rest, change);
  if (isList(value)) return value.with(index(token, value.length - 1), child);
  return withMember(value, token, child);
}

function put(value: JsonValue, path: readonly string[], item: JsonValue, op: 'add' | 'replace'): JsonValue {
  return edit(value, path, (parent, last) => {
    if (op === 'replace') at(parent, [last]);
    if (!isList(parent)) return withMember(parent, last, item);
    if (op === 'replace') return parent.with(index(last, parent.length - 1), item);
    return parent.toSpliced(last === '-' ? parent.length : index(last, parent.length), 0, item);
  });
}

function drop(value: JsonValue, path: readonly string[]): JsonValue {
  return edit(value, path, (parent, last) => {
    at(parent, [last]);
    if (isList(parent)) return parent.toSpliced(index(last, parent.length - 1), 1);
    return Object.fromEntries(Object.entries(parent ?? {}).filter(([name]) => name !== last));
  });
}

/** fromEntries defines, it does not assign: a member named `__proto__` is data. */
function withMember(value: JsonValue, name: string, item: JsonValue): JsonObject {
  if (!isJsonObject(value)) throw new PatchError('a path leads nowhere');
  return Object.fromEntries([...Object.entries(value), [name, item]]);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function index(token: string, highest: number): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(token) || Number(token) > highest) throw new PatchError('no such index');
  return Number(token);
}
