import { RE2JS, RE2JSException } from 're2js';
import { mistake, type Reader } from '../read/reader.js';
import { text } from '../read/scalars.js';

/** A pattern that answers in time linear in the text, whatever the text. */
export interface Pattern {
  readonly source: string;
  /** Does the pattern occur in the text? Anchor it with ^ and $ to mean all of it. */
  readonly test: (text: string) => boolean;
  readonly replaceAll: (text: string, replacement: string) => string;
}

/** Steps of the compiled pattern; each character of a text may cost as many. */
const MAX_PROGRAM_SIZE = 2000;

/** RE2 syntax: that of Python and JavaScript without look-around and back-references, which take exponential time. */
export function pattern(): Reader<Pattern> {
  const source = text();
  return {
    keys: source.keys,
    read(node, key, context) {
      const written = source.read(node, key, context);
      if (written === undefined) return undefined;
      try {
        const compiled = RE2JS.compile(written);
        if (compiled.programSize() > MAX_PROGRAM_SIZE) {
          return mistake(context, node.at, key, 'this pattern is too large', 'use smaller repetitions');
        }
        return makePattern(written, compiled);
      } catch (error) {
        if (!(error instanceof RE2JSException)) throw error;
        const reason = error.message.replace(/^error parsing regexp: /, '');
        return mistake(context, node.at, key, `not a valid pattern: ${reason}`, adviceFor(written));
      }
    },
  };
}

function makePattern(source: string, compiled: RE2JS): Pattern {
  // A pattern that is only text, as the seed's "_", needs no engine.
  const literal = /^[\w\s,:;@#%&=<>!~'"/-]+$/.test(source);
  return {
    source,
    test: (text) => compiled.matcher(text).find(),
    replaceAll: literal
      ? (text, replacement) => (text.includes(source) ? replaceLiteral(text, source, replacement, compiled) : text)
      : (text, replacement) => compiled.matcher(text).replaceAll(replacement),
  };
}

function replaceLiteral(text: string, source: string, replacement: string, compiled: RE2JS): string {
  return replacement.includes('$') || replacement.includes('\\')
    ? compiled.matcher(text).replaceAll(replacement)
    : text.replaceAll(source, replacement);
}

function adviceFor(source: string): string | null {
  if (/\(\?<?[=!]/.test(source) || /\\[1-9]/.test(source)) {
    return 'patterns run in linear time, so look-around and back-references do not exist; say it with two rules';
  }
  return 'the syntax is that of RE2';
}
