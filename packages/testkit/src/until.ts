import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Default 10 ms. */
  readonly intervalMs?: number;
  /** What was waited for, for the failure's message. */
  readonly message?: string;
}

/**
 * Waits until `condition` returns something truthy and returns that. A condition that throws (an `expect` in it) has not
 * been met yet. The only place in the tests that waits by the clock.
 *
 * @throws Error with `message` and what was seen last, when the time is over
 */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions = {}): Promise<NonNullable<T>> {
  const { timeoutMs = 10_000, intervalMs = 10, message = 'a condition' } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let seen: unknown;
    let cause: unknown;
    try {
      const value = await condition();
      if (value) return value;
      seen = value;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      const last = cause instanceof Error ? cause.message : JSON.stringify(seen);
      throw new Error(`Waited ${timeoutMs} ms in vain for ${message}; last seen: ${last}`, { cause });
    }
    await pause(intervalMs);
  }
}
