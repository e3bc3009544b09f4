import { isJsonObject } from '@diode/protocol';
import type { NetboxStatus } from './contract.js';
import { NetboxFault } from './netbox-fault.js';
import { wordsOf } from './status-fault.js';
import type { Transport } from './transport.js';

/** Oldest NetBox whose API has MAC address objects and scopes (facts/netbox.md §3). */
const OLDEST = [4, 2] as const;

/** `4.4.10` → [4, 4]; suffixes of builds and betas do not matter. */
export function minorOf(version: string): readonly [number, number] {
  const found = /^v?(\d+)\.(\d+)/.exec(version);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
}

const atLeast = (is: readonly [number, number], needs: readonly [number, number]): boolean =>
  is[0] > needs[0] || (is[0] === needs[0] && is[1] >= needs[1]);

/** Reads `/api/status/`. Throws `NetboxFault` `away` when what answers is no NetBox or one too old. */
export async function probeStatus(transport: Transport, signal?: AbortSignal): Promise<NetboxStatus> {
  const started = performance.now();
  const reply = await transport.call({ method: 'GET', path: 'status', ...(signal === undefined ? {} : { signal }) });
  const version = isJsonObject(reply.json) ? reply.json['netbox-version'] : undefined;
  if (reply.status !== 200 || typeof version !== 'string') {
    throw new NetboxFault({
      kind: 'away',
      status: reply.status,
      detail: `what answers at /api/status/ is no NetBox (status ${reply.status}: ${wordsOf(reply.json)}): is DIODE_NETBOX_URL right?`,
      retryAfterMs: 10_000,
      mayHaveApplied: false,
    });
  }
  const minor = minorOf(version);
  if (!atLeast(minor, OLDEST)) {
    throw new NetboxFault({
      kind: 'away',
      status: reply.status,
      detail: `NetBox ${version} is too old: Diode needs ${OLDEST.join('.')} or later`,
      retryAfterMs: 60_000,
      mayHaveApplied: false,
    });
  }
  return { version, takesMessages: atLeast(minor, [4, 4]), latencyMs: performance.now() - started };
}
