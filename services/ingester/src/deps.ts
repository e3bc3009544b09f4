import type { SyncView } from '@diode/protocol';
import type { Store } from '@diode/store';
import type { AcceptDeps } from './accept.js';
import type { BackPressure } from './back-pressure.js';
import type { IngestLimits } from './limits.js';

/** Who calls, as far as the ingester needs to know. */
export interface Caller {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** What the ingester's routes stand on. */
export interface IngesterDeps extends AcceptDeps {
  readonly store: Pick<Store, 'storeSync' | 'waitTerminal' | 'sync' | 'forget'>;
  readonly limits: IngestLimits;
  readonly backPressure: BackPressure;
  /** @throws DiodeError unauthenticated, insufficient_scope, token_service_unavailable */
  readonly authenticate: (authorization: string | undefined, need: 'ingest') => Promise<Caller>;
  /** @throws DiodeError source_not_allowed */
  readonly maySource: (caller: Caller, source: string) => Promise<void>;
  /** NetBox's webhook secret; null = only Bearer works. */
  readonly webhookSecret: string | null;
  /** Rebuilds what the store leaves out of receipts (unchanged entities); identity where the reconciler is elsewhere. */
  readonly completeView: (view: SyncView) => Promise<SyncView>;
}
