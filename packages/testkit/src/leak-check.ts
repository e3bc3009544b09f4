import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { until } from './until.js';

/** Resources that are somebody's to close: sockets, servers, processes, watchers, timers that keep a process alive. */
const OWNED = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'TLSWrap',
  'PipeServerWrap',
  'UDPWrap',
  'ProcessWrap',
  'FSEventWrap',
  'StatWatcher',
  'Worker',
  'Timeout',
]);

export interface LeakCheckOptions {
  /** `test` (default): after each test all is as before it. `file`: only at the end, for files whose tests share a pool or server. */
  readonly per?: 'test' | 'file';
  /** Closing takes a moment; default 2 s. */
  readonly settleMs?: number;
}

/**
 * Fails when a test leaves open what it opened. Call it first in the file: vitest runs the last registered `after` hook first, so
 * this one sees what the others closed.
 */
export function leakCheck({ per = 'test', settleMs = 2000 }: LeakCheckOptions = {}): void {
  let before: ReadonlyMap<string, number> = new Map();
  const remember = (): void => {
    before = countOwned();
  };
  const compare = async (): Promise<void> => {
    await until(() => leaked(before, countOwned()).length === 0, { timeoutMs: settleMs }).catch(() => undefined);
    const left = leaked(before, countOwned());
    if (left.length > 0) throw new Error(`Left open: ${left.join(', ')}`);
  };
  if (per === 'test') {
    beforeEach(remember);
    afterEach(compare);
  } else {
    beforeAll(remember);
    afterAll(compare);
  }
}

/** How many of each kind are open. */
export function countOwned(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (OWNED.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What is open now and was not before, in words. */
export function leaked(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): string[] {
  return [...now]
    .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([kind, more]) => `${more} × ${kind}`);
}
