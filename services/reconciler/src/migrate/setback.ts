import { DiodeError } from '@diode/protocol';
import { EXIT } from '@diode/runtime';

/** Why diode-migrate cannot go on, in a sentence with what to do, and the exit code that says whose turn it is. */
export class Setback extends Error {
  override readonly name = 'Setback';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Postgres' own words, and what they mean for who runs this. A fault that passes by itself is null: try again. */
export function toSetback(error: unknown, url: string): Setback | null {
  if (error instanceof Setback) return error;
  const cause = innermost(error);
  const state = codeOf(cause);
  const words = cause instanceof Error ? cause.message : String(cause);
  const where = describeUrl(url);
  const setUp = (what: string): Setback => new Setback(EXIT.config, `${what} (Postgres says: ${words})`, { cause });
  if (state === '28P01' || state === '28000')
    return setUp(`${where} refuses this account. Check the URL's user and password.`);
  if (state === '3D000')
    return setUp(`${where} does not exist. Create it, and its roles with packages/store/sql/roles.sql.`);
  if (state === '42501') return notTheOwner(url, cause);
  if (error instanceof DiodeError && error.code === 'storage_unavailable') return null;
  return new Setback(EXIT.fault, `A statement failed on ${where}: ${words}`, { cause });
}

/** Migrations are made by who owns what they change. */
export function notTheOwner(url: string, cause?: unknown): Setback {
  const words = cause instanceof Error ? ` (Postgres says: ${cause.message})` : '';
  return new Setback(
    EXIT.config,
    `The account may not change the schema of ${describeUrl(url)}${words}. Give the owner's account here; packages/store/sql/roles.sql makes one.`,
    { cause },
  );
}

/** Why Postgres was not reached, in a few words. */
export function shortCause(error: unknown): string {
  const cause = innermost(error);
  return codeOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
}

/** `host:port/database`: never the password. */
export function describeUrl(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
}

/** The store wraps what the migration tool wraps. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
