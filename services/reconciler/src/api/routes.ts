import type { Gate } from '@diode/access';
import { DiodeError, type JsonObject, type SyncView } from '@diode/protocol';
import type { Logger, RequestLimits } from '@diode/runtime';
import type { Store } from '@diode/store';
import type { FastifyPluginAsync } from 'fastify';
import type { Mode, ModeSwitch } from '../worker/mode.js';
import { PAGE, readCursor, readLimit, readSyncId } from './page.js';
import { modeSchema } from './schemas.js';

export interface ApiDeps {
  readonly store: Pick<Store, 'sync' | 'recentSyncs'>;
  readonly gate: Gate;
  /** Rate limits; null where nothing counts. */
  readonly rate: RequestLimits | null;
  readonly mode: ModeSwitch;
  readonly onMode: (mode: Mode) => void;
  readonly platform: () => Promise<JsonObject>;
  readonly whyIdle: () => Promise<JsonObject>;
  readonly policies: () => JsonObject;
  readonly completeView: (view: SyncView) => Promise<SyncView>;
  readonly logger: Logger;
}

/** The reconciler's part of `/api/v1`: looking needs scope `read`, deciding `admin`. */
export function reconcilerRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    deps.rate?.guard(app);
    const read = '/api/v1';

    app.get(`${read}/sync/status`, async (request) => {
      await deps.gate.admit(request.headers, 'read');
      return deps.platform();
    });

    app.get<{ Params: { sync_id: string } }>(`${read}/sync/:sync_id/status`, async (request) => {
      await deps.gate.admit(request.headers, 'read');
      const query = request.query as Readonly<Record<string, unknown>>;
      const page = { limit: readLimit(query, PAGE), cursor: readCursor(query) };
      const syncId = readSyncId(request.params.sync_id);
      const view = syncId === null ? null : await deps.store.sync(syncId, page);
      if (view === null) throw new DiodeError('not_found', { detail: 'there is no sync with this id' });
      return deps.completeView(view);
    });

    app.get(`${read}/syncs/recent`, async (request) => {
      await deps.gate.admit(request.headers, 'read');
      const limit = readLimit(request.query as Readonly<Record<string, unknown>>, { default: 20, max: 100 });
      return { syncs: await deps.store.recentSyncs(limit) };
    });

    app.get(`${read}/why-idle`, async (request) => {
      await deps.gate.admit(request.headers, 'read');
      return deps.whyIdle();
    });

    app.get(`${read}/policies`, async (request) => {
      await deps.gate.admit(request.headers, 'read');
      return deps.policies();
    });

    app.get(`${read}/mode`, async (request) => {
      await deps.gate.admit(request.headers, 'read');
      return { mode: await deps.mode.get() };
    });

    app.post(`${read}/mode`, async (request) => {
      const identity = await deps.gate.admit(request.headers, 'admin');
      const body = modeSchema.safeParse(request.body);
      if (!body.success) {
        const detail = 'the body is {"mode": "write"} or {"mode": "observe"}';
        throw new DiodeError('invalid_request', {
          detail,
          errors: [{ pointer: '/mode', code: 'invalid_request', detail, remedy: 'send one of the two' }],
        });
      }
      const { mode } = body.data;
      await deps.mode.set(mode);
      deps.onMode(mode);
      deps.logger.info({ mode, client_id: identity.clientId }, 'mode changed');
      return { mode };
    });
  };
}
