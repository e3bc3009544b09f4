import type { Database } from './postgres/database.js';
import { DROP_EXPIRED_KEYS, MAKE_PARTITIONS } from './sql/setting.js';

/** Today and three days ahead: a duty missed for a long weekend is caught up by the default partition anyway. */
const DAYS_READY = 4;
/** Keys dropped in one statement, so that the duty never holds many locks. */
const KEYS_A_STEP = 5_000;

/** The daily duty: day partitions ahead, expired idempotency keys away. Any number of processes may do it at once. */
export async function maintain(db: Database): Promise<void> {
  await db.query(MAKE_PARTITIONS, [DAYS_READY]);
  let dropped = KEYS_A_STEP;
  while (dropped === KEYS_A_STEP) {
    const [row] = await db.query<{ count: number }>(DROP_EXPIRED_KEYS, [KEYS_A_STEP]);
    dropped = row?.count ?? 0;
  }
}
