import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { objects, str } from './json-fields.js';

/** Verdicts that change nothing are left out of a plan's text. */
const QUIET = new Set(['equal']);
const INDENT = ' '.repeat(12);
const LONGEST_VALUE = 80;

/**
 * A receipt as text: one line, then the fields that matter and what went wrong. `all` shows unchanged and applied ones too; of a
 * dry run nothing is said to be applied.
 */
export function planLines(
  receipt: JsonObject,
  o: { all: boolean; dryRun?: boolean; place?: string },
): readonly string[] {
  const state = str(receipt.state);
  const quiet = state === 'applied' || state === 'unchanged';
  if (quiet && !o.all) return [];
  const netbox = isJsonObject(receipt.netbox) ? `  ${str(receipt.netbox.url)}` : '';
  const lines = [
    `${(o.dryRun === true && state === 'applied' ? 'would' : state).padEnd(9)} ${str(receipt.action).padEnd(6)} ${str(receipt.object_type)} ${str(receipt.key)}${netbox}${o.place === undefined ? '' : `  (${o.place})`}`,
  ];
  const fields = isJsonObject(receipt.fields) ? receipt.fields : {};
  for (const [name, field] of Object.entries(fields)) {
    if (!isJsonObject(field) || QUIET.has(str(field.verdict))) continue;
    lines.push(
      `${INDENT}${name}: ${show(field.from)} -> ${show(field.to)}  [${str(field.verdict)}: ${str(field.reason)}]`,
    );
  }
  for (const also of objects(receipt.also))
    lines.push(`${INDENT}also ${str(also.action)} ${str(also.object_type)} ${str(also.key)} (${str(also.because)})`);
  if (isJsonObject(receipt.error)) {
    lines.push(`${INDENT}${str(receipt.error.code)}: ${str(receipt.error.detail)}`);
    for (const item of objects(receipt.error.errors))
      lines.push(`${INDENT}${str(item.pointer)} ${str(item.detail)} ${str(item.remedy)}`.trimEnd());
  }
  return lines.map(printable);
}

/** Refusals with the place in the file, what is wrong and the remedy. */
export function problemLines(
  problem: JsonObject | null,
  errors: readonly JsonObject[],
  where: (pointer: string) => string,
): readonly string[] {
  const head = problem === null ? [] : [`refused: ${str(problem.title)}: ${str(problem.detail)}`];
  const each = errors.map((e) => `refused   ${where(str(e.pointer))}: ${str(e.detail)}. ${str(e.remedy)}`.trimEnd());
  return [...head, ...each].map(printable);
}

/** What came over the network must not steer the terminal: control characters are shown as their escapes. */
export function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 3)}...` : text;
}
