import type { SyncView } from '@diode/protocol';
import type { Health } from '@diode/runtime';
import type { Store } from '@diode/store';
import type { FastifyPluginAsync } from 'fastify';
import { type PageView, renderPage } from './render-page.js';

const SYNCS_SHOWN = 10;
const RECEIPTS_EACH = 3;

export interface PageOptions {
  readonly health: Health;
  readonly store: Pick<Store, 'recentSyncs' | 'sync'>;
  /** Receipts name objects of the network, so they are shown where only this machine can look. */
  readonly showReceipts: boolean;
  readonly view: () => Pick<PageView, 'url' | 'issuerUrl' | 'netboxUrl' | 'standIn' | 'demo'>;
}

/** `GET /`. */
export function pageRoute(o: PageOptions): FastifyPluginAsync {
  return async (app) => {
    app.get('/', async (_request, reply) => {
      const report = await o.health.report();
      const checks = Object.entries(report.checks).map(([name, c]) => ({
        name,
        ok: c.status === 'ok',
        detail: c.detail ?? `${c.latency_ms} ms`,
      }));
      const html = renderPage({
        ...o.view(),
        ok: report.status === 'ok',
        checks,
        receipts: o.showReceipts ? await lastReceipts(o.store).catch(() => []) : null,
      });
      reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
      return reply.type('text/html; charset=utf-8').send(html);
    });
  };
}

async function lastReceipts(store: PageOptions['store']): Promise<NonNullable<PageView['receipts']>> {
  const syncs = await store.recentSyncs(SYNCS_SHOWN);
  const views = await Promise.all(syncs.map((s) => store.sync(s.sync_id, { limit: RECEIPTS_EACH, cursor: null })));
  return views
    .filter((v): v is SyncView => v !== null)
    .flatMap((v) =>
      v.entities.map((receipt) => ({
        syncId: v.sync_id,
        source: v.source,
        receivedAt: v.received_at,
        dryRun: v.dry_run,
        receipt,
      })),
    );
}
