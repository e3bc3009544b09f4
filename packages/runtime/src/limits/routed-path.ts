import type { FastifyRequest } from 'fastify';

/**
 * The path a request was routed to: its route's pattern with what was found in its place. Never the text of the URL, which may spell the same
 * route in other ways (`%69ngest`, `#`) and would slip past a limit.
 */
export function routedPath(request: FastifyRequest): string {
  const pattern = request.routeOptions.url ?? '/';
  if (!/[:*]/.test(pattern)) return pattern;
  const found = new Map(Object.entries(Object(request.params)));
  return pattern
    .split('/')
    .map((part) => {
      const name = part === '*' ? '*' : /^:(\w+)/.exec(part)?.[1];
      return name === undefined ? part : String(found.get(name) ?? part);
    })
    .join('/');
}
