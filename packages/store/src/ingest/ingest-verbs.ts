import { DiodeError } from '@diode/protocol';
import type { IngestVerbs } from '../contract.js';
import type { Database } from '../postgres/database.js';
import { isConnectionFault, storageFault } from '../postgres/storage-fault.js';
import { encodeSync } from './encoded-sync.js';
import { GroupCommit } from './group-commit.js';
import { storeGroup } from './store-group.js';

/** Two groups: one is flushed to disk while the next is parsed and inserted. A third gained nothing on two cores. */
const GROUPS_IN_FLIGHT = 2;
const MAX_SYNCS = 256;
const MAX_ROWS = 5_000;
const MAX_BYTES = 8 * 1024 * 1024;

export function makeIngestVerbs(db: Database): IngestVerbs {
  const groups = new GroupCommit({
    store: (group) => storeGroup(db, group),
    isFatal: (error) => error instanceof DiodeError && isConnectionFault(error.cause),
    maxGroupsInFlight: GROUPS_IN_FLIGHT,
    maxSyncs: MAX_SYNCS,
    maxRows: MAX_ROWS,
    maxBytes: MAX_BYTES,
  });
  return {
    async storeSync(sync) {
      try {
        return await groups.submit(encodeSync(sync));
      } catch (error) {
        throw storageFault(error);
      }
    },
  };
}
