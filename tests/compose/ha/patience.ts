import { setTimeout as pause } from 'node:timers/promises';

/** What one try came to. `again`: the client was told to try again, or no answer came. `end`: anything else that is no success. */
export type Try<T> = { readonly ok: T } | { readonly again: string } | { readonly end: string };

export interface Patience<T> {
  readonly value: T;
  /** Why it was tried again, each time. */
  readonly retries: readonly string[];
}

/** Longer than anything here takes to come back. */
const GIVE_UP_MS = 120_000;
const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** Tries with exponential back-off and jitter, as a good client does. Throws with the whole story when it is told no, or after two minutes. */
export async function patiently<T>(attempt: (n: number) => Promise<Try<T>>): Promise<Patience<T>> {
  const retries: string[] = [];
  const deadline = performance.now() + GIVE_UP_MS;
  for (;;) {
    const result = await attempt(retries.length);
    if ('ok' in result) return { value: result.ok, retries };
    if ('end' in result) throw new Error(`refused: ${result.end} (before: ${retries.join(', ') || 'nothing'})`);
    retries.push(result.again);
    if (performance.now() > deadline) throw new Error(`gave up after ${retries.length} tries: ${retries.join(', ')}`);
    await pause(Math.min(LONGEST_MS, FIRST_MS * 2 ** retries.length) * (0.5 + Math.random() / 2));
  }
}
