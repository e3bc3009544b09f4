/** One mistake in one file, where a person finds it. */
export interface Mistake {
  readonly file: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  readonly column: number;
  /** Dotted key, `sync_policies.devices.fields.required[1]`; empty when the file as a whole is meant. */
  readonly key: string;
  readonly message: string;
  /** What to write instead; null when there is nothing better to say than the message. */
  readonly suggestion: string | null;
}

/** One line a mistake: `sync-policies.yml:12:7 sync_policies.devics unknown collection — did you mean "devices"?` */
export function formatMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(formatMistake).join('\n');
}

function formatMistake(mistake: Mistake): string {
  const place = mistake.line === 0 ? mistake.file : `${mistake.file}:${mistake.line}:${mistake.column}`;
  const key = mistake.key === '' ? '' : ` ${mistake.key}`;
  const suggestion = mistake.suggestion === null ? '' : ` — ${mistake.suggestion}`;
  return `${place}${key}: ${mistake.message}${suggestion}`;
}
