import { describe, expect, it } from 'vitest';
import { makeHealth } from '../health.js';
import { type Metrics, makeMetrics } from './metrics.js';
import { startMetricsServer } from './metrics-server.js';

const lines = async (metrics: Metrics): Promise<string[]> => (await metrics.render()).split('\n');

describe("the seed's metrics", () => {
  it('keep their names, types, labels and buckets', async () => {
    const text = await makeMetrics({ service: 's', sources: ['cmdb'] }).render();
    expect(text).toContain('# TYPE diode_sync_operations_total counter');
    expect(text).toContain('diode_sync_operations_total{source="cmdb",destination="netbox",status="applied"} 0');
    expect(text).toContain('# TYPE diode_data_ingestion_rate histogram');
    expect(text).toContain('# TYPE diode_reconciliation_duration histogram');
    const buckets = (name: string): string[] =>
      [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\}`, 'gm'))].map((m) => m[1]!);
    expect(buckets('diode_data_ingestion_rate')).toEqual(['0.1', '0.5', '1', '2.5', '5', '10', '+Inf']);
    expect(buckets('diode_reconciliation_duration')).toEqual(['1', '5', '10', '30', '60', '300', '+Inf']);
  });

  it('have a closed set of sources', async () => {
    const metrics = makeMetrics({ service: 's', sources: ['cmdb'] });
    const before = (await lines(metrics)).filter((l) => l.startsWith('diode_sync_operations_total')).length;
    metrics.reconcile.ended({ source: 'invented', destination: 'netbox', status: 'applied', count: 3 });
    metrics.reconcile.ended({ source: 'cmdb', destination: 'dry_run', status: 'held' });
    const after = (await lines(metrics)).filter((l) => l.startsWith('diode_sync_operations_total'));
    expect(after).toHaveLength(before);
    expect(after).toContain('diode_sync_operations_total{source="other",destination="netbox",status="applied"} 3');
    expect(after).toContain('diode_sync_operations_total{source="cmdb",destination="dry_run",status="held"} 1');
  });
});

describe('operator metrics', () => {
  it('are there at zero before anything happened', async () => {
    const text = await makeMetrics({ service: 's' }).render();
    for (const line of [
      'diode_queue_age_seconds 0',
      'diode_backlog_entities{stage="retrying"} 0',
      'diode_retries_total{reason="netbox_unavailable"} 0',
      'diode_netbox_responses_total{method="GET",outcome="429"} 0',
      'diode_netbox_request_duration_seconds_count{method="PATCH"} 0',
      'diode_pg_pool_connections{state="waiting"} 0',
      'diode_http_requests_total{route="none",status="5xx"} 0',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('are only those of the parts that run here', async () => {
    const text = await makeMetrics({ service: 'auth', parts: [] }).render();
    expect(text).not.toMatch(/diode_(sync|data|netbox|backlog|reconciliation|pg)/);
  });

  it('follow what happens, and never fail a scrape', async () => {
    const metrics = makeMetrics({ service: 's' });
    metrics.watchPool({ totalCount: 5, idleCount: 2, waitingCount: 1 });
    metrics.netbox.request({ method: 'BREW', outcome: 'timeout', seconds: 1 });
    metrics.grpc.expectMethod('/a/B');
    metrics.grpc.observe('/a/B', 16, 0.1);
    metrics.onScrape(async () => metrics.reconcile.setBacklog({ oldestWaitingSeconds: 4.5, stages: { waiting: 7 } }));
    metrics.onScrape(() => Promise.reject(new Error('store away')));
    const text = await metrics.render();
    expect(text).toContain('diode_pg_pool_connections{state="idle"} 2');
    expect(text).toContain('diode_netbox_responses_total{method="other",outcome="timeout"} 1');
    expect(text).toContain('diode_grpc_calls_total{method="/a/B",status="UNAUTHENTICATED"} 1');
    expect(text).toContain('diode_queue_age_seconds 4.5');
    expect(text).toContain('diode_backlog_entities{stage="waiting"} 7');
  });

  /** The rules of `promtool check metrics` our names could break. */
  it('are named as promtool wants them', async () => {
    const text = await makeMetrics({ service: 's' }).render();
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((m) => [m[1]!, m[2]!]));
    for (const [name, type] of types) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name).not.toMatch(/_(milliseconds|ms|minutes|kilobytes|kb|percent|count|sum|bucket)$/);
      expect(name).not.toContain(`_${type}`);
    }
  });
});

describe('the metrics listener', () => {
  it('serves metrics and health, and nothing else', async () => {
    const health = makeHealth({ ttlMs: 0 });
    const server = await startMetricsServer({
      host: '127.0.0.1',
      port: 0,
      metrics: makeMetrics({ service: 's' }),
      health,
    });
    const get = (path: string, init = {}): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`, init);
    const metrics = await get('/metrics');
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await metrics.text()).toContain('diode_build_info{service="s",version="0.1.0",instance_id="unknown"} 1');
    expect((await get('/health')).status).toBe(200);
    health.add({ name: 'x', critical: true, check: async () => 'broken' });
    expect((await get('/health')).status).toBe(503);
    expect((await get('/else')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
    await server.close();
  });

  it('says so when its port is taken', async () => {
    const metrics = makeMetrics({ service: 's' });
    const first = await startMetricsServer({ host: '127.0.0.1', port: 0, metrics });
    await expect(startMetricsServer({ host: '127.0.0.1', port: first.port, metrics })).rejects.toThrow('EADDRINUSE');
    await first.close();
  });
});
