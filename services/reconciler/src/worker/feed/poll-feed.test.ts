import { objectType } from '@diode/catalogue';
import type { Observed } from '@diode/engine';
import type { ChangesAnswer, ObjectChange } from '@diode/netbox';
import type { JsonValue } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { makeKnownAnswers } from '../identity/known-answers.js';
import { makeOwnRequests } from './own-requests.js';
import { makeFeedPoller } from './poll-feed.js';

const change = (id: number, over: Partial<ObjectChange> = {}): ObjectChange => ({
  id,
  time: '',
  userName: 'anna',
  requestId: `r${id}`,
  action: 'update',
  objectType: 'dcim.site',
  objectId: id,
  message: '',
  ...over,
});

/** A NetBox whose change log is a list, and a mirror that says what was done to it. */
function world(log: ObjectChange[], o: { cursor?: JsonValue; forbidden?: boolean } = {}) {
  const done: string[] = [];
  const settings = new Map<string, JsonValue>(o.cursor === undefined ? [] : [['change_feed_cursor', o.cursor]]);
  const own = makeOwnRequests();
  const warnings: string[] = [];
  const state = { forbidden: o.forbidden ?? false };
  const poller = makeFeedPoller({
    feed: {
      newestChange: async () => (state.forbidden ? null : Math.max(0, ...log.map((one) => one.id))),
      changesSince: async (after): Promise<ChangesAnswer> =>
        state.forbidden
          ? { kind: 'forbidden', detail: 'no permission' }
          : { kind: 'changes', more: false, changes: log.filter((one) => one.id > after) },
    },
    reader: {
      getMany: async (type, ids): Promise<Observed[]> => {
        done.push(`read ${ids.join()}`);
        return ids.map((id) => ({ objectType: type, id, url: '', data: {}, lastUpdated: null }));
      },
    },
    store: {
      lookup: async () => new Map(),
      put: async (objects) => void done.push(`put ${objects.map((one) => one.observed.id).join()}`),
      forget: async (objects) =>
        void (objects.length > 0 && done.push(`forget ${objects.map((one) => one.id).join()}`)),
      clear: async () => void done.push('clear'),
      putAliases: async () => undefined,
      aliasTargets: async () => [],
      stats: async () => [],
      getSetting: async (name) => settings.get(name) ?? null,
      putSetting: async (name, value) => void settings.set(name, value),
    },
    brain: { rowOf: objectType, lookupKeys: () => [] },
    known: makeKnownAnswers({ maxAgeMs: 1, limit: 1, now: () => 0 }),
    own,
    log: { info: () => undefined, warn: (_keys, message) => void warnings.push(message), error: () => undefined },
  });
  return { poller, done, own, settings, warnings, log, state };
}

describe('the change feed', () => {
  it('reads again what others changed and forgets what they deleted', async () => {
    const w = world([change(5)], { cursor: 5 });
    await w.poller.poll();
    w.done.length = 0;
    w.log.push(change(6), change(7, { action: 'delete' }), change(8, { objectType: 'users.token' }));
    await w.poller.poll();
    expect(w.done).toEqual(['read 6', 'put 6', 'forget 7']);
    expect(w.settings.get('change_feed_cursor')).toBe(8);
  });

  it('leaves alone what it wrote itself, and takes nothing twice', async () => {
    const w = world([], { cursor: 0 });
    await w.poller.poll();
    w.log.push(change(1), change(2));
    w.own.add('r1');
    await w.poller.poll();
    await w.poller.poll();
    expect(w.done).toEqual(['read 2', 'put 2']);
  });

  it('sees a change that was committed late, with a lower id', async () => {
    const w = world([change(10)], { cursor: 10 });
    await w.poller.poll();
    w.done.length = 0;
    w.log.push(change(9));
    await w.poller.poll();
    expect(w.done).toEqual(['read 9', 'put 9']);
  });

  it('empties the mirror when it starts to follow, and when ids have gone back', async () => {
    const fresh = world([change(3)]);
    await fresh.poller.poll();
    expect(fresh.done[0]).toBe('clear');
    const restored = world([change(3)], { cursor: 900 });
    await restored.poller.poll();
    expect([restored.done[0], restored.warnings]).toEqual(['clear', ['the mirror was emptied']]);
  });

  it('says once that it may not look, and follows when it may', async () => {
    const w = world([change(3)], { forbidden: true });
    await w.poller.poll();
    await w.poller.poll();
    expect(w.poller.state()).toMatchObject({ kind: 'blind' });
    expect(w.warnings).toHaveLength(1);
    w.state.forbidden = false;
    await w.poller.poll();
    expect(w.poller.state()).toMatchObject({ kind: 'following', cursor: 3 });
  });
});
