import { Agent } from 'undici';
import type { Connection } from '../client/connection.js';
import { checkClock } from './check-clock.js';
import type { Finding } from './finding.js';
import { look } from './http-look.js';

/** The clock of a Diode that answers. Nothing when it does not say the time. */
export async function checkClockOf(
  of: string,
  { url, ca }: Pick<Connection, 'url' | 'ca'>,
): Promise<readonly Finding[]> {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  try {
    const { date } = await look(`${url}/health`, { dispatcher });
    const clock = checkClock({ of, date, nowMs: Date.now() });
    return clock === null ? [] : [clock];
  } finally {
    await dispatcher.destroy();
  }
}
