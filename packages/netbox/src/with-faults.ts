import type { NetboxCall, Transport } from './transport.js';

/** What a test does to an exchange: `before` may throw instead of asking, `after` may throw although NetBox has answered (a lost response). */
export interface FaultScript {
  readonly before?: (call: NetboxCall) => void | Promise<void>;
  readonly after?: (call: NetboxCall) => void | Promise<void>;
}

/** Faults on purpose, for tests and drills. */
export function withFaults(transport: Transport, script: FaultScript): Transport {
  return {
    async call(call) {
      await script.before?.(call);
      const reply = await transport.call(call);
      await script.after?.(call);
      return reply;
    },
    close: () => transport.close(),
  };
}
