import { withAddressLane } from './address-lane.js';
import { type Breaker, guarded, makeBreaker } from './breaker.js';
import { makeFeed } from './change-feed.js';
import type { NetboxFeed, NetboxReader, NetboxStatus, NetboxWriter } from './contract.js';
import type { NetboxFault } from './netbox-fault.js';
import type { ObjectTypes } from './object-types.js';
import { makePacer, PACING, type Pacer, type PacerOptions, paced } from './pacer.js';
import { makeReader } from './reader.js';
import { probeStatus } from './status-probe.js';
import { makeTransport, type Transport, type TransportOptions } from './transport.js';
import { makeWriter } from './writer.js';

export interface NetboxOptions extends TransportOptions {
  readonly types: ObjectTypes;
  readonly pacing?: Partial<PacerOptions>;
  readonly probe?: { readonly firstMs: number; readonly maxMs: number };
  readonly onOpen?: (fault: NetboxFault) => void;
  readonly onClose?: (openMs: number) => void;
  /** Puts something around the bare transport: faults in tests. */
  readonly around?: (transport: Transport) => Transport;
}

/** One NetBox, with pacing, breaker and address lane in place. */
export interface Netbox {
  readonly reader: NetboxReader;
  readonly writer: NetboxWriter;
  readonly feed: NetboxFeed;
  readonly pacer: Pacer;
  readonly breaker: Breaker;
  /** What NetBox last said of itself; null before the first answer. */
  lastStatus(): NetboxStatus | null;
  close(): Promise<void>;
}

/** How long a status is trusted; an upgrade of NetBox is noticed within it. */
const STATUS_MS = 60_000;

export function makeNetbox(options: NetboxOptions): Netbox {
  const plain = makeTransport(options);
  const bare = options.around?.(plain) ?? plain;
  const pacer = makePacer({ ...PACING, ...options.pacing });
  let known: { readonly status: NetboxStatus; readonly at: number } | null = null;

  async function ask(transport: Transport, signal?: AbortSignal): Promise<NetboxStatus> {
    const status = await probeStatus(transport, signal);
    known = { status, at: performance.now() };
    return status;
  }

  const breaker = makeBreaker({
    probe: () => ask(bare),
    firstProbeMs: options.probe?.firstMs ?? 250,
    maxProbeMs: options.probe?.maxMs ?? 5_000,
    ...(options.onOpen === undefined ? {} : { onOpen: options.onOpen }),
    ...(options.onClose === undefined ? {} : { onClose: options.onClose }),
  });
  const transport = guarded(paced(bare, pacer), breaker);
  const reader = makeReader(transport, options.types);
  const writer = makeWriter({
    transport,
    types: options.types,
    takesMessages: async () => {
      if (known === null || performance.now() - known.at > STATUS_MS) await ask(transport);
      return known?.status.takesMessages ?? false;
    },
  });
  return {
    reader: { ...reader, status: (signal) => ask(transport, signal) },
    writer: withAddressLane(timed(writer, pacer)),
    feed: makeFeed(transport),
    pacer,
    breaker,
    lastStatus: () => known?.status ?? null,
    async close() {
      breaker.stop();
      await transport.close();
    },
  };
}

/** Teaches the pacer what each bulk costs. */
function timed(writer: NetboxWriter, pacer: Pacer): NetboxWriter {
  const measure = async <T>(objectType: string, count: number, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const answer = await work();
    pacer.learn(objectType, count, performance.now() - started);
    return answer;
  };
  return {
    createMany: (type, items, signal) => measure(type, items.length, () => writer.createMany(type, items, signal)),
    updateMany: (type, items, signal) => measure(type, items.length, () => writer.updateMany(type, items, signal)),
  };
}
