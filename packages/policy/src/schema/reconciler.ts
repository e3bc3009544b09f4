import { didYouMean } from '@diode/engine';
import { key, listOf, object } from '../read/collections.js';
import { type Placed, placed, type Read, type Reader, refine } from '../read/reader.js';
import { number, text, whole } from '../read/scalars.js';
import type { ReconcilerSettings } from '../settings.js';
import { collectionNames, typeNamed } from './collection.js';
import { DEFAULT_METRICS, metrics } from './metrics.js';

const seconds = number({ min: 0.001, max: 31_536_000 });

const collection: Reader<string> = refine(text(), (name) =>
  typeNamed(name) === undefined
    ? {
        message: `no collection is named "${name}"`,
        suggestion:
          didYouMean(name.replaceAll('-', '_'), collectionNames()) ?? `known here: ${collectionNames().join(', ')}`,
      }
    : null,
);

const defaults = object({
  role: key('Role of a device nobody gave one. Default Unknown.', text({ maxLength: 100 })),
  manufacturer: key('Manufacturer of a device type nobody named one for. Default Unknown.', text({ maxLength: 100 })),
  manufacturers: key(
    'Leading words of a device type that are taken for its manufacturer.',
    listOf(text({ maxLength: 100 })),
  ),
  interface: key(
    'The interface made for a management address when the device has none for it.',
    object({
      name: key('Default mgmt0.', text({ maxLength: 64 })),
      type: key("NetBox's value. Default other.", text({ maxLength: 50 })),
    }),
  ),
});

const netbox = refine(
  object({
    timeout_seconds: key('One request. Default 30.', seconds),
    batch_size: key('Objects in one bulk write to begin with. Default 25.', whole(1, 500)),
    max_batch_size: key('Where adapting stops. Default 50: beyond it only latency grows.', whole(1, 500)),
    concurrency: key('Bulk writes in flight. Default 2.', whole(1, 32)),
    backoff: key(
      'Pause before work that NetBox or the network kept from its end is tried again, with jitter; without end.',
      object({
        first_seconds: key('Default 0.5.', seconds),
        max_seconds: key('Default 60.', seconds),
      }),
    ),
  }),
  ({ batch_size = 25, max_batch_size = 50, backoff }) => {
    if (batch_size > max_batch_size)
      return { message: `batch_size (${batch_size}) is above max_batch_size (${max_batch_size})` };
    const { first_seconds = 0.5, max_seconds = 60 } = backoff ?? {};
    return first_seconds > max_seconds
      ? { message: `backoff begins (${first_seconds} s) above its end (${max_seconds} s)` }
      : null;
  },
);

const mirror = object({
  max_age_seconds: key('Older copies are read anew before they decide anything. Default 300.', seconds),
  feed_interval_seconds: key("Between looks at NetBox's change log. Default 10.", seconds),
});

const queue = object({
  lease_seconds: key('How long a worker may be silent before its work is taken over. Default 60.', seconds),
  sweep_seconds: key('Between looks in Postgres for work the queue lost. Default 5.', seconds),
  claim_batch: key('Entities planned as one graph. Default 200.', whole(1, 10_000)),
});

const raw = object({
  defaults: key('What created objects get when nobody said.', placed(defaults)),
  create: key('Types that may be made because something refers to them.', placed(listOf(collection))),
  netbox: key('How NetBox is spoken to.', netbox),
  mirror: key('Our copy of NetBox.', mirror),
  queue: key('How work is shared.', queue),
  waiting_max_seconds: key('How long an entity waits for another before it is held. Default 24h.', seconds),
  metrics: key('What Prometheus sees.', metrics),
});

export type ReconcilerDefaults = Placed<Read<typeof defaults>>;
export type ReconcilerFile = Read<typeof raw>;

/** `config/reconciler.yml`. */
export const reconcilerFile = raw;

/** The settings of the file, with what it leaves out filled in. */
export function reconcilerSettings(read: ReconcilerFile): ReconcilerSettings {
  const { netbox: n, mirror: m, queue: q } = read;
  return {
    netbox: {
      timeoutSeconds: n?.timeout_seconds ?? 30,
      batchSize: n?.batch_size ?? 25,
      maxBatchSize: n?.max_batch_size ?? 50,
      concurrency: n?.concurrency ?? 2,
      backoff: { firstSeconds: n?.backoff?.first_seconds ?? 0.5, maxSeconds: n?.backoff?.max_seconds ?? 60 },
    },
    mirror: { maxAgeSeconds: m?.max_age_seconds ?? 300, feedIntervalSeconds: m?.feed_interval_seconds ?? 10 },
    queue: {
      leaseSeconds: q?.lease_seconds ?? 60,
      sweepSeconds: q?.sweep_seconds ?? 5,
      claimBatch: q?.claim_batch ?? 200,
    },
    waitingMaxSeconds: read.waiting_max_seconds ?? 86_400,
    metrics: read.metrics ?? DEFAULT_METRICS,
  };
}
