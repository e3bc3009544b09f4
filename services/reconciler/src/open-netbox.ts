import { makeNetbox, type Netbox, type NetboxFault, type Transport } from '@diode/netbox';
import type { ReconcilerSettings } from '@diode/policy';
import type { NetboxMetrics } from '@diode/runtime';
import { NETBOX_TYPES } from './brain.js';

export interface OpenNetboxOptions {
  readonly url: string;
  readonly token: string;
  readonly ca?: string;
  readonly timeoutMs: number;
  readonly settings: ReconcilerSettings['netbox'];
  readonly metrics: NetboxMetrics;
  readonly around?: (transport: Transport) => Transport;
  readonly onOpen: (fault: NetboxFault) => void;
  readonly onClose: () => void;
}

/** NetBox as the settings pace it, measured. */
export function openNetbox(o: OpenNetboxOptions): Netbox {
  const { batchSize, maxBatchSize, concurrency } = o.settings;
  const netbox: Netbox = makeNetbox({
    url: o.url,
    token: o.token,
    ...(o.ca === undefined ? {} : { ca: o.ca }),
    timeoutMs: o.timeoutMs,
    maxConnections: concurrency + 1,
    types: NETBOX_TYPES,
    pacing: {
      startBatch: batchSize,
      maxBatch: maxBatchSize,
      startConcurrency: Math.min(2, concurrency),
      maxConcurrency: concurrency,
    },
    onRequest: ({ method, outcome, seconds }) => {
      o.metrics.request({ method, outcome, seconds });
      o.metrics.setConcurrency(netbox.pacer.state().limit);
    },
    onOpen: o.onOpen,
    onClose: o.onClose,
    ...(o.around === undefined ? {} : { around: o.around }),
  });
  return netbox;
}
