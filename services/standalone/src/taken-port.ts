import { DiodeError } from '@diode/protocol';

/** Runs `listen`; a port that is taken becomes one sentence that says what to do. @throws DiodeError config_invalid */
export async function sayTakenPort<T>(o: { port: number; env: string; listen: () => Promise<T> }): Promise<T> {
  try {
    return await o.listen();
  } catch (cause) {
    if (!isTaken(cause)) throw cause;
    const detail = `port ${o.port} is taken by another program`;
    const remedy = `Stop that program, or set ${o.env} to another port (0 = any free one).`;
    throw new DiodeError('config_invalid', {
      detail,
      cause,
      errors: [{ pointer: `/env/${o.env}`, code: 'port_taken', detail, remedy }],
    });
  }
}

/** Adapters wrap the fault of the socket in their own words. */
function isTaken(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && e.code === 'EADDRINUSE') return true;
  }
  return false;
}
