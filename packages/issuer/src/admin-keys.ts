import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readJson } from './admin-body.js';
import { AdminError, malformed } from './admin-error.js';
import type { IssuerParts } from './parts.js';
import { KEY_ALGORITHMS } from './signing-key.js';

const inSet = z.object({ set: z.string() });
const inSetById = inSet.extend({ kid: z.string() });
const keyRequest = z.object({ alg: z.string(), use: z.literal('sig'), kid: z.string().min(1).max(255).optional() });
const algorithm = z.enum(KEY_ALGORITHMS);

/** /admin/keys/{set}: rotation. A key added to the access-token set signs at once; the older ones stay listed. */
export function addKeyRoutes(app: FastifyInstance, parts: IssuerParts): void {
  app.post('/admin/keys/:set', async (request, reply) => {
    const { set } = inSet.parse(request.params);
    const wanted = keyRequest.safeParse(readJson(request.body));
    if (!wanted.success) throw malformed('Unable to decode the request body: alg and use ("sig") are needed.');
    const alg = algorithm.safeParse(wanted.data.alg);
    if (!alg.success) throw new AdminError(400, 'Bad Request', 'Unsupported key algorithm');
    const keys = await parts.keys.add(set, { alg: alg.data, kid: wanted.data.kid });
    parts.log.info({ set, kid: keys[0]?.kid, alg: alg.data }, 'key added');
    return reply.code(201).send({ keys });
  });

  app.get('/admin/keys/:set', (request) => ({ keys: parts.keys.list(inSet.parse(request.params).set) }));

  app.delete('/admin/keys/:set/:kid', async (request, reply) => {
    const { set, kid } = inSetById.parse(request.params);
    await parts.keys.remove(set, kid);
    parts.log.info({ set, kid }, 'key removed');
    return reply.code(204).send();
  });

  app.delete('/admin/keys/:set', async (request, reply) => {
    const { set } = inSet.parse(request.params);
    await parts.keys.removeSet(set);
    parts.log.info({ set }, 'keys removed');
    return reply.code(204).send();
  });
}
