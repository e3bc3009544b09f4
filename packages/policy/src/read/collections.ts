import { didYouMean } from '@diode/engine';
import type { LocatedEntry } from '../yaml/located.js';
import { type KeyRow, kindOf, mistake, type Read, type ReadContext, type Reader } from './reader.js';

/** One key of an object: how it is read, what it does, and what it waits for if it has no effect yet. */
export interface KeySpec<T> {
  readonly reader: Reader<T>;
  readonly doc: string;
  /** The capability it comes with, and why it has no effect before; absent when in force. */
  readonly later?: { readonly comesWith: string; readonly why: string };
  readonly required?: boolean;
}

export function key<T>(doc: string, reader: Reader<T>): KeySpec<T> {
  return { doc, reader };
}

export type Later = NonNullable<KeySpec<unknown>['later']>;

export function laterKey<T>(doc: string, later: Later, reader: Reader<T>): KeySpec<T> {
  return { doc, reader, later };
}

type Keys = Readonly<Record<string, KeySpec<unknown>>>;
export type ObjectOf<S extends Keys> = { readonly [K in keyof S]?: Read<S[K]['reader']> };

/** A map with the keys given and no others. An empty value (`fields:` and nothing after it) is an empty object. */
export function object<S extends Keys>(specs: S): Reader<ObjectOf<S>> {
  const known = new Map<string, KeySpec<unknown>>(Object.entries(specs));
  return {
    keys: (prefix) => [...known].flatMap(([name, spec]) => rowsOf(prefix === '' ? name : `${prefix}.${name}`, spec)),
    read(node, at, context) {
      if (node.kind === 'scalar' && node.value === null) return {};
      if (node.kind !== 'map') return mistake(context, node.at, at, `must be a map of keys, and is ${kindOf(node)}`);
      const found: [string, unknown][] = [];
      for (const [name, entry] of node.entries) {
        const place = at === '' ? name : `${at}.${name}`;
        const spec = known.get(name);
        if (spec === undefined) {
          const near = didYouMean(name, known.keys()) ?? `known here: ${[...known.keys()].join(', ')}`;
          mistake(context, entry.keyAt, place, 'unknown key', near);
          continue;
        }
        if (spec.later !== undefined) notYet(context, entry, place, spec.later);
        const value = spec.reader.read(entry.value, place, context);
        if (value !== undefined) found.push([name, value]);
      }
      for (const [name, spec] of known) {
        if (spec.required === true && !node.entries.has(name)) mistake(context, node.at, at, `lacks the key "${name}"`);
      }
      return Object.fromEntries(found) as ObjectOf<S>;
    },
  };
}

function rowsOf(place: string, spec: KeySpec<unknown>): readonly KeyRow[] {
  const comesWith = spec.later?.comesWith ?? null;
  const below = spec.reader.keys(place).map((row) => (comesWith === null ? row : { ...row, comesWith }));
  return [{ key: place, doc: spec.doc, comesWith }, ...below];
}

function notYet(context: ReadContext, entry: LocatedEntry, place: string, later: Later): void {
  context.notInForce.push({ file: context.file, line: entry.keyAt.line, key: place, ...later });
}

/** A map whose keys the user names. `checkKey` gives what is wrong with a key, or null. */
export function mapOf<T>(
  of: Reader<T>,
  options: {
    readonly placeholder: string;
    readonly checkKey?: (name: string) => { readonly message: string; readonly suggestion: string | null } | null;
  },
): Reader<ReadonlyMap<string, T>> {
  return {
    keys: (prefix) => of.keys(`${prefix}.<${options.placeholder}>`),
    read(node, at, context) {
      if (node.kind === 'scalar' && node.value === null) return new Map();
      if (node.kind !== 'map') return mistake(context, node.at, at, `must be a map, and is ${kindOf(node)}`);
      const found = new Map<string, T>();
      for (const [name, entry] of node.entries) {
        const place = `${at}.${name}`;
        const wrong = options.checkKey?.(name) ?? null;
        if (wrong !== null) mistake(context, entry.keyAt, place, wrong.message, wrong.suggestion);
        const value = of.read(entry.value, place, context);
        if (value !== undefined && wrong === null) found.set(name, value);
      }
      return found;
    },
  };
}

export function listOf<T>(of: Reader<T>, options: { readonly min?: number } = {}): Reader<readonly T[]> {
  return {
    keys: (prefix) => of.keys(`${prefix}[]`),
    read(node, at, context) {
      if (node.kind === 'scalar' && node.value === null) return [];
      if (node.kind !== 'list') {
        return mistake(context, node.at, at, `must be a list, and is ${kindOf(node)}`, 'write it in brackets: [a, b]');
      }
      if (node.items.length < (options.min ?? 0)) return mistake(context, node.at, at, 'must not be empty');
      return node.items
        .map((item, index) => of.read(item, `${at}[${index}]`, context))
        .filter((value): value is Exclude<typeof value, undefined> => value !== undefined);
    },
  };
}

/** One value, or a list of them. */
export function oneOrMore<T>(of: Reader<T>): Reader<readonly T[]> {
  const list = listOf(of);
  return {
    keys: of.keys,
    read(node, at, context) {
      if (node.kind === 'list') return list.read(node, at, context);
      const value = of.read(node, at, context);
      return value === undefined ? undefined : [value];
    },
  };
}
