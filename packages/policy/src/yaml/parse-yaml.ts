import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Mistake } from '../mistake.js';
import { deepLine } from './deep-line.js';
import type { Located, LocatedEntry, Position } from './located.js';

/** No policy is this long; a file that is was not meant for us. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Values in one file, aliases counted each time they are used: what a "billion laughs" file runs into. */
const MAX_VALUES = 100_000;
const MAX_DEPTH = 64;
/** After that many the first is what matters. */
const MAX_SYNTAX_ERRORS = 20;
const TOO_DEEP = 'nested too deeply to be read';

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
  const deep = deepLine(text);
  if (deep !== null) {
    return { root: null, mistakes: [{ file, line: deep, column: 1, key: '', message: TOO_DEEP, suggestion: null }] };
  }
  try {
    return parse(file, text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof TooMuch) {
      const { line, column } = error.at;
      return { root: null, mistakes: [{ file, line, column, key: '', message: error.message, suggestion: null }] };
    }
    // The parser recurses: what deepLine lets through may still exhaust its stack.
    if (error instanceof RangeError) return whole(TOO_DEEP, null);
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
  // uniqueKeys compares every key with every other; a look-up table of thousands is told apart by a Map below.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const mistakes = document.errors.map(
    (error): Mistake => ({
      file,
      ...at(error.pos[0]),
      key: '',
      message: syntaxMessage(error.message),
      suggestion: null,
    }),
  );
  // What follows a syntax error is guesswork.
  if (mistakes.length > 0 || document.contents === null) {
    const tooDeep = mistakes.find((one) => one.message === TOO_DEEP);
    return { root: null, mistakes: tooDeep === undefined ? mistakes.slice(0, MAX_SYNTAX_ERRORS) : [tooDeep] };
  }
  let left = MAX_VALUES;
  const locate = (node: Node | null, key: string, depth: number, fallback: Position): Located => {
    const here = node?.range ? at(node.range[0]) : fallback;
    left -= 1;
    if (left < 0) throw new TooMuch(`more than ${MAX_VALUES} values (aliases count each time)`, here);
    if (depth > MAX_DEPTH) throw new TooMuch(`nested deeper than ${MAX_DEPTH} levels`, here);
    if (node === null) return { kind: 'scalar', value: null, at: here };
    if (isAlias(node)) return { ...locate(node.resolve(document) ?? null, key, depth + 1, here), at: here };
    if (isScalar(node)) return { kind: 'scalar', value: scalarOf(node.value), at: here };
    if (isSeq(node)) {
      const items = node.items.map((item, index) => locate(item as Node, `${key}[${index}]`, depth + 1, here));
      return { kind: 'list', items, at: here };
    }
    if (!isMap(node)) return { kind: 'scalar', value: null, at: here };
    const entries = new Map<string, LocatedEntry>();
    for (const { key: keyNode, value } of node.items as readonly { key: Node | null; value: Node | null }[]) {
      const keyAt = keyNode?.range ? at(keyNode.range[0]) : here;
      const name = isScalar(keyNode) ? (keyNode.source ?? String(keyNode.value)) : String(keyNode ?? '');
      const path = key === '' ? name : `${key}.${name}`;
      const before = entries.get(name);
      if (before === undefined) entries.set(name, { keyAt, value: locate(value, path, depth + 1, keyAt) });
      else
        mistakes.push({
          file,
          ...keyAt,
          key: path,
          message: `this key stands on line ${before.keyAt.line} already`,
          suggestion: 'keep one of the two',
        });
    }
    return { kind: 'map', entries, at: here };
  };
  const root = locate(document.contents, '', 0, { line: 1, column: 1 });
  return { root, mistakes };
}

/** The parser reports its own stack running out as a syntax error. */
function syntaxMessage(message: string): string {
  if (message.includes('call stack')) return TOO_DEEP;
  return `not valid YAML: ${message.split('\n')[0] ?? ''}`;
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return String(value);
}
