import type { ObjectTypeRow } from '@diode/catalogue';
import type { Observed, PlanOptions, Policy, Prepared } from '@diode/engine';
import type { Netbox } from '@diode/netbox';
import type { Assertion, TerminalState } from '@diode/protocol';
import type { Store } from '@diode/store';
import type { Planning } from './identity/drive.js';
import type { KnownAnswers } from './identity/known-answers.js';

/** What the worker says about itself; the runtime's logger fits. */
export interface WorkerLog {
  info(keys: object, message: string): void;
  warn(keys: object, message: string): void;
  error(keys: object, message: string): void;
}

/** What the worker counts. Labels are closed sets; a source nobody configured is `other`. */
export interface WorkerMetrics {
  /** `seconds` from picking it up to its receipt. */
  ended(o: {
    readonly source: string;
    readonly dryRun: boolean;
    readonly state: TerminalState;
    readonly seconds: number;
  }): void;
  retried(
    reason: 'netbox_unavailable' | 'netbox_throttled' | 'storage_unavailable' | 'conflict' | 'other',
    count: number,
  ): void;
}

/** The engine as the worker uses it: pure, total, and the only place where anything is decided (I3). */
export interface Brain {
  prepare(assertion: Assertion, policy: Policy): Prepared;
  planning(prepared: readonly Prepared[], policy: Policy, options: PlanOptions): Planning;
  rowOf(objectType: string): ObjectTypeRow | undefined;
  lookupKeys(observed: Observed): readonly string[];
}

export interface WorkerSettings {
  /** Unique for the process; what `work.claimed_by` holds. */
  readonly workerId: string;
  readonly claimLimit: number;
  /** How long a claim lasts without renewal. Longer than NetBox's time-out plus the margin. */
  readonly leaseMs: number;
  readonly netboxTimeoutMs: number;
  /** A create whose answer was lost is not sent again before the time-out plus this has passed (I4). */
  readonly repeatMarginMs: number;
  readonly mirrorMaxAgeMs: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How long an entity waits for another before it is held. */
  readonly waitingMaxMs: number;
  /** A new object that refers to something missing is made without it after this. */
  readonly makeByHalvesAfterMs: number;
  /** How long an entity stands back when another worker is creating what it needs. */
  readonly standBackMs: number;
}

export interface WorkerDeps {
  readonly store: Store;
  readonly netbox: Netbox;
  readonly brain: Brain;
  /** The policy in force now. */
  readonly policy: () => Policy;
  /** Observe mode: plan and receipt, write nothing. Asked for each batch. */
  readonly observing: () => Promise<boolean>;
  readonly known: KnownAnswers;
  /** Aliases this process has put into the store. */
  readonly knownAliases: Set<string>;
  /** Request ids of our own writes, for the change feed. */
  readonly ownRequests: { add(requestId: string): void };
  readonly log: WorkerLog;
  readonly metrics: WorkerMetrics;
  readonly settings: WorkerSettings;
  readonly newId: () => string;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** Aborted when the process must end now; until then a request in flight is waited for. */
  readonly hardStop: AbortSignal;
}
