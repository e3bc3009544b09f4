import { DiodeError } from '@diode/protocol';

/** Longest time an ingest may wait for its receipts. */
export const MAX_WAIT_MS = 30_000;
/** A dry run's answer is its plan, so it waits unless told otherwise. */
export const DRY_RUN_WAIT_MS = 10_000;

/** `?dry_run=true|false|1|0`; a bare `?dry_run` is true. @throws DiodeError invalid_parameter */
export function readFlag(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'string') {
    const word = value.trim().toLowerCase();
    if (word === '' || word === 'true' || word === '1' || word === 'yes') return true;
    if (word === 'false' || word === '0' || word === 'no') return false;
  }
  throw invalid(name, 'is true or false');
}

/** `?wait=10s`, `?wait=500ms`, `?wait=10` (seconds); milliseconds, at most 30 s. null without it. @throws DiodeError invalid_parameter */
export function readWait(value: unknown): number | null {
  if (value === undefined) return null;
  const match = typeof value === 'string' ? /^(\d{1,6})(ms|s)?$/.exec(value.trim()) : null;
  if (!match) throw invalid('wait', 'is a time such as 10s or 500ms');
  const ms = Number(match[1]) * (match[2] === 'ms' ? 1 : 1_000);
  if (ms > MAX_WAIT_MS) throw invalid('wait', `is at most ${MAX_WAIT_MS / 1_000}s`);
  return ms;
}

/** A misspelt `dryrun=true` would write: what is not known is refused. @throws DiodeError invalid_parameter */
export function checkParameterNames(query: object, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalid(`"${unknown.slice(0, 50)}"`, `is no parameter of this: ${known.join(', ')} are`);
}

/** The Idempotency-Key header; null without it. @throws DiodeError invalid_parameter */
export function readIdempotencyKey(value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value)) return value;
  throw invalid('Idempotency-Key', 'is 1 to 255 printable ASCII characters, sent once');
}

/** `?source=NAME` for NDJSON. @throws DiodeError invalid_parameter */
export function readQuerySource(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw invalid('source', 'is the name of one source');
}

function invalid(name: string, rule: string): DiodeError {
  const detail = `${name} ${rule}`;
  return new DiodeError('invalid_parameter', {
    detail,
    errors: [{ pointer: '', code: 'invalid_parameter', detail, remedy: `Correct or leave out ${name}.` }],
  });
}
