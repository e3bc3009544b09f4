import type { GrantSource } from '@diode/access';
import type { HttpApp } from '@diode/runtime';
import { z } from 'zod';
import { sendThrown } from './oauth-reply.js';

const byId = z.object({ id: z.string() });

/**
 * GET /internal/grants/{client id}: what services that cannot reach the admin API ask. It tells names of sources and is
 * not below /diode/auth: no front door passes it on.
 */
export function addGrantRoutes(app: HttpApp, grants: GrantSource): void {
  app.get('/internal/grants/:id', async (request, reply) => {
    try {
      const sources = await grants.sourcesOf(byId.parse(request.params).id);
      return { sources: sources ?? null };
    } catch (error) {
      return sendThrown(reply, error);
    }
  });
}
