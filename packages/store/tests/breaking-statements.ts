/**
 * What in a migration would break a service of the version before, which runs on while the next one starts (docs/upgrading.md). A file that takes away what that
 * version no longer reads says so in its first line.
 */
const CONTRACT = /^-- contract: drops what version \d+\.\d+(\.\d+)? no longer reads$/;

/** DROP of what loosens: an older service does not notice. */
const LOOSENS = 'CONSTRAINT|INDEX|DEFAULT|NOT\\s+NULL|IDENTITY|EXPRESSION';

const BREAKING: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`\\bDROP\\s+(?!${LOOSENS})\\w+`, 'i'), 'drops something'],
  [/\bRENAME\b/i, 'renames something'],
  [/\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b/i, 'changes a type'],
  [/\bSET\s+NOT\s+NULL\b/i, 'demands a value that older services do not give'],
  [/\bTRUNCATE\b/i, 'empties a table'],
];

/** The statements of the way up that an older service cannot live with, in words; none for a file that declares itself. */
export function breakingStatements(sql: string): readonly string[] {
  if (CONTRACT.test(sql.split('\n', 1)[0] ?? '')) return [];
  const up = wayUp(sql);
  const found = BREAKING.filter(([pattern]) => pattern.test(up)).map(([, words]) => words);
  return demandsNewColumn(up) ? [...found, 'adds a column older services do not give and that has no default'] : found;
}

function demandsNewColumn(up: string): boolean {
  const columns =
    up.match(/\bADD\s+(COLUMN\s+)?(IF\s+NOT\s+EXISTS\s+)?(?!CONSTRAINT)\w+\s+[^;]*?(?=,\s*ADD\b|;)/gi) ?? [];
  return columns.some((column) => /\bNOT\s+NULL\b/i.test(column) && !/\b(DEFAULT|GENERATED)\b/i.test(column));
}

/** Without comments and the bodies of functions, which are replaced as a whole. */
function wayUp(sql: string): string {
  const [up = ''] = sql.split(/^\s*--\s*Down Migration/im);
  return up.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''").replace(/--.*$/gm, '');
}
