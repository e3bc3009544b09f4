/** Bounds of one ingest request. All come from `config/ingester.yml`, `limits:`. */
export interface IngestLimits {
  /** Bytes of a body after decompression. */
  readonly bodyBytes: number;
  readonly entities: number;
  /** Levels of nesting inside `data`. */
  readonly depth: number;
  /** UTF-16 units of one string inside `data`. */
  readonly stringLength: number;
  /** Keys and list items inside one entity's `data`. */
  readonly values: number;
}

export const DEFAULT_LIMITS: IngestLimits = {
  bodyBytes: 25 * 1024 * 1024,
  entities: 10_000,
  depth: 16,
  stringLength: 65_536,
  values: 10_000,
};

/** Problem items reported for one request; the rest are only counted, so that an answer stays readable. */
export const MAX_PROBLEMS = 1_000;
