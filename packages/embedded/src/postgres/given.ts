import { DiodeError } from '@diode/protocol';
import type { RunningPart } from '../running-part.js';
import { whoAnswers } from './ask.js';

/** The SQL in packages/store is written for this and newer. */
const FLOOR = 150000;

/**
 * A Postgres that somebody else runs: looked at, never changed.
 *
 * @throws DiodeError `storage_unavailable` when it does not answer, `config_invalid` when it is too old or the URL is not one
 */
export async function givenPostgres(url: string): Promise<RunningPart> {
  const at = addressOf(url);
  let version: { version: string; versionNumber: number };
  try {
    version = await whoAnswers(url);
  } catch (error) {
    throw new DiodeError('storage_unavailable', {
      detail: `The Postgres that DIODE_DATABASE_URL names (${at}) cannot be used: ${reasonOf(error)}`,
      cause: error,
      retryAfterMs: 1000,
    });
  }
  if (version.versionNumber < FLOOR) {
    throw new DiodeError('config_invalid', {
      detail: `The Postgres that DIODE_DATABASE_URL names (${at}) is ${version.version}; Diode needs 15 or newer.`,
    });
  }
  return { url, kind: 'given', warning: null, pid: null, stop: async () => undefined };
}

/** Host, port and database: what may be shown of a URL with a password. */
function addressOf(url: string): string {
  if (!URL.canParse(url) || !/^postgres(ql)?:/.test(url)) {
    throw new DiodeError('config_invalid', {
      detail: 'DIODE_DATABASE_URL is not a URL of the form postgres://user:password@host:5432/database.',
    });
  }
  const { host, pathname } = new URL(url);
  return `${host || 'local socket'}${pathname}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
