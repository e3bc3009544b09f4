/** Statements over `open_changes` (recorded, not settled) and `changes` (settled, insert-only). */
import type { Statement } from '../postgres/database.js';

/**
 * $1 worker, $2.. entries in the order of their exclusion keys. Gives the change ids that are recorded: a create whose key another
 * open create holds is not. One that is already there under its own id is, so a caller whose connection broke may simply repeat.
 */
export const RECORD_CHANGES: Statement = {
  name: 'record_changes',
  text: `
WITH entry AS (
  SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::int4[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::int8[], $10::bytea[], $11::bytea[], $12::bytea[])
  AS e(change_id, sync_id, index, object_type, canonical_key, exclusion_key, action, netbox_id, before, after, told)
),
recorded AS (
  INSERT INTO open_changes (change_id, sync_id, index, object_type, canonical_key, exclusion_key, action, netbox_id, before, after,
    told, worker_id, recorded_at)
  SELECT e.*, $1, statement_timestamp() FROM entry e
  ON CONFLICT DO NOTHING
  RETURNING change_id
)
SELECT change_id FROM recorded
UNION
SELECT o.change_id FROM open_changes o JOIN entry e ON e.change_id = o.change_id`,
};

/** $1 change ids, $2 states, $3 NetBox ids, $4 request ids. Moves the rows from open to settled, so frees the keys of creates. */
export const SETTLE_CHANGES: Statement = {
  name: 'settle_changes',
  text: `
WITH result AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::text[]) AS r(change_id, state, netbox_id, request_id)
),
gone AS (
  DELETE FROM open_changes o USING result r WHERE o.change_id = r.change_id
  RETURNING o.*, r.state, coalesce(r.netbox_id, o.netbox_id) AS settled_id, r.request_id
)
INSERT INTO changes (change_id, sync_id, index, object_type, canonical_key, action, netbox_id, before, after, told, worker_id, recorded_at,
  state, request_id, settled_at)
SELECT change_id, sync_id, index, object_type, canonical_key, action, settled_id, before, after, told, worker_id, recorded_at,
  state, request_id, statement_timestamp()
FROM gone`,
};

const OPEN_CHANGE = `o.change_id, o.sync_id, o.index, o.object_type, convert_from(o.canonical_key, 'UTF8') AS canonical_key, o.action,
  o.netbox_id, convert_from(o.before, 'UTF8') AS before, convert_from(o.after, 'UTF8') AS after,
  convert_from(o.told, 'UTF8') AS told,
  (extract(epoch FROM statement_timestamp() - o.recorded_at) * 1000)::float8 AS age_ms`;

/** $1, $2 refs. */
export const UNSETTLED: Statement = {
  name: 'unsettled',
  text: `
SELECT ${OPEN_CHANGE} FROM unnest($1::uuid[], $2::int4[]) AS r(sync_id, index)
JOIN open_changes o ON o.sync_id = r.sync_id AND o.index = r.index
ORDER BY o.change_id`,
};

/**
 * $1, $2 refs, $3 the least change id a change of theirs can have. Not prepared: planned with the value, it opens only the days since then, and in
 * each goes by (sync_id, index).
 */
export const SETTLED_CHANGES: Statement = {
  text: `
SELECT c.change_id, c.sync_id, c.index, c.object_type, convert_from(c.canonical_key, 'UTF8') AS canonical_key, c.action, c.netbox_id,
  convert_from(c.before, 'UTF8') AS before, convert_from(c.after, 'UTF8') AS after, convert_from(c.told, 'UTF8') AS told, c.settled_at
FROM unnest($1::uuid[], $2::int4[]) AS r(sync_id, index)
JOIN changes c ON c.sync_id = r.sync_id AND c.index = r.index
WHERE c.change_id >= $3::uuid AND c.state = 'applied' AND c.netbox_id IS NOT NULL
ORDER BY c.change_id`,
};

/** $1 object types, $2 exclusion keys. */
export const UNSETTLED_CREATES: Statement = {
  name: 'unsettled_creates',
  text: `
SELECT ${OPEN_CHANGE} FROM unnest($1::text[], $2::text[]) AS k(object_type, exclusion_key)
JOIN open_changes o ON o.object_type = k.object_type AND o.exclusion_key = k.exclusion_key AND o.action = 'create'
ORDER BY o.change_id`,
};

/** $1 object types, $2 canonical keys, $3 the oldest change id looked at, $4 milliseconds. Positions of the keys, from 1. */
export const CREATED_WITHIN: Statement = {
  name: 'created_within',
  text: `
SELECT DISTINCT k.position::int4 AS position
FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS k(object_type, canonical_key, position)
JOIN changes c ON c.object_type = k.object_type AND c.canonical_key = k.canonical_key
WHERE c.change_id >= $3::uuid AND c.action = 'create' AND c.state = 'applied'
  AND c.settled_at >= statement_timestamp() - make_interval(secs => $4::float8 / 1000)`,
};
