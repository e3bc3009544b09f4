/**
 * Those who wait for syncs to end. One connection listens for all of them; `finish` names the syncs it touched, one query asks
 * which of those have no work left. A notification can be lost (a broken connection, a restart), so all waiters are also asked
 * about at an interval: rarely while listening, often while not.
 */
import pg from 'pg';
import { FINISHED_CHANNEL, syncIdsOf } from './finished-channel.js';

export interface TerminalWaitersOptions {
  readonly clientConfig: pg.ClientConfig;
  /** Gives those of the syncs that still have work. */
  readonly unfinished: (syncIds: readonly string[]) => Promise<readonly string[]>;
}

const POLL_LISTENING_MS = 1_000;
const POLL_DEAF_MS = 100;

type Settle = (terminal: boolean) => void;

export class TerminalWaiters {
  readonly #options: TerminalWaitersOptions;
  readonly #waiters = new Map<string, Set<Settle>>();
  /** Syncs to ask about; asked in one query, one at a time. */
  readonly #toCheck = new Set<string>();
  #checking = false;
  #listener: pg.Client | null = null;
  #connecting: Promise<void> | null = null;
  #poll: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: TerminalWaitersOptions) {
    this.#options = options;
  }

  /** True once the sync has no work left (at once for one nobody knows), false after `timeoutMs`, an abort or `close`. */
  wait(syncId: string, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#closed || signal?.aborted === true) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(syncId) ?? new Set<Settle>();
      this.#waiters.set(syncId, waiters);
      const settle: Settle = (terminal) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        waiters.delete(settle);
        if (waiters.size === 0) this.#waiters.delete(syncId);
        resolve(terminal);
      };
      const onAbort = (): void => settle(false);
      const timer = setTimeout(() => settle(false), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiters.add(settle);
      this.#connecting ??= this.#listen();
      this.#check([syncId]);
      this.#schedulePoll();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#poll !== null) clearTimeout(this.#poll);
    for (const waiters of [...this.#waiters.values()]) for (const settle of [...waiters]) settle(false);
    await this.#connecting;
    await this.#listener?.end().catch(() => undefined);
  }

  /** Opens the listening connection, kept until `close`. On failure the next poll tries again. */
  async #listen(): Promise<void> {
    const client = new pg.Client(this.#options.clientConfig);
    const lost = (): void => {
      if (this.#listener === client) this.#listener = null;
      this.#connecting = null;
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', (message) => this.#check(syncIdsOf(message.payload ?? '')));
    try {
      await client.connect();
      await client.query(`LISTEN ${FINISHED_CHANNEL}`);
      this.#listener = client;
      // What ended between the first look and LISTEN was not heard.
      this.#check(this.#waiters.keys());
    } catch {
      lost();
      await client.end().catch(() => undefined);
    }
  }

  #schedulePoll(): void {
    if (this.#poll !== null || this.#waiters.size === 0 || this.#closed) return;
    const delayMs = this.#listener === null ? POLL_DEAF_MS : POLL_LISTENING_MS;
    this.#poll = setTimeout(() => {
      this.#poll = null;
      if (this.#waiters.size > 0) this.#connecting ??= this.#listen();
      this.#check(this.#waiters.keys());
      this.#schedulePoll();
    }, delayMs);
  }

  #check(syncIds: Iterable<string>): void {
    for (const syncId of syncIds) if (this.#waiters.has(syncId)) this.#toCheck.add(syncId);
    if (!this.#checking && this.#toCheck.size > 0) void this.#runChecks();
  }

  async #runChecks(): Promise<void> {
    this.#checking = true;
    try {
      while (this.#toCheck.size > 0) {
        const asked = [...this.#toCheck];
        this.#toCheck.clear();
        const open = new Set(await this.#options.unfinished(asked));
        for (const syncId of asked) {
          if (open.has(syncId)) continue;
          for (const settle of [...(this.#waiters.get(syncId) ?? [])]) settle(true);
        }
      }
    } catch {
      // Postgres is away: the next poll asks again, each waiter ends with its own time-out.
    } finally {
      this.#checking = false;
    }
  }
}
