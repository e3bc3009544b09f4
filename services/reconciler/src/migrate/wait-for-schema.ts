import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '@diode/runtime';
import { type MigrationState, schemaState } from '@diode/store';
import { describeUrl, Setback, shortCause, toSetback } from './setback.js';

const RETRY_MS = 500;
/** How often a waiting person is told. */
const TELL_MS = 5_000;

/** The schema as it is, as soon as Postgres answers. @throws Setback when it does not in time, or refuses for good */
export async function waitForSchema(o: {
  readonly url: string;
  readonly patienceMs: number;
  readonly say: (line: string) => void;
}): Promise<MigrationState> {
  const began = Date.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await schemaState(o.url);
    } catch (error) {
      const setback = toSetback(error, o.url);
      if (setback !== null) throw setback;
      const waitedMs = Date.now() - began;
      if (waitedMs >= o.patienceMs)
        throw new Setback(
          EXIT.fault,
          `Postgres did not answer at ${describeUrl(o.url)} for ${Math.round(waitedMs / 1_000)} s (${shortCause(error)}). Is it running, and is this its name?`,
          { cause: error },
        );
      if (Date.now() - toldAt >= TELL_MS) {
        o.say(
          `waiting for Postgres at ${describeUrl(o.url)} (${shortCause(error)}, ${Math.round(waitedMs / 1_000)} s)`,
        );
        toldAt = Date.now();
      }
    }
    await pause(RETRY_MS);
  }
}
