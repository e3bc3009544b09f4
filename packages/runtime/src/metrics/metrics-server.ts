import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '../health.js';
import type { Metrics } from './metrics.js';

export interface MetricsServer {
  /** The port that was bound (the one asked for, or any free one for 0). */
  readonly port: number;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Pick<Metrics, 'render' | 'registry'>;
  readonly health?: Health;
  /** Default `/metrics`. */
  readonly path?: string;
}

/** One listener a process, for Prometheus and probes: `GET /metrics`, `GET /health`. Never published through the ingress. */
export async function startMetricsServer(o: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'text/plain', 'GET only\n');
    if (path === (o.path ?? '/metrics')) return void serveMetrics(o, response);
    if (path === '/health' && o.health) return void serveHealth(o.health, response);
    return answer(response, 404, 'text/plain', `not found; try ${o.path ?? '/metrics'}\n`);
  });
  await listen(server, o);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

/** What the configuration says of metrics (`metrics:` in ingester.yml and reconciler.yml). */
export interface MetricsListener {
  readonly enabled: boolean;
  readonly endpoint: string;
  readonly port: number;
}

/** The listener as configured; the environment's port goes before the file's. null when it is switched off. */
export async function openMetrics(
  o: Omit<MetricsServerOptions, 'port' | 'path'> & { readonly port: number | null; readonly listener: MetricsListener },
): Promise<MetricsServer | null> {
  if (!o.listener.enabled) return null;
  return startMetricsServer({ ...o, port: o.port ?? o.listener.port, path: o.listener.endpoint });
}

async function serveMetrics(o: MetricsServerOptions, response: ServerResponse): Promise<void> {
  try {
    answer(response, 200, o.metrics.registry.contentType, await o.metrics.render());
  } catch (error) {
    answer(
      response,
      500,
      'text/plain',
      `metrics cannot be rendered: ${error instanceof Error ? error.name : 'fault'}\n`,
    );
  }
}

async function serveHealth(health: Health, response: ServerResponse): Promise<void> {
  const report = await health.report();
  answer(response, report.status === 'down' ? 503 : 200, 'application/json', `${JSON.stringify(report)}\n`);
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

function listen(server: Server, o: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: o.host, port: o.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}
