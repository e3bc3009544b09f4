import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'other'] as const;
const OUTCOMES = ['2xx', '3xx', '4xx', '429', '5xx', 'timeout', 'unreachable', 'unreadable'] as const;

/** How a request to NetBox ended: an HTTP status, or why there was none. */
export type NetboxOutcome = number | 'timeout' | 'unreachable' | 'unreadable';

/** What the NetBox client reports. */
export interface NetboxMetrics {
  request(o: { method: string; outcome: NetboxOutcome; seconds: number }): void;
  /** The rate the pacing allows at the moment, requests in flight. */
  setConcurrency(limit: number): void;
}

export function makeNetboxMetrics(registers: Registry[]): NetboxMetrics {
  const seconds = new Histogram({
    name: 'diode_netbox_request_duration_seconds',
    help: 'Seconds a request to NetBox took, by method',
    labelNames: ['method'] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const answers = new Counter({
    name: 'diode_netbox_responses_total',
    help: 'Answers of NetBox, by method and outcome',
    labelNames: ['method', 'outcome'] as const,
    registers,
  });
  const limit = new Gauge({
    name: 'diode_netbox_concurrency_limit',
    help: 'Requests to NetBox that pacing lets run at once',
    registers,
  });
  for (const method of METHODS) {
    seconds.zero({ method });
    for (const outcome of OUTCOMES) answers.inc({ method, outcome }, 0);
  }
  return {
    request(o) {
      const method = METHODS.find((m) => m === o.method) ?? 'other';
      seconds.observe({ method }, o.seconds);
      answers.inc({ method, outcome: outcomeLabel(o.outcome) });
    },
    setConcurrency: (n) => limit.set(n),
  };
}

function outcomeLabel(outcome: NetboxOutcome): string {
  if (typeof outcome !== 'number') return outcome;
  return outcome === 429 ? '429' : `${Math.floor(outcome / 100)}xx`;
}
