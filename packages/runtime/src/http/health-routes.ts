import type { FastifyRequest } from 'fastify';
import { type Health, withoutDetails } from '../health.js';
import type { HttpApp } from './http-app.js';

export interface HealthRouteOptions {
  readonly health: Health;
  /** Paths that answer, e.g. `/health` and `/health/ingester`. */
  readonly paths: readonly string[];
  /** True when this caller may see which part is unwell. Must not throw for a bad token: it means no. */
  readonly mayDetail: (request: FastifyRequest) => Promise<boolean>;
}

/** `GET` on each path: 200, or 503 only when the service cannot do its work (DESIGN "surface"). */
export function addHealthRoutes(app: HttpApp, o: HealthRouteOptions): void {
  for (const path of o.paths) {
    app.get(path, async (request, reply) => {
      const report = await o.health.report();
      reply.code(report.status === 'down' ? 503 : 200);
      return (await allowed(o, request)) ? report : withoutDetails(report);
    });
  }
}

async function allowed(o: HealthRouteOptions, request: FastifyRequest): Promise<boolean> {
  try {
    return await o.mayDetail(request);
  } catch {
    return false;
  }
}
