import { z } from 'zod';
import type { SourceGrant } from './contract.js';
import type { GrantLookup } from './grant-source.js';

const client = z.object({
  metadata: z.object({ sources: z.array(z.string()).nullish() }).nullish(),
});
const grant = z.object({ sources: z.array(z.string()).nullable() });

/** Grants kept as `metadata.sources` of the client, from the issuer's admin API. A client that is gone may assert nothing. */
export function makeAdminGrantLookup(options: { readonly adminUrl: string }): GrantLookup {
  const base = options.adminUrl.replace(/\/$/, '');
  return async (clientId, signal) => {
    const response = await get(`${base}/admin/clients/${encodeURIComponent(clientId)}`, signal);
    if (response.status === 404) return [];
    return client.parse(response.body).metadata?.sources ?? undefined;
  };
}

/** The same by way of the auth service, for a service that cannot reach the admin API. */
export function makeAuthGrantLookup(options: { readonly authUrl: string }): GrantLookup {
  const base = options.authUrl.replace(/\/$/, '');
  return async (clientId, signal): Promise<SourceGrant> => {
    const response = await get(`${base}/internal/grants/${encodeURIComponent(clientId)}`, signal);
    return grant.parse(response.body).sources ?? undefined;
  };
}

/** 200 or 404, with its JSON. Rejects on anything else. */
async function get(url: string, signal: AbortSignal): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { headers: { accept: 'application/json' }, redirect: 'error', signal });
  if (response.status === 200) return { status: 200, body: await response.json() };
  await response.body?.cancel();
  if (response.status === 404) return { status: 404, body: undefined };
  throw new Error(`the grant could not be looked up: ${response.status}`);
}
