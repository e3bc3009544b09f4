import { Counter, type Registry } from 'prom-client';

const OUTCOMES = ['allowed', 'unauthenticated', 'insufficient_scope', 'not_routed', 'unavailable'] as const;
export type VerdictOutcome = (typeof OUTCOMES)[number];

/** What nginx was told, and how often the issuer had to be asked for it. */
export interface VerdictMetrics {
  count(outcome: VerdictOutcome): void;
  /** A live token was looked up: known from before, or asked of the issuer. */
  lookedUp(from: 'memory' | 'issuer'): void;
}

export function makeVerdictMetrics(registry: Registry): VerdictMetrics {
  const verdicts = new Counter({
    name: 'diode_auth_verdicts_total',
    help: 'Requests at the front door judged, by what came of it',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  const lookups = new Counter({
    name: 'diode_auth_token_lookups_total',
    help: 'Verified tokens looked up, by who knew: memory (at most 15 s old) or the issuer (introspection)',
    labelNames: ['from'] as const,
    registers: [registry],
  });
  for (const outcome of OUTCOMES) verdicts.inc({ outcome }, 0);
  for (const from of ['memory', 'issuer'] as const) lookups.inc({ from }, 0);
  return {
    count: (outcome) => verdicts.inc({ outcome }),
    lookedUp: (from) => lookups.inc({ from }),
  };
}

/** For an app without metrics. */
export const UNCOUNTED: VerdictMetrics = { count: () => undefined, lookedUp: () => undefined };
