import type { Origin } from '@diode/engine';
import type { NotInForce, PolicyWarning } from '../loaded-policy.js';
import type { Mistake } from '../mistake.js';
import type { Located, Position } from '../yaml/located.js';

/** What reading a file gathers besides its values. */
export interface ReadContext {
  readonly file: string;
  readonly mistakes: Mistake[];
  readonly notInForce: NotInForce[];
  readonly warnings: PolicyWarning[];
}

/** A key of a file as the documentation lists it. */
export interface KeyRow {
  /** Dotted, `<name>` for what the user names, `[]` for each of a list. */
  readonly key: string;
  readonly doc: string;
  /** null when in force. */
  readonly comesWith: string | null;
}

/**
 * Checks a located value and gives it its type, or records what is wrong and gives undefined. A schema is readers put
 * together; the same readers list their keys for the documentation.
 */
export interface Reader<T> {
  readonly read: (node: Located, key: string, context: ReadContext) => T | undefined;
  /** The keys below this value. */
  readonly keys: (prefix: string) => readonly KeyRow[];
}

export type Read<R> = R extends Reader<infer T> ? T : never;

export function mistake(
  context: ReadContext,
  at: Position,
  key: string,
  message: string,
  suggestion: string | null = null,
): undefined {
  context.mistakes.push({ file: context.file, line: at.line, column: at.column, key, message, suggestion });
  return undefined;
}

export function originOf(context: ReadContext, at: Position, key: string): Origin {
  return { file: context.file, line: at.line, key };
}

/** A value together with where it was written. */
export interface Placed<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly at: Position;
}

export function placed<T>(reader: Reader<T>): Reader<Placed<T>> {
  return {
    keys: reader.keys,
    read(node, key, context) {
      const value = reader.read(node, key, context);
      return value === undefined ? undefined : { value, origin: originOf(context, node.at, key), at: node.at };
    },
  };
}

/** Adds a check to a reader: `test` gives what is wrong, or null. */
export function refine<T>(
  reader: Reader<T>,
  test: (value: T) => { readonly message: string; readonly suggestion?: string | null } | null,
): Reader<T> {
  return {
    keys: reader.keys,
    read(node, key, context) {
      const value = reader.read(node, key, context);
      if (value === undefined) return undefined;
      const wrong = test(value);
      return wrong === null ? value : mistake(context, node.at, key, wrong.message, wrong.suggestion ?? null);
    },
  };
}

export function mapped<A, B>(reader: Reader<A>, change: (value: A) => B): Reader<B> {
  return {
    keys: reader.keys,
    read(node, key, context) {
      const value = reader.read(node, key, context);
      return value === undefined ? undefined : change(value);
    },
  };
}

/** `a number`, `a list`: what a value is, for people. */
export function kindOf(node: Located): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string'
    ? `the text "${node.value.slice(0, 40)}"`
    : `${typeof node.value === 'number' ? 'the number ' : ''}${String(node.value)}`;
}
