/** Brackets open at once, or `- - -` on one line, beyond which a file was made to harm. */
const DEEPEST = 100;

/**
 * The line (from 1) on which a text nests deeper than any policy, or null. Looked for before parsing: the YAML parser
 * recurses, and half a million brackets take the whole process with them.
 */
export function deepLine(text: string): number | null {
  let open = 0;
  let line = 1;
  let indicators = 0;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '\n') {
      line += 1;
      indicators = 0;
      // A quote that is not closed on its line was an apostrophe, or its text goes on without brackets that matter.
      quote = '';
    } else if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[' || char === '{') open += 1;
    else if (char === ']' || char === '}') open = Math.max(0, open - 1);
    else if ((char === '-' || char === '?' || char === ':') && isBlank(text.charAt(index + 1))) indicators += 1;
    if (open > DEEPEST || indicators > DEEPEST) return line;
  }
  return null;
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '';
}
