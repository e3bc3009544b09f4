/**
 * The store's verbs (docs/decisions/0002-store-and-queue.md). One file a statement group implements them; `openStore` puts them together.
 * All throw DiodeError `storage_unavailable` (retryable) when Postgres cannot be reached.
 */
import type { Lookup, LookupAnswer, Observed } from '@diode/engine';
import type {
  Channel,
  EntityRef,
  EntityState,
  JsonObject,
  JsonValue,
  ProblemItem,
  Receipt,
  SyncView,
  TerminalState,
} from '@diode/protocol';

/** One entity to store. `partition` and `orderingKey` decide who works on it and after whom. */
export interface NewEntity {
  readonly objectType: string;
  readonly data: JsonObject;
  /** RFC 3339, UTC. */
  readonly observedAt: string;
  /** 0 ≤ partition < PARTITIONS (packages/queue). */
  readonly partition: number;
  /** 64-bit hash as a decimal string: rows with the same key are worked on in order of arrival. */
  readonly orderingKey: string;
}

export interface NewSync {
  /** UUIDv7; also the order of arrival. */
  readonly syncId: string;
  readonly source: string;
  readonly clientId: string;
  readonly channel: Channel;
  readonly dryRun: boolean;
  readonly receivedAt: string;
  readonly refused: number;
  readonly errors: readonly ProblemItem[];
  readonly notes: readonly string[];
  readonly entities: readonly NewEntity[];
  /** Hash of the request's meaning and the answer to repeat, when the client sent an Idempotency-Key or gRPC id. */
  readonly idempotency: { readonly key: string; readonly bodyHash: string; readonly answer: JsonValue } | null;
}

export type StoreOutcome =
  | { readonly kind: 'stored' }
  /** The same key and body came before (within 24 h): here is the answer given then. */
  | { readonly kind: 'repeated'; readonly answer: JsonValue }
  /** The same key came before with another body. */
  | { readonly kind: 'conflict' };

export interface IngestVerbs {
  /**
   * Commits the sync (I1). Concurrent calls share a transaction (group commit); when a group fails each member is retried alone, so that one
   * request's body never fails a neighbour. Resolves only after the commit.
   */
  storeSync(sync: NewSync): Promise<StoreOutcome>;
}

/** A claimed row of work with its entity. */
export interface ClaimedWork {
  readonly ref: EntityRef;
  readonly partition: number;
  readonly source: string;
  readonly channel: Channel;
  readonly dryRun: boolean;
  readonly objectType: string;
  readonly data: JsonObject;
  readonly observedAt: string;
  readonly receivedAt: string;
  /** Attempts before this one. */
  readonly attempts: number;
  /** An earlier worker may have left changes of it unsettled. */
  readonly hasUnsettledChanges: boolean;
  /** It was claimed before: an earlier attempt may have settled changes of it (`settledChanges`). */
  readonly claimedBefore: boolean;
  /** A later assertion about the same object stands behind this one. */
  readonly laterWaits: boolean;
}

/** A terminal receipt to write; `detail` null = rebuilt on demand (unchanged entities). */
export interface FinishedWork {
  readonly ref: EntityRef;
  readonly state: TerminalState;
  readonly objectType: string;
  readonly key: string;
  readonly action: Receipt['action'];
  readonly netbox: Receipt['netbox'];
  readonly detail: Pick<Receipt, 'fields' | 'also' | 'error'> | null;
  readonly plannedAt: string | null;
  readonly appliedAt: string | null;
  readonly attempts: number;
}

export interface WorkVerbs {
  /** Claims up to `limit` due rows of a partition, in order, for `leaseMs`. Never two rows of one ordering key, never past an earlier one. */
  claim(o: { partition: number; limit: number; workerId: string; leaseMs: number }): Promise<readonly ClaimedWork[]>;
  /** Lengthens the lease of what this worker holds. Gives the refs still held. */
  renew(workerId: string, refs: readonly EntityRef[], leaseMs: number): Promise<readonly EntityRef[]>;
  /** Terminal: receipts in, work rows out, one transaction. Rows this worker no longer holds are left alone. Gives how many were finished. */
  finish(workerId: string, done: readonly FinishedWork[]): Promise<number>;
  /** Not terminal: back to the partition, due after `delayMs`. `attempted` counts an attempt. */
  park(
    workerId: string,
    rows: readonly {
      ref: EntityRef;
      state: 'queued' | 'retrying' | 'waiting';
      delayMs: number;
      attempted: boolean;
      waitingFor: string | null;
      error: { code: string; detail: string } | null;
    }[],
  ): Promise<void>;
  /** Milliseconds until the next row of the partition is due, 0 when one is; null when nothing waits there. Claimed rows are due when their lease ends. */
  nextDueMs(partition: number): Promise<number | null>;
  /** Partitions with due, unclaimed work (for the sweep, I2). */
  duePartitions(): Promise<readonly number[]>;
  /** Makes all work that waits for NetBox due now (the breaker closed). */
  wakeRetrying(): Promise<number>;
  /**
   * Makes what this worker has claimed due at once. For a successor with proof that the worker of that id is dead (a lock); a living one loses its claims.
   * Gives how many rows were freed. Changes it left open stay open: who gets the rows resolves them (I4).
   */
  abandonClaims(workerId: string): Promise<number>;
  backlog(): Promise<Backlog>;
  /** What workers have claimed, by worker, and for how long at most: a dead one's rows are free then. The most first. */
  inHand(): Promise<readonly InHand[]>;
}

export interface InHand {
  readonly workerId: string;
  readonly count: number;
  /** Until the last of its claims runs out; a living worker renews them. */
  readonly freeAfterSeconds: number;
}

export interface Backlog {
  readonly counts: Readonly<Partial<Record<EntityState, number>>>;
  readonly total: number;
  /** null when nothing waits. */
  readonly oldestWaitingSeconds: number | null;
  /** Why parked rows are parked: what they wait for, or what went wrong last time. The most frequent first, 20 at most. */
  readonly waitingFor: readonly { readonly reason: string; readonly count: number }[];
}

/** One change as the journal holds it (I4). */
export interface JournalEntry {
  /** UUIDv7. */
  readonly changeId: string;
  readonly ref: EntityRef;
  readonly objectType: string;
  /** The change's key in the plan; for a create, what `creations` excludes on. */
  readonly canonicalKey: string;
  readonly action: 'create' | 'update';
  readonly netboxId: number | null;
  readonly before: JsonObject;
  readonly after: JsonObject;
  /** null in rows of an older version. */
  readonly told: ChangeTold | null;
}

/** What a receipt says of a change, kept with it so that the receipt of a later attempt can say it too. */
export interface ChangeTold {
  readonly label: string;
  /** Why an object no entity is about was touched; null when asserted. */
  readonly because: string | null;
  /** Of the fields that were sent. */
  readonly fields: Receipt['fields'];
}

/** A change that NetBox took. */
export interface SettledChange extends JournalEntry {
  readonly netboxId: number;
  /** RFC 3339, UTC. */
  readonly settledAt: string;
}

export interface JournalVerbs {
  /**
   * Records changes about to be sent, in one transaction. A create takes its row in `creations`; gives the change ids that were refused because
   * another worker is creating the same object.
   */
  record(workerId: string, entries: readonly JournalEntry[]): Promise<readonly string[]>;
  /** After NetBox's answer. `netboxId` for creates that went through; frees the row in `creations`. */
  settle(
    results: readonly {
      changeId: string;
      state: 'applied' | 'refused' | 'not_sent';
      netboxId: number | null;
      requestId: string | null;
    }[],
  ): Promise<void>;
  /** Changes recorded, not settled, of these entities, with their age in milliseconds. */
  unsettled(refs: readonly EntityRef[]): Promise<readonly (JournalEntry & { readonly ageMs: number })[]>;
  /** Changes of these entities that were settled as applied, in the order they were recorded. Opens no day before the entities were accepted. */
  settledChanges(refs: readonly EntityRef[]): Promise<readonly SettledChange[]>;
  /** Creates of these keys that are unsettled, whoever recorded them. */
  unsettledCreates(
    keys: readonly { objectType: string; canonicalKey: string }[],
  ): Promise<readonly (JournalEntry & { readonly ageMs: number })[]>;
  /**
   * Those of the keys somebody created and settled in the last `withinMs`: asked after `record` gave the key, it tells whether what was read before
   * still holds (half of NetBox's uniqueness is not in its database).
   */
  createdWithin<K extends { readonly objectType: string; readonly canonicalKey: string }>(
    keys: readonly K[],
    withinMs: number,
  ): Promise<readonly K[]>;
}

export interface MirrorVerbs {
  /** Rows fresher than `maxAgeMs`; a key without row in the answer is not known here (NetBox must be asked). One query a batch and kind. */
  lookup(lookups: readonly Lookup[], maxAgeMs: number): Promise<LookupAnswer>;
  /** Replaces what is known of these objects, their look-up keys included. */
  put(objects: readonly { readonly observed: Observed; readonly keys: readonly string[] }[]): Promise<void>;
  /** Forgets objects (deleted in NetBox, or changed there by someone else). */
  forget(objects: readonly { readonly objectType: string; readonly id: number }[]): Promise<void>;
  /** Forgets everything of a type, or all. */
  clear(objectType?: string): Promise<void>;
  putAliases(
    aliases: readonly { readonly objectType: string; readonly alias: string; readonly netboxId: number }[],
  ): Promise<void>;
  /** The objects these aliases were recorded for: what to read when `lookup` leaves an alias open. Unrecorded ones are absent. */
  aliasTargets(
    aliases: readonly { readonly objectType: string; readonly alias: string }[],
  ): Promise<readonly { readonly objectType: string; readonly alias: string; readonly netboxId: number }[]>;
  stats(): Promise<readonly { objectType: string; count: number; oldestReadAt: string | null }[]>;
}

export interface ViewVerbs {
  /** One sync with up to `limit` receipts (work rows included as receipts in their state) from `cursor`. null = unknown. */
  sync(syncId: string, page: { limit: number; cursor: string | null }): Promise<SyncView | null>;
  /** Newest first. */
  recentSyncs(limit: number): Promise<readonly Omit<SyncView, 'entities' | 'next'>[]>;
  entity(ref: EntityRef): Promise<{
    readonly data: JsonObject;
    readonly objectType: string;
    readonly source: string;
    readonly channel: Channel;
    readonly observedAt: string;
  } | null>;
  /** Waits until every entity of the sync is terminal or `timeoutMs` passed (LISTEN/NOTIFY or polling; cheap for many waiters). */
  waitTerminal(syncId: string, timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
}

export interface SettingVerbs {
  /** Small facts that outlive processes: `mode`, `change_feed_cursor`, … */
  getSetting(name: string): Promise<JsonValue | null>;
  putSetting(name: string, value: JsonValue): Promise<void>;
}

export interface Store extends IngestVerbs, WorkVerbs, JournalVerbs, MirrorVerbs, ViewVerbs, SettingVerbs {
  /** Does a query. Throws when Postgres is away. */
  ping(): Promise<void>;
  /** Migrations of a later version that the database had at the start: this build works with it, an upgrade is under way or was taken back. */
  readonly newerMigrations: readonly string[];
  readonly pool: { readonly total: number; readonly idle: number; readonly waiting: number };
  /** Daily duty: makes partitions ahead. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly databaseUrl: string;
  /** Beside these, one connection listens once somebody waits for a sync. */
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
}
