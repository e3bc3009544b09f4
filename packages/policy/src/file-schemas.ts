import type { PolicyFileName } from './policy-files.js';
import type { KeyRow, Reader } from './read/reader.js';
import { conflictResolutionFile } from './schema/conflict-resolution.js';
import { ingesterFile } from './schema/ingester.js';
import { rateLimitsFile } from './schema/rate-limits.js';
import { reconcilerFile } from './schema/reconciler.js';
import { syncPoliciesFile } from './schema/sync-policies.js';
import { transformationsFile } from './schema/transformations.js';

const READERS: Readonly<Record<PolicyFileName, Reader<unknown>>> = {
  'ingester.yml': ingesterFile,
  'reconciler.yml': reconcilerFile,
  'sync-policies.yml': syncPoliciesFile,
  'transformations.yml': transformationsFile,
  'conflict-resolution.yml': conflictResolutionFile,
  'rate-limits.yml': rateLimitsFile,
};

/** Every key a file may hold, in order; `docs/policies.md` is held to this list. */
export function keysOf(file: PolicyFileName): readonly KeyRow[] {
  return READERS[file].keys('');
}
