import { Counter, Histogram, type Registry } from 'prom-client';

const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
const NO_ROUTE = 'none';

/** What HTTP apps report. Labels are closed: route patterns of the app (or `none`) and status classes. */
export interface HttpMetrics {
  /** Makes a route's series appear at zero. */
  expectRoute(route: string): void;
  /** `route` is the pattern, undefined when nothing matched. */
  observe(route: string | undefined, status: number, seconds: number): void;
}

export function makeHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Counter({
    name: 'diode_http_requests_total',
    help: 'HTTP requests answered, by route pattern and status class',
    labelNames: ['route', 'status'] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'diode_http_request_duration_seconds',
    help: 'Seconds from request to answer, by route pattern',
    labelNames: ['route'] as const,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [registry],
  });
  const known = new Set<string>();
  const expectRoute = (route: string): void => {
    if (known.has(route)) return;
    known.add(route);
    for (const status of CLASSES) requests.inc({ route, status }, 0);
    duration.zero({ route });
  };
  expectRoute(NO_ROUTE);
  return {
    expectRoute,
    observe(route, status, seconds) {
      const label = route !== undefined && known.has(route) ? route : NO_ROUTE;
      requests.inc({ route: label, status: `${Math.floor(status / 100)}xx` });
      duration.observe({ route: label }, seconds);
    },
  };
}
