import { DiodeError } from '@diode/protocol';

/** So many at once, so many waiting, the rest refused at once. */
export interface Limiter {
  /** Throws DiodeError `overloaded` when the queue is full, or when no place came free in `waitMs`. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function makeLimiter(options: {
  readonly atOnce: number;
  readonly waiting: number;
  /** Longer than this nobody waits in line: who asked has given up, and stands before those who have not. */
  readonly waitMs: number;
}): Limiter {
  const queue: (() => void)[] = [];
  const overloaded = (): DiodeError =>
    new DiodeError('overloaded', { detail: 'Too many token requests are waiting.', retryAfterMs: 1_000 });
  const myTurn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const turn = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(turn), 1);
        reject(overloaded());
      }, options.waitMs);
      queue.push(turn);
    });
  let running = 0;
  return {
    async run(work) {
      if (running >= options.atOnce) {
        if (queue.length >= options.waiting) throw overloaded();
        await myTurn();
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
