import { randomBytes, randomUUID } from 'node:crypto';
import type { Identity, Need } from '@diode/access';
import type { HttpApp } from '@diode/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Callers } from './caller.js';
import type { IssuerAdmin, RegisteredClient } from './contract.js';
import { sendOAuthError, sendRefusal } from './oauth-reply.js';

/** Clients made here. Bootstrap clients have no owner, so these paths neither show nor delete them (diode-wire §5). */
const OWNER = 'diode/user';
/** The only scope a client made here may have. */
const SCOPE = 'diode:ingest';
/** What the NetBox plugin accepts as an id; also what Hydra is asked about. */
const CLIENT_ID = /^[a-zA-Z0-9_-]{1,64}$/;

const clientName = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}]+$/u);
const newClient = z.object({
  client_name: z.unknown().optional(),
  scope: z.unknown().optional(),
  /** Ours: the sources this client may assert as. */
  sources: z.array(z.string().min(1).max(255)).max(100).optional(),
});
const paging = z.object({
  page_size: z
    .string()
    .regex(/^\d{1,4}$/)
    .default('100')
    .transform(Number)
    .pipe(z.number().min(1).max(1000)),
  page_token: z
    .string()
    .regex(/^[A-Za-z0-9_=-]{0,200}$/)
    .default(''),
});
const byId = z.object({ id: z.string() });

/** …/clients and …/clients/{id}. */
export function addClientRoutes(
  app: HttpApp,
  prefix: string,
  deps: { readonly admin: IssuerAdmin; readonly callers: Callers; readonly forget: (clientId: string) => void },
): void {
  const { admin, callers } = deps;
  const identities = new WeakMap<FastifyRequest, Identity>();
  const owned = async (params: unknown): Promise<RegisteredClient | undefined> => {
    const { id } = byId.parse(params);
    const client = CLIENT_ID.test(id) ? await admin.client(id) : undefined;
    return client?.owner === OWNER ? client : undefined;
  };

  /** Refuses before a body is read. */
  const needs = (need: Need) => ({
    bodyLimit: 64 * 1024,
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      const caller = await callers.caller(request.headers, need);
      if (caller.kind === 'refused') return sendRefusal(reply, caller);
      identities.set(request, caller.identity);
      return undefined;
    },
  });
  const callerOf = (request: FastifyRequest): string | undefined => identities.get(request)?.clientId;

  app.post(`${prefix}/clients`, needs('admin'), async (request, reply) => {
    const body = newClient.safeParse(request.body);
    if (!body.success) return sendOAuthError(reply, { status: 400, error: 'invalid request' });
    const name = clientName.safeParse(body.data.client_name);
    if (!name.success) return sendOAuthError(reply, { status: 400, error: 'client name is required' });
    if (body.data.scope !== SCOPE) return sendOAuthError(reply, { status: 400, error: 'invalid scope' });
    const { sources } = body.data;
    // URL-safe base64 of 32 bytes: `+`, `/` and `=` would not survive Basic unencoded (facts/hydra.md "Tokens").
    const client_secret = randomBytes(32).toString('base64url');
    const created = await admin.create({
      client_id: randomUUID(),
      client_secret,
      client_name: name.data,
      scope: SCOPE,
      owner: OWNER,
      metadata: { created_by: callerOf(request), ...(sources === undefined ? {} : { sources }) },
    });
    if (created === undefined) return sendOAuthError(reply, { status: 409, error: 'client already exists' });
    request.log.info({ client_id: created.client_id, by: callerOf(request) }, 'client created');
    const { client_id, client_name, scope, created_at } = created;
    return reply.code(201).send({ client_id, client_secret, client_name, scope, created_at });
  });

  app.get(`${prefix}/clients`, needs('read'), async (request, reply) => {
    const query = paging.safeParse(request.query);
    if (!query.success) {
      const field = query.error.issues[0]?.path[0] === 'page_token' ? 'page token' : 'page size';
      return sendOAuthError(reply, { status: 400, error: `invalid ${field}` });
    }
    const page = await admin.list({ owner: OWNER, pageSize: query.data.page_size, pageToken: query.data.page_token });
    return reply.send({
      data: page.clients.map(shown),
      first_page_token: page.firstPageToken,
      next_page_token: page.nextPageToken,
    });
  });

  app.get(`${prefix}/clients/:id`, needs('read'), async (request, reply) => {
    const client = await owned(request.params);
    return client === undefined ? sendOAuthError(reply, NOT_FOUND) : reply.send(shown(client));
  });

  app.delete(`${prefix}/clients/:id`, needs('admin'), async (request, reply) => {
    const client = await owned(request.params);
    if (client === undefined || !(await admin.remove(client.client_id))) return sendOAuthError(reply, NOT_FOUND);
    deps.forget(client.client_id);
    request.log.info({ client_id: client.client_id, by: callerOf(request) }, 'client deleted');
    return reply.code(204).send();
  });
}

const NOT_FOUND = { status: 404, error: 'client not found' } as const;

function shown({ client_id, client_name, scope, created_at, metadata }: RegisteredClient): Record<string, unknown> {
  return { client_id, client_name, scope, created_at, ...(metadata.sources ? { sources: metadata.sources } : {}) };
}
