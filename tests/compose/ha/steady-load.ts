import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ingestRequest } from '../lab/ingest-request.js';
import { grpcClient } from './grpc-client.js';
import { type Answer, type Ask, askOnce, keepingClient, saysAgain, wordsOf } from './http-client.js';
import { patiently, type Try } from './patience.js';
import { makeTally, type Tally } from './tally.js';

/** Clients, all of them busy all the time. The naive one is the only one that never tries again. */
export const CLIENTS = ['http', 'grpc', 'read', 'token', 'naive'] as const;
type ClientName = (typeof CLIENTS)[number];

/** Something a client met that it would not have tried again. */
export interface Trouble {
  readonly phase: string;
  readonly client: ClientName;
  readonly what: string;
  /** No answer at all: the connection was refused or ended. */
  readonly connection?: true;
}

export interface SteadyLoad {
  readonly tally: Tally;
  /** Devices whose request was answered 202 or OK, and the sync of each 202. */
  readonly accepted: readonly { readonly device: string; readonly syncId: string | null }[];
  readonly troubles: readonly Trouble[];
  /** With the scopes `read` and `write`. */
  readonly token: string;
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly clientId: string;
  readonly secret: string;
}

/** Starts the load at both doors, taken in turn. */
export async function startLoad(o: LoadOptions): Promise<SteadyLoad> {
  const tally = makeTally();
  const accepted: { device: string; syncId: string | null }[] = [];
  const troubles: Trouble[] = [];
  const http = keepingClient();
  const grpc = grpcClient();
  const run = randomUUID().slice(0, 6).toUpperCase();
  let stopped = false;
  let number = 0;
  const next = (): { n: number; device: string } => {
    number += 1;
    return { n: number, device: `HA-${run}-${String(number).padStart(5, '0')}` };
  };

  /** A patient client: what makes it wait is counted, what ends it is trouble. */
  async function counted<T>(client: ClientName, attempt: (n: number) => Promise<Try<T>>): Promise<T | null> {
    const phase = tally.now();
    try {
      const { value, retries } = await patiently(attempt);
      for (const why of retries) tally.count(phase, client, `retry(${why})`);
      tally.count(phase, client, 'ok');
      return value;
    } catch (error) {
      tally.count(phase, client, 'FAILED');
      troubles.push({ phase, client, what: wordsOf(error) });
      return null;
    }
  }
  const asking =
    (ask: Omit<Ask, 'door'>, first: number, good: number) =>
    async (n: number): Promise<Try<Answer>> => {
      try {
        const answer = await http.ask({ ...ask, door: first + n });
        if (answer.status === good) return { ok: answer };
        return saysAgain(answer)
          ? { again: String(answer.status) }
          : { end: `${answer.status} ${answer.text.slice(0, 300)}` };
      } catch (error) {
        return { again: wordsOf(error) };
      }
    };
  const fetchToken = async (door: number): Promise<string | null> => {
    const headers = {
      authorization: `Basic ${Buffer.from(`${o.clientId}:${o.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const ask = { method: 'POST', path: '/diode/auth/token', headers, body: grant() } as const;
    const answer = await counted('token', asking(ask, door, 200));
    return answer === null ? null : (JSON.parse(answer.text) as { access_token: string }).access_token;
  };
  const token = await fetchToken(0);
  if (token === null) throw new Error(`no token: ${troubles[0]?.what}`);
  const posting = (device: string, headers: Record<string, string> = {}): Omit<Ask, 'door'> => ({
    method: 'POST',
    path: '/api/v1/ingest/devices',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ source: 'failover', data: dataOf(device) }),
  });
  const syncIdOf = (answer: Answer): string => (JSON.parse(answer.text) as { sync_id: string }).sync_id;

  const steps: Record<ClientName, () => Promise<void>> = {
    async http() {
      const { n, device } = next();
      const answer = await counted('http', asking(posting(device, { 'idempotency-key': randomUUID() }), n, 202));
      if (answer !== null) accepted.push({ device, syncId: syncIdOf(answer) });
    },
    async grpc() {
      const { n, device } = next();
      const request = ingestRequest({ id: randomUUID(), device, serial: device });
      const done = await counted('grpc', (again) => grpc.ingest({ door: n + again, token, request }));
      if (done !== null) accepted.push({ device, syncId: null });
    },
    async read() {
      const headers = { authorization: `Bearer ${token}` };
      const syncId = accepted.findLast((one) => one.syncId !== null)?.syncId;
      const path = syncId === undefined || syncId === null ? '/api/v1/sync/status' : `/api/v1/sync/${syncId}/status`;
      await counted('read', asking({ path, headers }, number, 200));
    },
    /** A new token, and a request with it: Hydra makes one and is asked about it. */
    async token() {
      const fresh = await fetchToken(number);
      if (fresh === null) return;
      const headers = { authorization: `Bearer ${fresh}` };
      await counted('token', asking({ path: '/api/v1/sync/status', headers }, number, 200));
    },
    async naive() {
      const { n, device } = next();
      const phase = tally.now();
      try {
        const answer = await askOnce({ ...posting(device), door: n });
        tally.count(phase, 'naive', answer.status === 202 ? 'ok' : String(answer.status));
        if (answer.status === 202) accepted.push({ device, syncId: syncIdOf(answer) });
        else if (!saysAgain(answer)) {
          troubles.push({ phase, client: 'naive', what: `${answer.status} ${answer.text.slice(0, 300)}` });
        }
      } catch (error) {
        tally.count(phase, 'naive', `${wordsOf(error)} at door ${(n % 2) + 1}`);
        troubles.push({ phase, client: 'naive', what: wordsOf(error), connection: true });
      }
    },
  };
  const workers = CLIENTS.flatMap((name) =>
    Array.from({ length: WORKERS[name].count }, async () => {
      while (!stopped) {
        await steps[name]();
        await pause(WORKERS[name].everyMs * (0.5 + Math.random()));
      }
    }),
  );
  return {
    tally,
    accepted,
    troubles,
    token,
    async stop() {
      stopped = true;
      await Promise.all(workers);
      http.close();
      grpc.close();
    },
  };
}

/** Some twenty requests a second: enough that something is always on its way, little enough for two cores. */
const WORKERS: Readonly<Record<ClientName, { readonly count: number; readonly everyMs: number }>> = {
  http: { count: 3, everyMs: 600 },
  grpc: { count: 3, everyMs: 800 },
  read: { count: 2, everyMs: 500 },
  token: { count: 1, everyMs: 1_500 },
  naive: { count: 4, everyMs: 600 },
};
/** Never the same twice: diode-auth would remember the answer, and Hydra not be asked. */
const grant = (): string =>
  new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write', once: randomUUID() }).toString();

function dataOf(name: string): Record<string, unknown> {
  return {
    name,
    serial: name,
    device_type: { model: 'Failover', manufacturer: 'Acme' },
    site: { name: 'HA-SITE' },
    role: 'Access',
  };
}
