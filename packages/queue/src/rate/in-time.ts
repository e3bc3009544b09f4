/**
 * Settles as `work` does; after `ms` it rejects. A process that was busy itself sees its timers before the answers that lie in its
 * sockets, so time-out is only called once those were read.
 */
export function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      grace = setImmediate(() => reject(new Error(`Redis did not answer within ${ms} ms`)));
    }, ms);
    const done = (): void => {
      clearTimeout(timer);
      clearImmediate(grace);
    };
    work.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error);
      },
    );
  });
}
