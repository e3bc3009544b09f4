import type { Netbox } from '@diode/netbox';
import type { JsonObject } from '@diode/protocol';
import type { Store } from '@diode/store';
import type { Gates } from '../worker/gates.js';
import type { Mode } from '../worker/mode.js';

/** Work older than this while nothing is finished is called stalled. */
const STALLED_SECONDS = 300;

export interface PlatformDeps {
  readonly store: Pick<Store, 'backlog' | 'stats'>;
  readonly netbox: Pick<Netbox, 'breaker' | 'lastStatus' | 'pacer'>;
  readonly netboxUrl: string;
  readonly gates: Gates;
  readonly mode: () => Promise<Mode>;
  /** Receipts written in the last minute. */
  readonly recentlyFinished: () => number;
}

/**
 * The answer of `GET /api/v1/sync/status`. It reads only waiting work, so its cost does not grow with history. A bad entity never makes the
 * platform unwell: `degraded` is a gate that keeps work waiting, `stalled` is work that waits and does not move.
 */
export async function platformStatus(deps: PlatformDeps): Promise<JsonObject> {
  const [backlog, mirror, mode] = await Promise.all([deps.store.backlog(), deps.store.stats(), deps.mode()]);
  const away = deps.netbox.breaker.openFor();
  const known = deps.netbox.lastStatus();
  const gates = deps.gates.closed();
  const oldest = backlog.oldestWaitingSeconds;
  const perMinute = deps.recentlyFinished();
  const stuck = oldest !== null && oldest > STALLED_SECONDS && perMinute === 0;
  const holding = gates.filter((gate) => gate.gate !== 'mode');
  return {
    status: stuck ? 'stalled' : holding.length > 0 ? 'degraded' : 'ok',
    reasons: [
      ...(stuck ? [`work has waited for ${Math.round(oldest)} s and nothing is being finished`] : []),
      ...holding.map((gate) => `${gate.gate}: ${gate.reason}`),
    ],
    mode,
    oldest_waiting_seconds: oldest,
    backlog: Object.fromEntries(Object.entries(backlog.counts)),
    rates: { entities_per_minute: perMinute },
    gates: gates.map((gate) => ({ ...gate })),
    netbox: {
      url: deps.netboxUrl,
      version: known?.version ?? null,
      reachable: away === null && known !== null,
      latency_seconds: known === null ? null : Math.round(known.latencyMs) / 1_000,
      paced_to: deps.netbox.pacer.state().limit,
    },
    mirror: Object.fromEntries(
      mirror.map((row) => [row.objectType, { objects: row.count, oldest_read_at: row.oldestReadAt }]),
    ),
    drift: {},
  };
}
