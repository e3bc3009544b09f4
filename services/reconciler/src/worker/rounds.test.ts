import { objectType } from '@diode/catalogue';
import type { Change, Plan } from '@diode/engine';
import type { ClaimedWork, JournalEntry, JournalVerbs } from '@diode/store';
import { expect, it } from 'vitest';
import { makeSeenObjects } from './identity/seen-objects.js';
import { Progress } from './receipts/progress.js';
import { makeShowFor } from './receipts/shown-value.js';
import { runRounds } from './rounds.js';

const ref = { syncId: 's', index: 0 };
const create = (type: string): Change => ({
  key: `${type}|slug=x`,
  objectType: type,
  label: 'x',
  action: 'create',
  netboxId: null,
  url: null,
  fields: { slug: { verdict: 'written', from: null, to: 'x', rule: 'asserted', reason: '' } },
  late: [],
  level: 0,
  because: null,
  problems: [],
  aliases: [],
});
const planOf = (changes: readonly Change[]): Plan => ({
  kind: 'plan',
  mode: 'write',
  changes,
  outcomes: [{ ref, key: 'x', change: null, also: changes.map((change) => change.key), problems: [] }],
});
const nobody = (): never => {
  throw new Error('nothing may be sent');
};

it('asks anew for all that was not made before it goes round again, whoever was quicker', async () => {
  const journal: JournalVerbs = {
    // Somebody is at the role at this moment, and has made the site a moment ago.
    record: async (_worker, entries: readonly JournalEntry[]) =>
      entries.filter((entry) => entry.objectType === 'dcim.devicerole').map((entry) => entry.changeId),
    createdWithin: async (keys) => keys.filter((key) => key.objectType === 'dcim.site'),
    settle: async () => undefined,
    unsettled: async () => [],
    unsettledCreates: async () => [],
    settledChanges: async () => [],
  };
  const seen = makeSeenObjects(objectType);
  const showFor = makeShowFor({ rowOf: objectType, seen });
  const asked: string[] = [];
  let ids = 0;
  await runRounds(
    {
      answers: {
        ask: async () => new Map(),
        known: () => null,
        refreshFor: async () => false,
        refreshAll: async () => false,
        invalidate: (_touched, types) => void asked.push(...types),
      },
      planFor: async () => planOf([]),
      progress: new Progress(showFor),
      apply: {
        brain: { rowOf: objectType },
        writer: { createMany: nobody, updateMany: nobody },
        pacer: { batchSize: () => 25 },
        journal,
        workerId: 'w',
        signal: new AbortController().signal,
        newId: () => `change-${ids++}`,
        now: () => 0,
        ownRequest: () => undefined,
        ensureHeld: () => undefined,
        repeatAfterMs: 1_000,
        standBackMs: 10,
        seen,
        showFor,
        startedAt: 0,
      },
      remember: async () => undefined,
      learnNames: async () => undefined,
    },
    [{ ref, source: 'lab' } as ClaimedWork],
    planOf([create('dcim.site'), create('dcim.devicerole')]),
  );
  expect(asked.sort()).toEqual(['dcim.devicerole', 'dcim.site']);
});
