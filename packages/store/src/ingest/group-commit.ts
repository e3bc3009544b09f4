/**
 * Group commit. Whoever calls while a group is being committed waits for the next one, so a flush to disk is shared by all that
 * arrived during the last. No timer: on an idle system a call is a group of one and waits for nobody.
 */
import type { StoreOutcome } from '../contract.js';
import type { EncodedSync } from './encoded-sync.js';

export interface GroupCommitOptions {
  readonly store: (group: readonly EncodedSync[]) => Promise<readonly StoreOutcome[]>;
  /** True when the connection failed: each member would fail alike, so none is retried. */
  readonly isFatal: (error: unknown) => boolean;
  readonly maxGroupsInFlight: number;
  readonly maxSyncs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}

interface Waiting {
  readonly member: EncodedSync;
  readonly resolve: (outcome: StoreOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  /** Idempotency keys being committed: a second request with the same key waits for the first one's answer. */
  readonly #keysInFlight = new Set<string>();
  #scheduled = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Resolves after the commit. Rejects with what the store threw for this member alone. */
  submit(member: EncodedSync): Promise<StoreOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, resolve, reject });
      this.#schedule();
    });
  }

  /** Groups are taken once the current turn of the event loop is over: requests read in one turn share a group. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#inFlight < this.#options.maxGroupsInFlight) {
        const group = this.#take();
        if (group.length === 0) return;
        void this.#commit(group);
      }
    });
  }

  #take(): Waiting[] {
    const { maxSyncs, maxRows, maxBytes } = this.#options;
    const group: Waiting[] = [];
    const left: Waiting[] = [];
    let rows = 0;
    let bytes = 0;
    for (const [i, waiting] of this.#waiting.entries()) {
      const { member } = waiting;
      const fits =
        group.length === 0 ||
        (group.length < maxSyncs && rows + member.bodies.length <= maxRows && bytes + member.bytes <= maxBytes);
      if (!fits) {
        left.push(...this.#waiting.slice(i));
        break;
      }
      const key = keyOf(member);
      if (key !== null && this.#keysInFlight.has(key)) {
        left.push(waiting);
        continue;
      }
      if (key !== null) this.#keysInFlight.add(key);
      group.push(waiting);
      rows += member.bodies.length;
      bytes += member.bytes;
    }
    this.#waiting = left;
    return group;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const outcomes = await this.#options.store(group.map((waiting) => waiting.member));
      for (const [i, waiting] of group.entries()) waiting.resolve(outcomes[i] ?? { kind: 'stored' });
    } catch (error) {
      if (group.length === 1 || this.#options.isFatal(error)) {
        for (const waiting of group) waiting.reject(error);
      } else {
        // Somebody's body failed the group (I11): alone, it fails alone.
        for (const waiting of group) await this.#commitAlone(waiting);
      }
    } finally {
      for (const { member } of group) {
        const key = keyOf(member);
        if (key !== null) this.#keysInFlight.delete(key);
      }
      this.#inFlight -= 1;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  async #commitAlone(waiting: Waiting): Promise<void> {
    try {
      const [outcome] = await this.#options.store([waiting.member]);
      waiting.resolve(outcome ?? { kind: 'stored' });
    } catch (error) {
      waiting.reject(error);
    }
  }
}

function keyOf(member: EncodedSync): string | null {
  return member.idempotencyKey === null ? null : JSON.stringify([member.sync.clientId, member.idempotencyKey]);
}
