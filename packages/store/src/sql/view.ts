/**
 * Statements that read syncs back. They name a sync id, or bounds of them, as a value, and are not prepared: with the value known
 * the planner opens one day's partition instead of all.
 */
import type { Statement } from '../postgres/database.js';

const HEADER = 'sync_id, source, client_id, dry_run, received_at';

/** $1 sync id. */
export const SYNC_HEADER: Statement = { text: `SELECT ${HEADER} FROM syncs WHERE sync_id = $1` };

/** $1 limit, $2 least sync id. */
export const RECENT_HEADERS: Statement = {
  text: `SELECT ${HEADER} FROM syncs WHERE sync_id >= $2 ORDER BY sync_id DESC LIMIT $1`,
};

/** $1 sync ids, $2, $3 the least and greatest. Entities by state; `last_at` is when the last receipt was written. */
export const STATE_COUNTS: Statement = {
  text: `
SELECT sync_id, state, count(*)::int AS count, max(finished_at) AS last_at
FROM receipts WHERE sync_id = ANY ($1::uuid[]) AND sync_id BETWEEN $2 AND $3
GROUP BY sync_id, state
UNION ALL
SELECT sync_id, state, count(*)::int, NULL FROM work WHERE sync_id = ANY ($1::uuid[]) GROUP BY sync_id, state`,
};

/** $1 sync id, $2 index to go on after, $3 limit. One statement, so an entity that finishes meanwhile is seen once. */
export const RECEIPT_PAGE: Statement = {
  text: `
SELECT * FROM (
  (SELECT index, object_type, key, state, action, netbox_id, netbox_url, convert_from(detail, 'UTF8') AS detail, attempts,
     planned_at, applied_at, NULL::timestamptz AS due_at, NULL::text AS waiting_for, NULL::text AS last_error
   FROM receipts WHERE sync_id = $1 AND index > $2 ORDER BY index LIMIT $3)
  UNION ALL
  (SELECT w.index, e.object_type, '', w.state, NULL, NULL, NULL, NULL, w.attempts, NULL, NULL, w.due_at, w.waiting_for,
     convert_from(w.last_error, 'UTF8')
   FROM work w JOIN entities e ON e.sync_id = w.sync_id AND e.index = w.index
   WHERE w.sync_id = $1 AND e.sync_id = $1 AND w.index > $2 ORDER BY w.index LIMIT $3)
) AS page ORDER BY index LIMIT $3`,
};

/** $1 sync id, $2 index. */
export const ENTITY: Statement = {
  text: `
SELECT convert_from(e.data, 'UTF8') AS data, e.object_type, e.observed_at, s.source, s.channel
FROM entities e JOIN syncs s ON s.sync_id = e.sync_id
WHERE e.sync_id = $1 AND e.index = $2 AND s.sync_id = $1`,
};

/** $1 sync ids. Those of them that still have work. */
export const UNFINISHED: Statement = {
  name: 'unfinished',
  text: `
SELECT s.sync_id FROM unnest($1::uuid[]) AS s(sync_id)
WHERE EXISTS (SELECT FROM work w WHERE w.sync_id = s.sync_id)`,
};
