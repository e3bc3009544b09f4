import type { Gate } from '@diode/access';
import type { SyncView } from '@diode/protocol';
import type { RequestLimits } from '@diode/runtime';
import type { Store } from '@diode/store';
import type { AcceptDeps } from './accept.js';
import type { BackPressure } from './back-pressure.js';
import type { IngestLimits } from './limits.js';

/** What the ingester's routes stand on. */
export interface IngesterDeps extends AcceptDeps {
  readonly store: Pick<Store, 'storeSync' | 'waitTerminal' | 'sync' | 'forget'>;
  readonly limits: IngestLimits;
  readonly backPressure: BackPressure;
  readonly gate: Gate;
  /** Rate limits; null where nothing counts. */
  readonly rate: RequestLimits | null;
  /** NetBox's webhook secret; null = only Bearer works. */
  readonly webhookSecret: string | null;
  /** Rebuilds what the store leaves out of receipts (unchanged entities); identity where the reconciler is elsewhere. */
  readonly completeView: (view: SyncView) => Promise<SyncView>;
}
