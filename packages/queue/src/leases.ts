/**
 * Which partitions this instance drains. A lease only divides the work; what makes double processing impossible is the claim of
 * each row in Postgres. So a lease may be lost, taken early or ignored (Redis away) without harm.
 */
import type { Redis } from 'ioredis';
import { ALL_PARTITIONS, type QueueKeys } from './keys.js';
import { ACQUIRE, HEARTBEAT, RELEASE, RENEW } from './scripts.js';

export interface LeasesOptions {
  readonly redis: Redis;
  readonly keys: QueueKeys;
  readonly instanceId: string;
  readonly leaseMs: number;
  /** An instance that was silent for so long is dead, and its partitions are free. */
  readonly heartbeatMs: number;
}

/** What one round changed. */
export interface LeaseRound {
  readonly gained: readonly number[];
  readonly lost: readonly number[];
  /** A lease of ours had vanished: Redis may have been wiped, wake-ups with it. */
  readonly vanished: boolean;
}

export class Leases {
  readonly #o: LeasesOptions;
  readonly #held = new Set<number>();

  constructor(options: LeasesOptions) {
    this.#o = options;
  }

  get held(): ReadonlySet<number> {
    return this.#held;
  }

  /**
   * Heartbeat, renewal, then towards the fair share: gives back what is above it (idle partitions first), takes what is free below
   * it. Throws what Redis throws; what is held then stays as it was.
   */
  async round(isBusy: (partition: number) => boolean): Promise<LeaseRound> {
    const live = await this.#number(HEARTBEAT, [this.#o.keys.instances], [this.#o.instanceId, this.#o.heartbeatMs]);
    const before = [...this.#held];
    const renewed = await this.#renew(before);
    const lost = before.filter((_, i) => renewed[i] === 0);
    for (const partition of lost) this.#held.delete(partition);
    const share = Math.ceil(ALL_PARTITIONS.length / Math.max(1, live));
    const surplus = [...this.#held]
      .sort((a, b) => Number(isBusy(a)) - Number(isBusy(b)))
      .slice(0, Math.max(0, this.#held.size - share));
    await this.#release(surplus);
    const gained = await this.#acquire(share - this.#held.size, surplus);
    return { gained, lost: [...lost, ...surplus], vanished: renewed.includes(2) };
  }

  /** Gives everything back and stops counting as alive. Best effort: what Redis does not hear runs out by itself. */
  async surrender(): Promise<void> {
    const { redis, keys, instanceId } = this.#o;
    try {
      await this.#release([...this.#held]);
      await redis.zrem(keys.instances, instanceId);
    } catch {
      this.#held.clear();
    }
  }

  async #renew(partitions: readonly number[]): Promise<readonly number[]> {
    if (partitions.length === 0) return [];
    return this.#numbers(RENEW, partitions.map(this.#o.keys.lease), [this.#o.instanceId, this.#o.leaseMs]);
  }

  async #release(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    await this.#number(RELEASE, partitions.map(this.#o.keys.lease), [this.#o.instanceId]);
    for (const partition of partitions) this.#held.delete(partition);
  }

  async #acquire(want: number, justReleased: readonly number[]): Promise<readonly number[]> {
    if (want <= 0) return [];
    const open = ALL_PARTITIONS.filter((p) => !this.#held.has(p) && !justReleased.includes(p));
    // Everyone starts somewhere else, so that instances that start together do not fight for the same few.
    const start = Math.floor(Math.random() * open.length);
    const order = [...open.slice(start), ...open.slice(0, start)];
    const leaseKeys = [this.#o.keys.instances, ...order.map(this.#o.keys.lease)];
    const positions = await this.#numbers(ACQUIRE, leaseKeys, [this.#o.instanceId, this.#o.leaseMs, want]);
    const gained = positions.flatMap((position) => order[position - 1] ?? []);
    for (const partition of gained) this.#held.add(partition);
    return gained;
  }

  async #numbers(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<readonly number[]> {
    const answer: unknown = await this.#o.redis.eval(script, keys.length, ...keys, ...args);
    return Array.isArray(answer) ? answer.map(Number) : [];
  }

  async #number(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<number> {
    return Number(await this.#o.redis.eval(script, keys.length, ...keys, ...args));
  }
}
