import { randomUUID } from 'node:crypto';
import type { Clock } from './engine.js';

/** The system's clock, with a counter for the microseconds it does not give, so that no two times are equal. */
export function makeSystemClock(): Clock {
  let last = 0;
  return {
    now() {
      last = Math.max(Date.now() * 1000, last + 1);
      const micros = String(last % 1000).padStart(3, '0');
      return `${new Date(Math.floor(last / 1000)).toISOString().slice(0, -1)}${micros}Z`;
    },
    uuid: randomUUID,
  };
}
