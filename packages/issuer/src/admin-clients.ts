import type { JsonObject } from '@diode/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readJson } from './admin-body.js';
import { AdminError, malformed, notFound } from './admin-error.js';
import { type ClientRecord, type ClientWish, readClient } from './client-record.js';
import type { Changed } from './client-store.js';
import { clientView } from './client-view.js';
import { applyPatch, jsonPatch, PatchError } from './json-patch.js';
import { durationSeconds } from './lifespan.js';
import { pageLinks, readPage } from './paging.js';
import type { IssuerParts } from './parts.js';

const byId = z.object({ id: z.string() });
const lifespans = z.object({
  client_credentials_grant_access_token_lifespan: z.string().nullish(),
});
/** Longest life of a token a client may be given: a year. */
const MAX_LIFESPAN_S = 366 * 24 * 3600;

/** /admin/clients, as far as Diode and its operators call it (facts/hydra.md "Clients"). */
export function addClientRoutes(app: FastifyInstance, parts: IssuerParts): void {
  const { clients, log } = parts;
  const idOf = (params: unknown): string => byId.parse(params).id;
  const existing = (clientId: string): ClientRecord => {
    const record = clients.get(clientId);
    if (record === undefined) throw notFound();
    return record;
  };
  const changed = ({ record, secret }: Changed, what: string): JsonObject => {
    log.info({ client_id: record.client_id, secret_changed: secret !== undefined }, what);
    return clientView(record, secret);
  };

  app.post('/admin/clients', async (request, reply) => {
    const created = await clients.create(readClient(readJson(request.body)));
    const location = `/admin/clients/${encodeURIComponent(created.record.client_id)}`;
    return reply.code(201).header('location', location).send(changed(created, 'client created'));
  });

  app.get('/admin/clients', (request, reply) => {
    const [path = '', search = ''] = request.url.split('?', 2);
    const query = new URLSearchParams(search);
    const page = readPage(query);
    const name = query.get('client_name');
    const owner = query.get('owner');
    const matching = clients
      .list()
      .filter((client) => (!name || client.client_name === name) && (!owner || client.owner === owner));
    return reply
      .header('link', pageLinks(path, query, page, matching.length))
      .header('x-total-count', String(matching.length))
      .send(matching.slice(page.offset, page.offset + page.size).map((client) => clientView(client)));
  });

  app.get('/admin/clients/:id', (request) => clientView(existing(idOf(request.params))));

  app.put('/admin/clients/:id', async (request) => {
    const id = idOf(request.params);
    existing(id);
    return changed(await clients.replace(id, readClient(readJson(request.body))), 'client replaced');
  });

  app.patch('/admin/clients/:id', async (request) => {
    const id = idOf(request.params);
    const wish = patched(existing(id), readJson(request.body));
    return changed(await clients.replace(id, wish), 'client changed');
  });

  app.put('/admin/clients/:id/lifespans', async (request) => {
    const id = idOf(request.params);
    existing(id);
    return changed(await clients.setLifespan(id, readLifespan(readJson(request.body))), 'client lifespan changed');
  });

  app.delete('/admin/clients/:id', async (request, reply) => {
    const record = existing(idOf(request.params));
    // Revoked first: a crash between leaves a client without tokens, never tokens without a client.
    await parts.revocations.revokeClient(record.client_id, parts.tokens.ttlS(record));
    await clients.remove(record.client_id);
    log.info({ client_id: record.client_id }, 'client deleted');
    return reply.code(204).send();
  });
}

function patched(record: ClientRecord, body: unknown): ClientWish {
  const patch = jsonPatch.safeParse(body);
  if (!patch.success) throw malformed('The body is not a JSON Patch.');
  let wish: ClientWish;
  try {
    // The secret is there to be replaced, and empty: what is not replaced is kept.
    wish = readClient(applyPatch({ ...clientView(record), client_secret: '' }, patch.data));
  } catch (error) {
    // Hydra answers 500 here; a 400 says whose mistake it is.
    if (error instanceof PatchError) throw malformed('The JSON Patch does not fit the client.');
    throw error;
  }
  // An id cannot be changed; Hydra then looks for the new one.
  if (wish.clientId !== record.client_id) throw notFound();
  return wish;
}

function readLifespan(body: unknown): number | null {
  const parsed = lifespans.safeParse(body);
  if (!parsed.success) throw malformed('Unable to decode the request body: lifespans are durations.');
  const text = parsed.data.client_credentials_grant_access_token_lifespan;
  if (text === null || text === undefined) return null;
  const seconds = durationSeconds(text);
  if (seconds === undefined || seconds > MAX_LIFESPAN_S) {
    throw new AdminError(400, 'The request was malformed or contained invalid parameters', 'That is no lifespan.');
  }
  return seconds;
}
