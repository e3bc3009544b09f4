import { DiodeError } from '@diode/protocol';

interface NamedPort {
  readonly port: number;
  /** The variable that moves it. */
  readonly env: string;
}

/**
 * Runs `listen`; a port that is taken becomes one sentence that says what to do. `also` is for what listens on more than one.
 * @throws DiodeError config_invalid
 */
export async function sayTakenPort<T>(
  o: NamedPort & { also?: readonly NamedPort[]; listen: () => Promise<T> },
): Promise<T> {
  try {
    return await o.listen();
  } catch (cause) {
    const taken = takenPort(cause);
    if (taken === null) throw cause;
    const { port, env } = o.also?.find((one) => one.port === taken) ?? o;
    const detail = `port ${port} is taken by another program`;
    const remedy = `Stop that program, or set ${env} to another port (0 = any free one).`;
    throw new DiodeError('config_invalid', {
      detail,
      cause,
      errors: [{ pointer: `/env/${env}`, code: 'port_taken', detail, remedy }],
    });
  }
}

/** The port of the fault, 0 when it does not say; null of other faults. Adapters wrap the socket's in their own words. */
function takenPort(error: unknown): number | null {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && e.code === 'EADDRINUSE') return 'port' in e && typeof e.port === 'number' ? e.port : 0;
  }
  return null;
}
