import { describe, expect, it } from 'vitest';
import type { NewSync, StoreOutcome } from '../contract.js';
import { type EncodedSync, encodeSync } from './encoded-sync.js';
import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

let next = 0;
function member(over: { entities?: number; key?: string; source?: string } = {}): EncodedSync {
  next += 1;
  const sync: NewSync = {
    syncId: `019a0000-0000-7000-8000-${String(next).padStart(12, '0')}`,
    source: over.source ?? 'test',
    clientId: 'client',
    channel: 'http',
    dryRun: false,
    receivedAt: '2026-11-01T10:00:00Z',
    refused: 0,
    errors: [],
    notes: [],
    entities: Array.from({ length: over.entities ?? 1 }, () => ({
      objectType: 'dcim.device',
      data: {},
      observedAt: '2026-11-01T10:00:00Z',
      partition: 0,
      orderingKey: '1',
    })),
    idempotency: over.key === undefined ? null : { key: over.key, bodyHash: 'h', answer: null },
  };
  return encodeSync(sync);
}

/** A store the test steps through, group by group. */
function steppable(over: Partial<GroupCommitOptions> = {}) {
  const groups: { members: readonly EncodedSync[]; commit: () => void; fail: (error: Error) => void }[] = [];
  const commits = new GroupCommit({
    store: (members) =>
      new Promise<readonly StoreOutcome[]>((resolve, reject) => {
        groups.push({ members, commit: () => resolve(members.map(() => ({ kind: 'stored' }))), fail: reject });
      }),
    isFatal: (error) => error instanceof Error && error.message === 'away',
    maxGroupsInFlight: 1,
    maxSyncs: 10,
    maxRows: 100,
    maxBytes: 1_000_000,
    ...over,
  });
  const settle = async () => {
    for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { commits, groups, settle };
}

const sizes = (groups: readonly { members: readonly EncodedSync[] }[]) => groups.map((group) => group.members.length);

describe('group commit', () => {
  it('commits one alone when it is alone, and together whoever came while that one was on its way', async () => {
    const { commits, groups, settle } = steppable();
    const first = commits.submit(member());
    await settle();
    const rest = [member(), member(), member()].map((m) => commits.submit(m));
    await settle();
    expect(sizes(groups)).toEqual([1]);
    groups[0]?.commit();
    await first;
    await settle();
    expect(sizes(groups)).toEqual([1, 3]);
    groups[1]?.commit();
    expect(await Promise.all(rest)).toEqual([{ kind: 'stored' }, { kind: 'stored' }, { kind: 'stored' }]);
  });

  it('bounds a group by syncs and by rows; one that is larger than the bound goes alone', async () => {
    const { commits, groups, settle } = steppable({ maxGroupsInFlight: 10 });
    for (let i = 0; i < 12; i += 1) void commits.submit(member());
    void commits.submit(member({ entities: 500 }));
    void commits.submit(member({ entities: 60 }));
    void commits.submit(member({ entities: 60 }));
    await settle();
    expect(groups.map((g) => g.members.reduce((n, m) => n + m.bodies.length, 0))).toEqual([10, 2, 500, 60, 60]);
  });

  it('never has one idempotency key in flight twice', async () => {
    const { commits, groups, settle } = steppable({ maxGroupsInFlight: 3 });
    for (const key of ['k', 'k', 'other']) void commits.submit(member({ key }));
    await settle();
    expect(sizes(groups)).toEqual([2]);
    groups[0]?.commit();
    await settle();
    expect(sizes(groups)).toEqual([2, 1]);
  });

  it('tries the members of a failed group alone, so that one fails alone (I11)', async () => {
    const poison = member({ source: 'poison' });
    const stored: number[] = [];
    const failing = new GroupCommit({
      store: async (members) => {
        if (members.includes(poison)) throw new Error('bad body');
        stored.push(members.length);
        return members.map(() => ({ kind: 'stored' }));
      },
      isFatal: () => false,
      maxGroupsInFlight: 1,
      maxSyncs: 10,
      maxRows: 100,
      maxBytes: 1_000_000,
    });
    const results = await Promise.allSettled([member(), poison, member()].map((m) => failing.submit(m)));
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored).toEqual([1, 1]);
  });

  it('fails the whole group at once when the connection failed, and takes the next', async () => {
    const { commits, groups, settle } = steppable();
    const both = Promise.allSettled([member(), member()].map((m) => commits.submit(m)));
    await settle();
    groups[0]?.fail(new Error('away'));
    expect((await both).map((r) => r.status)).toEqual(['rejected', 'rejected']);
    const later = commits.submit(member());
    await settle();
    groups[1]?.commit();
    expect(await later).toEqual({ kind: 'stored' });
  });
});
