import type { MirrorVerbs } from '@diode/store';
import type { WorkerDeps } from '../deps.js';
import { type Answers, makeAnswers } from './answers.js';
import { BELIEVE_MIRROR } from './known-answers.js';
import type { SeenObjects } from './seen-objects.js';

/** Older than any mirror: for looking at a receipt an old copy is better than none. */
const ANY_AGE_MS = 10 * 365 * 24 * 3_600_000;

/** Answers from what the mirror holds, whatever its age; never asks NetBox and never remembers. */
export function mirrorOnlyAnswers(
  deps: WorkerDeps,
  mirror: Pick<MirrorVerbs, 'lookup' | 'aliasTargets'>,
  seen: SeenObjects,
): Answers {
  return makeAnswers({
    mirror: {
      lookup: (lookups) => mirror.lookup(lookups, ANY_AGE_MS),
      aliasTargets: async () => [],
      put: async () => undefined,
      forget: async () => undefined,
    },
    reader: { find: async (lookups) => new Map(lookups.map((lookup) => [lookup.key, []])) },
    known: BELIEVE_MIRROR,
    seen,
    lookupKeys: (observed) => deps.brain.lookupKeys(observed),
    mirrorMaxAgeMs: ANY_AGE_MS,
    signal: deps.hardStop,
    mistrust: false,
  });
}
