import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Mistake } from '../mistake.js';
import type { Located, LocatedEntry, Position } from './located.js';

/** No policy is this long; a file that is was not meant for us. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Values in one file, aliases counted each time they are used: what a "billion laughs" file runs into. */
const MAX_VALUES = 100_000;
const MAX_DEPTH = 64;

export interface ParsedYaml {
  /** null for an empty file, and for one that cannot be read. */
  readonly root: Located | null;
  readonly mistakes: readonly Mistake[];
}

/** Reads one YAML file into located values. Never throws: whatever is wrong is a mistake with its place. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const whole = (message: string, suggestion: string | null): ParsedYaml => ({
    root: null,
    mistakes: [{ file, line: 0, column: 0, key: '', message, suggestion }],
  });
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    return whole(`larger than ${MAX_FILE_BYTES} bytes`, 'policy files are small; is this the right file?');
  }
  try {
    return parse(file, text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof TooMuch) {
      const { line, column } = error.at;
      return { root: null, mistakes: [{ file, line, column, key: '', message: error.message, suggestion: null }] };
    }
    // The parser recurses; brackets without end exhaust its stack.
    if (error instanceof RangeError) return whole('nested too deeply to be read', null);
    throw error;
  }
}

class TooMuch extends Error {
  constructor(
    message: string,
    readonly at: Position,
  ) {
    super(message);
  }
}

function parse(file: string, text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const mistakes = document.errors.map((error): Mistake => {
    const duplicate = error.code === 'DUPLICATE_KEY';
    return {
      file,
      ...at(error.pos[0]),
      key: duplicate ? keyAt(text, error.pos[0]) : '',
      message: duplicate ? 'this key stands here twice' : `not valid YAML: ${error.message.split('\n')[0] ?? ''}`,
      suggestion: duplicate ? 'keep one of the two' : null,
    };
  });
  // What follows a syntax error is guesswork; after a duplicate key the rest can still be checked.
  const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  if (broken || document.contents === null) return { root: null, mistakes };
  let left = MAX_VALUES;
  const locate = (node: Node | null, depth: number, fallback: Position): Located => {
    const here = node?.range ? at(node.range[0]) : fallback;
    left -= 1;
    if (left < 0) throw new TooMuch(`more than ${MAX_VALUES} values (aliases count each time)`, here);
    if (depth > MAX_DEPTH) throw new TooMuch(`nested deeper than ${MAX_DEPTH} levels`, here);
    if (node === null) return { kind: 'scalar', value: null, at: here };
    if (isAlias(node)) return { ...locate(node.resolve(document) ?? null, depth + 1, here), at: here };
    if (isScalar(node)) return { kind: 'scalar', value: scalarOf(node.value), at: here };
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => locate(item as Node, depth + 1, here)), at: here };
    }
    if (!isMap(node)) return { kind: 'scalar', value: null, at: here };
    const entries = new Map<string, LocatedEntry>();
    for (const { key, value } of node.items) {
      const keyNode = key as Node | null;
      const keyPlace = keyNode?.range ? at(keyNode.range[0]) : here;
      const name = isScalar(keyNode) ? (keyNode.source ?? String(keyNode.value)) : String(keyNode ?? '');
      if (!entries.has(name))
        entries.set(name, { keyAt: keyPlace, value: locate(value as Node | null, depth + 1, keyPlace) });
    }
    return { kind: 'map', entries, at: here };
  };
  return { root: locate(document.contents, 0, { line: 1, column: 1 }), mistakes };
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return String(value);
}

function keyAt(text: string, offset: number): string {
  return /^["']?([^"':\s]+)/.exec(text.slice(offset, offset + 100))?.[1] ?? '';
}
