import { randomBytes } from 'node:crypto';
import type { NetboxSim, NetboxSimOptions } from '@diode/netbox-sim';

export interface TestNetbox extends NetboxSim {
  /** The token it accepts, random. */
  readonly token: string;
  /**
   * What a list of NetBox holds, `list('dcim/devices', 'name=sw1')`: the state of the world, past our own client.
   *
   * @throws Error with the answer when it is not a list
   */
  list(path: string, query?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** How many requests that change something were answered or cut since the last `control.resetRequests()`. */
  writes(): number;
}

/** The NetBox stand-in on a free port of loopback, in memory unless `stateFile` says where to keep its state. */
export async function startTestNetbox(
  options: Omit<NetboxSimOptions, 'host' | 'port' | 'token'> = {},
): Promise<TestNetbox> {
  const { startNetboxSim } = await import('@diode/netbox-sim');
  const token = randomBytes(20).toString('hex');
  const sim = await startNetboxSim({ ...options, token });
  return {
    ...sim,
    token,
    list: (path, query = '') => listAll(`${sim.url}/api/${path}/?limit=1000&${query}`, token),
    writes: () => sim.control.requests().filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method)).length,
  };
}

async function listAll(first: string, token: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = [];
  for (let url: string | null = first; url !== null; ) {
    const answer: Response = await fetch(url, {
      headers: { authorization: `Token ${token}`, accept: 'application/json' },
      signal: AbortSignal.timeout(10_000),
    });
    const body: unknown = await answer.json();
    if (!isPage(body)) throw new Error(`GET ${url}: ${answer.status} ${JSON.stringify(body)}`);
    found.push(...body.results);
    url = body.next;
  }
  return found;
}

function isPage(
  body: unknown,
): body is { readonly next: string | null; readonly results: readonly Readonly<Record<string, unknown>>[] } {
  return (
    typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results) && 'next' in body
  );
}
