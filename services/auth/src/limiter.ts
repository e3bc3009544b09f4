import { DiodeError } from '@diode/protocol';

/** So many at once, so many waiting, the rest refused at once. */
export interface Limiter {
  /** Throws DiodeError `overloaded` when the queue is full. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function makeLimiter(options: { readonly atOnce: number; readonly waiting: number }): Limiter {
  const queue: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running >= options.atOnce) {
        if (queue.length >= options.waiting) {
          throw new DiodeError('overloaded', { detail: 'Too many token requests are waiting.', retryAfterMs: 1_000 });
        }
        await new Promise<void>((resolve) => queue.push(resolve));
      } else {
        running += 1;
      }
      try {
        return await work();
      } finally {
        // The slot goes to the next in line, or is given back.
        const next = queue.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
