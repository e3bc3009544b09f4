import type { NetboxFeed, NetboxReader, ObjectChange } from '@diode/netbox';
import type { JsonValue } from '@diode/protocol';
import type { MirrorVerbs, SettingVerbs } from '@diode/store';
import type { Brain, WorkerLog } from '../deps.js';
import type { KnownAnswers } from '../identity/known-answers.js';
import type { OwnRequests } from './own-requests.js';

const CURSOR = 'change_feed_cursor';

/** Ids come from a sequence and commit out of order: each poll looks back this far, and what it saw there is not taken twice. */
const OVERLAP = 200;

/** More objects of one type changed at once are forgotten instead of read again. */
const REFRESH_LIMIT = 500;

export interface FeedDeps {
  readonly feed: NetboxFeed;
  readonly reader: Pick<NetboxReader, 'getMany'>;
  readonly store: MirrorVerbs & SettingVerbs;
  readonly brain: Pick<Brain, 'rowOf' | 'lookupKeys'>;
  readonly known: KnownAnswers;
  readonly own: OwnRequests;
  readonly log: WorkerLog;
}

export type FeedState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'following'; readonly cursor: number }
  | { readonly kind: 'blind'; readonly reason: string };

/** Follows NetBox's change log, so that the mirror knows soon what people and other systems changed there. */
export interface FeedPoller {
  /** One look. Throws NetboxFault when NetBox cannot be asked; the mirror then only ages. */
  poll(): Promise<void>;
  state(): FeedState;
}

export function makeFeedPoller(deps: FeedDeps): FeedPoller {
  let state: FeedState = { kind: 'starting' };
  let cursor: number | null = null;
  let seen = new Set<number>();

  async function start(): Promise<number | null> {
    const newest = await deps.feed.newestChange();
    if (newest === null) return blind('the token may not read the change log (core | object change | view)');
    const kept = cursorOf(await deps.store.getSetting(CURSOR));
    if (kept === null || kept > newest) {
      // Never followed, or ids have gone back (NetBox was restored): nothing the mirror says can be trusted.
      await forgetAll(kept === null ? null : 'ids of the change log have gone back: was NetBox restored?');
      return newest;
    }
    return kept;
  }

  async function blind(reason: string): Promise<null> {
    if (state.kind !== 'blind') {
      await forgetAll(null);
      deps.log.warn({ reason }, 'changes made in NetBox are seen only when the mirror ages');
    }
    state = { kind: 'blind', reason };
    return null;
  }

  async function forgetAll(why: string | null): Promise<void> {
    await deps.store.clear();
    deps.known.clear();
    if (why !== null) deps.log.warn({ reason: why }, 'the mirror was emptied');
  }

  return {
    state: () => state,
    async poll() {
      cursor ??= await start();
      if (cursor === null) return;
      for (;;) {
        const from = Math.max(0, cursor - OVERLAP);
        const page = await deps.feed.changesSince(from);
        if (page.kind === 'forbidden') {
          cursor = await blind(page.detail);
          return;
        }
        const fresh = page.changes.filter((change) => !seen.has(change.id));
        await take(
          deps,
          fresh.filter((change) => !deps.own.has(change.requestId)),
        );
        const newest: number = page.changes.reduce((max, change) => Math.max(max, change.id), cursor);
        seen = new Set([...seen, ...page.changes.map((change) => change.id)].filter((id) => id > newest - OVERLAP));
        const moved = newest > cursor;
        cursor = newest;
        if (moved) await deps.store.putSetting(CURSOR, cursor);
        state = { kind: 'following', cursor };
        if (!page.more || !moved) return;
      }
    },
  };
}

const cursorOf = (value: JsonValue | null): number | null => (typeof value === 'number' ? value : null);

/** What others changed: deleted objects are forgotten, the rest is read again in bulk, so that the mirror stays full (I13). */
async function take(deps: FeedDeps, changes: readonly ObjectChange[]): Promise<void> {
  const byType = new Map<string, Map<number, ObjectChange>>();
  for (const change of changes) {
    if (deps.brain.rowOf(change.objectType) === undefined) continue;
    const ids = byType.get(change.objectType) ?? new Map<number, ObjectChange>();
    byType.set(change.objectType, ids.set(change.objectId, change));
  }
  for (const [objectType, ids] of byType) {
    deps.known.forgetType(objectType);
    const alive = [...ids.values()].filter((change) => change.action !== 'delete').map((change) => change.objectId);
    // Read first, then forgotten: in between another worker must not think that an object is not there.
    const found = alive.length > REFRESH_LIMIT ? [] : await deps.reader.getMany(objectType, alive);
    if (found.length > 0)
      await deps.store.put(found.map((observed) => ({ observed, keys: deps.brain.lookupKeys(observed) })));
    const kept = new Set(found.map((observed) => observed.id));
    await deps.store.forget([...ids.keys()].filter((id) => !kept.has(id)).map((id) => ({ objectType, id })));
  }
}
