import { DiodeError, type ErrorCode } from '@diode/protocol';
import pRetry from 'p-retry';
import { z } from 'zod';
import type { IssuerAnswer, IssuerHttp } from '../issuer-http.js';

/** A client as Hydra shows it: every field, whether we know it or not. No secret is among them. */
export type ShownClient = Readonly<Record<string, unknown>> & { readonly client_id: string };

/** Hydra's clients, asked with patience: a Hydra that restarts half-way is asked again. All verbs may be repeated. */
export interface HydraClients {
  ready(): Promise<boolean>;
  get(clientId: string): Promise<ShownClient | undefined>;
  list(): Promise<readonly ShownClient[]>;
  /** `taken` when there is one by that id; `unsure` when that may be our own, of a call whose answer was lost. */
  create(client: Readonly<Record<string, unknown>>): Promise<'created' | 'taken' | 'unsure'>;
  /** Writes the client whole. `missing` when it is gone. */
  replace(clientId: string, client: Readonly<Record<string, unknown>>): Promise<'replaced' | 'missing'>;
  setSecret(clientId: string, secret: string): Promise<'set' | 'missing'>;
  /** Ends every token the client was given. */
  revokeTokens(clientId: string): Promise<void>;
  remove(clientId: string): Promise<'removed' | 'missing'>;
}

export interface RetryTimes {
  readonly retries: number;
  readonly minTimeout: number;
  readonly maxTimeout: number;
}

/** About forty seconds in all: a Hydra that restarts is back in a few. */
const PATIENCE: RetryTimes = { retries: 12, minTimeout: 250, maxTimeout: 5_000 };
const PAGE_SIZE = 250;

const shown = z.looseObject({ client_id: z.string() });
const complaint = z.object({ error: z.string().max(300) });

/** @throws DiodeError token_service_unavailable when Hydra stays away, `internal` when it refuses what is asked */
export function makeHydraClients(o: {
  readonly adminUrl: string;
  readonly http: IssuerHttp;
  readonly retry?: RetryTimes;
}): HydraClients {
  const base = o.adminUrl.replace(/\/$/, '');
  const path = (clientId: string): string => `/admin/clients/${encodeURIComponent(clientId)}`;

  /** The answer, if its status is one that is known; 5xx and lost connections are tried again. */
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    at: string,
    known: readonly number[],
    body?: unknown,
  ): Promise<IssuerAnswer & { readonly again: boolean }> => {
    const once = async (attempt: number): Promise<IssuerAnswer & { readonly again: boolean }> => {
      const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await o.http.call(method, `${base}${at}`, body === undefined ? {} : json);
      if (known.includes(answer.status)) return { ...answer, again: attempt > 1 };
      throw refusal(`${method} ${at.split('?', 1)[0]}`, answer);
    };
    return pRetry(once, {
      ...(o.retry ?? PATIENCE),
      shouldRetry: ({ error }) => error instanceof DiodeError && error.code === 'token_service_unavailable',
    });
  };

  return {
    async ready() {
      try {
        return (await o.http.call('GET', `${base}/health/ready`, { timeoutMs: 2_000 })).status === 200;
      } catch {
        return false;
      }
    },
    async get(clientId) {
      const answer = await call('GET', path(clientId), [200, 404]);
      return answer.status === 404 ? undefined : shown.parse(answer.body);
    },
    async list() {
      const clients: ShownClient[] = [];
      for (let next: string | undefined = `/admin/clients?page_size=${PAGE_SIZE}`; next !== undefined; ) {
        const answer: IssuerAnswer = await call('GET', next, [200]);
        clients.push(...z.array(shown).parse(answer.body));
        next = nextPage(answer.header('link'));
      }
      return clients;
    },
    async create(client) {
      const { status, again } = await call('POST', '/admin/clients', [201, 409], client);
      if (status === 201) return 'created';
      return again ? 'unsure' : 'taken';
    },
    async replace(clientId, client) {
      return (await call('PUT', path(clientId), [200, 404], client)).status === 404 ? 'missing' : 'replaced';
    },
    async setSecret(clientId, secret) {
      const patch = [{ op: 'replace', path: '/client_secret', value: secret }];
      return (await call('PATCH', path(clientId), [200, 404], patch)).status === 404 ? 'missing' : 'set';
    },
    async revokeTokens(clientId) {
      await call('DELETE', `/admin/oauth2/tokens?client_id=${encodeURIComponent(clientId)}`, [204]);
    },
    async remove(clientId) {
      const { status, again } = await call('DELETE', path(clientId), [204, 404]);
      return status === 404 && !again ? 'missing' : 'removed';
    },
  };
}

/** Hydra's description may repeat what was sent, and that may be a secret: only its short word is shown. */
function refusal(what: string, answer: IssuerAnswer): DiodeError {
  const said = complaint.safeParse(answer.body);
  const code: ErrorCode = answer.status >= 500 || answer.status === 429 ? 'token_service_unavailable' : 'internal';
  return new DiodeError(code, {
    detail: `Hydra answered ${answer.status} to ${what}${said.success ? `: ${said.data.error}` : ''}`,
  });
}

function nextPage(link: string | undefined): string | undefined {
  const found = /<[^>]*\?([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return found === undefined ? undefined : `/admin/clients?${found}`;
}
