import { z } from 'zod';
import type { ActiveToken, ClientPage, IssuerAdmin } from './contract.js';
import { type IssuerAnswer, type IssuerHttp, issuerAway } from './issuer-http.js';

const orEmpty = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const registered = z.object({
  client_id: z.string(),
  client_name: orEmpty,
  scope: orEmpty,
  owner: orEmpty,
  created_at: orEmpty,
  token_endpoint_auth_method: orEmpty,
  metadata: z
    .object({ sources: z.array(z.string()).optional() })
    .nullish()
    .transform((value) => value ?? {}),
});

const introspection = z.discriminatedUnion('active', [
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    sub: orEmpty,
    scope: orEmpty,
    exp: z.number(),
    iat: z.number(),
    iss: orEmpty,
    client_id: z.string(),
    aud: z
      .array(z.string())
      .nullish()
      .transform((value) => value ?? []),
  }),
]);

/** A verdict waits for it, and with it a request at the front door. */
const INTROSPECTION_TIMEOUT_MS = 5_000;

/** Hydra's admin listener, or ours. */
export function makeIssuerAdmin(options: {
  readonly adminUrl: string;
  readonly http: IssuerHttp;
  readonly ready: () => Promise<boolean>;
}): IssuerAdmin {
  const { http } = options;
  const base = options.adminUrl.replace(/\/$/, '');
  const clientUrl = (clientId: string): string => `${base}/admin/clients/${encodeURIComponent(clientId)}`;

  const page = async (query: { owner: string; pageSize: number; pageToken: string }): Promise<ClientPage> => {
    const search = new URLSearchParams({ owner: query.owner, page_size: String(query.pageSize) });
    if (query.pageToken !== '') search.set('page_token', query.pageToken);
    const answer = await http.call('GET', `${base}/admin/clients?${search}`);
    const clients = read(answer, 200, z.array(registered));
    const link = answer.header('link') ?? '';
    return { clients, firstPageToken: pageToken(link, 'first'), nextPageToken: pageToken(link, 'next') };
  };

  const introspected = async (token: string): Promise<z.infer<typeof introspection>> => {
    const answer = await http.call('POST', `${base}/admin/oauth2/introspect`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
      timeoutMs: INTROSPECTION_TIMEOUT_MS,
    });
    return read(answer, 200, introspection);
  };

  return {
    async client(clientId) {
      const answer = await http.call('GET', clientUrl(clientId));
      return answer.status === 404 ? undefined : read(answer, 200, registered);
    },
    async create(client) {
      const answer = await http.call('POST', `${base}/admin/clients`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...client,
          grant_types: ['client_credentials'],
          response_types: ['token'],
          token_endpoint_auth_method: 'client_secret_post',
          audience: ['diode'],
        }),
      });
      return answer.status === 409 ? undefined : read(answer, 201, registered);
    },
    async list(query) {
      const found = await page(query);
      if (found.nextPageToken === '') return found;
      // Hydra counts clients of every owner: its next page may be empty.
      const full = found.clients.length === query.pageSize;
      const more = full && (await page({ ...query, pageToken: found.nextPageToken })).clients.length > 0;
      return more ? found : { ...found, nextPageToken: '' };
    },
    async remove(clientId) {
      const answer = await http.call('DELETE', clientUrl(clientId));
      if (answer.status !== 204 && answer.status !== 404) throw issuerAway();
      return answer.status === 204;
    },
    async introspect(token): Promise<ActiveToken | undefined> {
      const first = await introspected(token);
      if (first.active) return first;
      if (!(await options.ready())) throw issuerAway();
      // Its database may have come back between the two questions: ready first, then inactive, is what counts.
      const second = await introspected(token);
      return second.active ? second : undefined;
    },
  };
}

/** The body of the answer that was hoped for; any other means that the admin API does not do its work. */
function read<S extends z.ZodType>(answer: IssuerAnswer, status: number, schema: S): z.infer<S> {
  const body = answer.status === status ? schema.safeParse(answer.body) : undefined;
  if (body?.success) return body.data;
  throw issuerAway(new Error(`the issuer's admin API answered ${answer.status}`));
}

function pageToken(link: string, rel: string): string {
  for (const part of link.split(/,\s*(?=<)/)) {
    const [, url = '', found] = /^<([^>]*)>;\s*rel="([^"]*)"/.exec(part.trim()) ?? [];
    if (found === rel) return new URLSearchParams(url.split('?', 2)[1] ?? '').get('page_token') ?? '';
  }
  return '';
}
