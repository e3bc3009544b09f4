import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

/** Verdicts that change nothing are left out of a plan's text. */
const QUIET = new Set(['equal']);

/** A receipt as text: one line, then the fields that matter and what went wrong. `all` shows unchanged and applied ones too. */
export function planLines(receipt: JsonObject, o: { all: boolean }): readonly string[] {
  const state = str(receipt.state);
  const quiet = state === 'applied' || state === 'unchanged';
  if (quiet && !o.all) return [];
  const netbox = isJsonObject(receipt.netbox) ? `  ${str(receipt.netbox.url)}` : '';
  const lines = [
    `${state.padEnd(9)} ${str(receipt.action ?? '').padEnd(6)} ${str(receipt.object_type)} ${str(receipt.key)}${netbox}`,
  ];
  const fields = isJsonObject(receipt.fields) ? receipt.fields : {};
  for (const [name, field] of Object.entries(fields)) {
    if (!isJsonObject(field) || QUIET.has(str(field.verdict))) continue;
    lines.push(
      `            ${name}: ${show(field.from)} -> ${show(field.to)}  [${str(field.verdict)}: ${str(field.reason)}]`,
    );
  }
  for (const also of objects(receipt.also))
    lines.push(`            also ${str(also.action)} ${str(also.object_type)} ${str(also.key)} (${str(also.because)})`);
  if (isJsonObject(receipt.error)) {
    lines.push(`            ${str(receipt.error.code)}: ${str(receipt.error.detail)}`);
    for (const item of objects(receipt.error.errors))
      lines.push(`            ${str(item.pointer)} ${str(item.detail)} ${str(item.remedy)}`.trimEnd());
  }
  return lines;
}

/** Refusals with the place in the file, what is wrong and the remedy. */
export function problemLines(
  problem: JsonObject | null,
  errors: readonly JsonObject[],
  where: (pointer: string) => string,
): readonly string[] {
  const head = problem === null ? [] : [`refused: ${str(problem.title)}: ${str(problem.detail)}`];
  return [...head, ...errors.map((e) => `refused   ${where(str(e.pointer))}: ${str(e.detail)}. ${str(e.remedy)}`)];
}

export function summaryLine(
  totals: {
    sent: number;
    accepted: number;
    refused: number;
    counts: Readonly<Record<string, number>>;
    syncIds: readonly string[];
  },
  o: { dryRun: boolean; wait: boolean },
): string {
  const states = Object.entries(totals.counts).map(([state, n]) => `${n} ${state}`);
  const head = `${totals.sent} sent, ${totals.accepted} accepted, ${totals.refused} refused`;
  if (o.dryRun) return `${head}; dry run, nothing written: ${states.join(', ') || 'nothing planned'}`;
  if (o.wait) return `${head}: ${states.join(', ')}`;
  return `${head}; follow with: GET /api/v1/sync/${totals.syncIds[0] ?? ''}/status${totals.syncIds.length > 1 ? ` (and ${totals.syncIds.length - 1} more)` : ''}`;
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function str(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);
}

function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
