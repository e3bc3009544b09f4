import { byCollection, OBJECT_TYPES, type ObjectTypeRow, objectType } from '@diode/catalogue';
import { didYouMean } from '@diode/engine';
import { type KeyRow, kindOf, mistake, type ReadContext, type Reader } from '../read/reader.js';
import type { Located } from '../yaml/located.js';

/** What a file says about one object type. */
export interface OfType<T> {
  readonly row: ObjectTypeRow;
  readonly value: T;
}

/** The type a collection or content type names: `ip-addresses`, `ip_addresses` and `ipam.ipaddress` are one. */
export function typeNamed(name: string): ObjectTypeRow | undefined {
  return byCollection(name) ?? objectType(name);
}

/** The names a file may use, in the seed's spelling. */
export function collectionNames(): readonly string[] {
  return OBJECT_TYPES.map((row) => row.collection.replaceAll('-', '_'));
}

/**
 * A map by collection. The reader of a block is made for its type, so that a field's name is checked against the type it
 * belongs to. A list of blocks is allowed where blocks differ in `applies_to`.
 */
export function byType<T>(block: (row: ObjectTypeRow | null) => Reader<T>): Reader<readonly OfType<T>[]> {
  const any = block(null);
  return {
    keys: (prefix): readonly KeyRow[] => any.keys(`${prefix}.<collection>`),
    read(node, at, context) {
      if (node.kind === 'scalar' && node.value === null) return [];
      if (node.kind !== 'map')
        return mistake(context, node.at, at, `must be a map by collection, and is ${kindOf(node)}`);
      const seen = new Map<string, { name: string; line: number }>();
      const found: OfType<T>[] = [];
      for (const [name, entry] of node.entries) {
        const place = `${at}.${name}`;
        const row = typeNamed(name);
        if (row === undefined) {
          mistake(context, entry.keyAt, place, `no collection is named "${name}"`, suggest(name));
          readBlocks(any, entry.value, place, { ...context, notInForce: [] });
          continue;
        }
        const before = seen.get(row.name);
        if (before !== undefined) {
          mistake(
            context,
            entry.keyAt,
            place,
            `the same collection as "${before.name}" on line ${before.line}`,
            'put both into one',
          );
        }
        seen.set(row.name, { name, line: entry.keyAt.line });
        for (const value of readBlocks(block(row), entry.value, place, context)) found.push({ row, value });
      }
      return found;
    },
  };
}

function readBlocks<T>(reader: Reader<T>, node: Located, place: string, context: ReadContext): readonly T[] {
  const parts =
    node.kind === 'list'
      ? node.items.map((item, index) => [item, `${place}[${index}]`] as const)
      : [[node, place] as const];
  return parts
    .map(([part, key]) => reader.read(part, key, context))
    .filter((value): value is Exclude<typeof value, undefined> => value !== undefined);
}

function suggest(name: string): string {
  return didYouMean(name.replaceAll('-', '_'), collectionNames()) ?? `known here: ${collectionNames().join(', ')}`;
}
