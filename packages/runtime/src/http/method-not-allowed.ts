import type { FastifyInstance } from 'fastify';

/** Remembers the routes of an app, to tell 405 from 404. */
export interface RouteBook {
  /** Methods that exist at a path, sorted; empty when there is nothing there. */
  methodsAt(path: string): readonly string[];
}

/** Starts the book; call before any route is added. */
export function keepRouteBook(app: FastifyInstance): RouteBook {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    const entry = patterns.get(route.url) ?? { pattern: toPattern(route.url), methods: new Set<string>() };
    for (const method of [route.method].flat()) entry.methods.add(method);
    patterns.set(route.url, entry);
  });
  return {
    methodsAt(path) {
      const found = new Set<string>();
      for (const { pattern, methods } of patterns.values()) {
        if (pattern.test(path)) for (const m of methods) found.add(m);
      }
      return [...found].sort();
    },
  };
}

function toPattern(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.includes('*')) return '.*';
    if (part.includes(':')) return '[^/]+';
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
