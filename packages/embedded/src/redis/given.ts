import { DiodeError } from '@diode/protocol';
import type { RunningPart } from '../running-part.js';
import { whoAnswers } from './ask.js';
import { isNewEnough } from './find.js';

/**
 * A Redis that somebody else runs: looked at, never changed.
 *
 * @throws DiodeError `storage_unavailable` when it does not answer, `config_invalid` when it is too old or the URL is not one
 */
export async function givenRedis(url: string): Promise<RunningPart> {
  if (!URL.canParse(url) || !/^rediss?:/.test(url)) {
    throw new DiodeError('config_invalid', {
      detail: 'DIODE_REDIS_URL is not a URL of the form redis://:password@host:6379/0 (rediss:// for TLS).',
    });
  }
  const { host } = new URL(url);
  let version: string;
  try {
    ({ version } = await whoAnswers(url));
  } catch (error) {
    throw new DiodeError('storage_unavailable', {
      detail: `The Redis that DIODE_REDIS_URL names (${host}) cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
      retryAfterMs: 1000,
    });
  }
  if (!isNewEnough(version)) {
    throw new DiodeError('config_invalid', {
      detail: `The Redis that DIODE_REDIS_URL names (${host}) is ${version}; Diode needs 6.2 or newer, or Valkey.`,
    });
  }
  return { url, kind: 'given', warning: null, pid: null, stop: async () => undefined };
}
