import type { JsonObject } from './json.js';
import type { Channel } from './states.js';

/** Where an assertion stands: which sync, which index in it. */
export interface EntityRef {
  readonly syncId: string;
  readonly index: number;
}

/**
 * One entity as the ingester stored it and the reconciler reads it. `data` uses NetBox's REST field names (or the source's
 * own, for the policy's mappings); absent = no opinion, null = clear (I7).
 */
export interface Assertion {
  readonly ref: EntityRef;
  readonly source: string;
  readonly channel: Channel;
  /** NetBox content type, `dcim.device`. */
  readonly objectType: string;
  readonly data: JsonObject;
  /** When the source observed it: RFC 3339, UTC, `Z`. */
  readonly observedAt: string;
  readonly receivedAt: string;
  readonly dryRun: boolean;
}
