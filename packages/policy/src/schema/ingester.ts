import { key, object } from '../read/collections.js';
import { mapped, type Reader, refine } from '../read/reader.js';
import { duration, whole } from '../read/scalars.js';
import type { IngesterSettings } from '../settings.js';
import { DEFAULT_METRICS, metrics } from './metrics.js';

const limits = object({
  body_bytes: key('Bytes of a body after decompression. Default 25 MiB.', whole(1024, 1024 ** 3)),
  entities: key('Entities in one request. Default 10000.', whole(1, 1_000_000)),
  depth: key('Levels of nesting inside `data`. Default 16.', whole(2, 64)),
  string_length: key('Characters of one string. Default 65536.', whole(64, 16_777_216)),
  values: key('Keys and list items inside one entity. Default 10000.', whole(16, 1_000_000)),
});

const backPressure = refine(
  object({
    slow_at: key('Entities waiting at which requests are slowed. Default 200000.', whole(1)),
    max_waiting: key('Entities waiting at which requests are refused. Default 1000000.', whole(1)),
    max_age_seconds: key('Age of the oldest entity waiting at which requests are slowed. Default 3600.', duration()),
  }),
  ({ slow_at = 200_000, max_waiting = 1_000_000 }) =>
    slow_at <= max_waiting
      ? null
      : { message: `slow_at (${slow_at}) is above max_waiting (${max_waiting})`, suggestion: 'slow before you refuse' },
);

/** `config/ingester.yml`. */
export const ingesterFile: Reader<IngesterSettings> = mapped(
  object({
    limits: key('Bounds of one request.', limits),
    back_pressure: key('When ingest slows and refuses; measured on work waiting.', backPressure),
    metrics: key('What Prometheus sees.', metrics),
  }),
  (read): IngesterSettings => ({
    limits: {
      bodyBytes: read.limits?.body_bytes ?? 25 * 1024 * 1024,
      entities: read.limits?.entities ?? 10_000,
      depth: read.limits?.depth ?? 16,
      stringLength: read.limits?.string_length ?? 65_536,
      values: read.limits?.values ?? 10_000,
    },
    backPressure: {
      slowAt: read.back_pressure?.slow_at ?? 200_000,
      maxWaiting: read.back_pressure?.max_waiting ?? 1_000_000,
      maxAgeSeconds: read.back_pressure?.max_age_seconds ?? 3600,
    },
    metrics: read.metrics ?? DEFAULT_METRICS,
  }),
);
