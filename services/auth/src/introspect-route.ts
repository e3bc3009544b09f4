import type { HttpApp } from '@diode/runtime';
import type { Callers } from './caller.js';
import { sendRefusal } from './oauth-reply.js';

/** POST …/introspect: about the token in the Authorization header (diode-wire §5). */
export function addIntrospectRoute(app: HttpApp, prefix: string, callers: Callers): void {
  app.post(`${prefix}/introspect`, async (request, reply) => {
    const caller = await callers.caller(request.headers);
    if (caller.kind === 'refused') return sendRefusal(reply, caller);
    const { sub, scope, exp, iat, iss, client_id, aud } = caller.token;
    return reply.send({ active: true, sub, scope, exp, iat, iss, client_id, username: sub, aud });
  });
}
