/** `ok`: all well. `degraded`: something fails that the service can live with. `down`: it cannot do its work. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

export interface CheckResult {
  readonly status: HealthStatus;
  readonly latency_ms: number;
  /** Why it is not well; null when it is. */
  readonly detail: string | null;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface HealthCheck {
  readonly name: string;
  /** True when the service cannot do its work without it: a failure is `down`, else `degraded`. */
  readonly critical: boolean;
  /** Does real work (a query, a ping that is answered); throws or returns a sentence when something is wrong. */
  readonly check: (signal: AbortSignal) => Promise<string | undefined>;
  readonly timeoutMs?: number;
}

export interface Health {
  add(check: HealthCheck): void;
  /** All checks at once; cached for `ttlMs`, so that probes cost nothing. Never throws. */
  report(): Promise<HealthReport>;
}

export interface HealthOptions {
  /** How long a report is reused, milliseconds. Default 1000. */
  readonly ttlMs?: number;
  /** What a check may take, milliseconds. Default 2000. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

export function makeHealth(o: HealthOptions = {}): Health {
  const ttlMs = o.ttlMs ?? 1_000;
  const now = o.now ?? Date.now;
  const checks: HealthCheck[] = [];
  let cached: { at: number; report: Promise<HealthReport> } | null = null;
  return {
    add(check) {
      if (checks.some((c) => c.name === check.name)) throw new TypeError(`health check ${check.name} exists already`);
      checks.push(check);
      cached = null;
    },
    report() {
      if (cached === null || now() - cached.at >= ttlMs)
        cached = { at: now(), report: runAll(checks, o.timeoutMs ?? 2_000, now) };
      return cached.report;
    },
  };
}

/** The same health, but down from the moment `stopping` aborts: what a probe that decides about traffic should hear of a process that leaves. */
export function downWhenStopping(health: Health, stopping: AbortSignal): Health {
  return {
    add: health.add,
    async report() {
      const report = await health.report();
      if (!stopping.aborted) return report;
      const leaving: CheckResult = { status: 'down', latency_ms: 0, detail: 'this instance is shutting down' };
      return { status: 'down', checks: { ...report.checks, shutting_down: leaving } };
    },
  };
}

/** What anyone may see: the status alone. */
export function withoutDetails(report: HealthReport): Pick<HealthReport, 'status'> {
  return { status: report.status };
}

async function runAll(checks: readonly HealthCheck[], timeoutMs: number, now: () => number): Promise<HealthReport> {
  const results = await Promise.all(
    checks.map(async (c) => [c.name, await runOne(c, c.timeoutMs ?? timeoutMs, now)] as const),
  );
  const statuses = results.map(([, result]) => result.status);
  const status = statuses.includes('down') ? 'down' : statuses.includes('degraded') ? 'degraded' : 'ok';
  return { status, checks: Object.fromEntries(results) };
}

async function runOne(check: HealthCheck, timeoutMs: number, now: () => number): Promise<CheckResult> {
  const started = now();
  const detail = await attempt(check, timeoutMs);
  const status = detail === null ? 'ok' : check.critical ? 'down' : 'degraded';
  return { status, latency_ms: Math.max(0, Math.round(now() - started)), detail };
}

async function attempt(check: HealthCheck, timeoutMs: number): Promise<string | null> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`no answer within ${timeoutMs} ms`);
      stop.abort();
    }, timeoutMs);
  });
  try {
    return (await Promise.race([check.check(stop.signal), late])) ?? null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
