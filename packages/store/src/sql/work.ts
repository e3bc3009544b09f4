/**
 * Statements over `work`. The hot ones are held to their indexes by tests/claim-plan.test.ts. Time is the database's own, one
 * clock for all workers; statement_timestamp() because an index can be searched with it (clock_timestamp() cannot).
 */
import type { Statement } from '../postgres/database.js';

/** Claims of one partition take turns, so that two workers cannot judge the order of the same rows at once. $1 partition. */
export const LOCK_PARTITION: Statement = {
  name: 'lock_partition',
  text: `SELECT pg_advisory_xact_lock(hashtext('diode_claim'), $1)`,
};

/** $1 partition, $2 limit. Rows parked or claimed are due in the future and never scanned. */
export const DUE_ROWS: Statement = {
  name: 'due_rows',
  text: `
SELECT sync_id, index FROM work
WHERE partition = $1 AND due_at <= statement_timestamp()
ORDER BY due_at, sync_id, index
LIMIT $2
FOR UPDATE SKIP LOCKED`,
};

/**
 * $1, $2 the due rows in order, $3 limit, $4 worker, $5 lease in ms. A row is blocked by an earlier row of its ordering key,
 * whatever that row's state, and by a later one somebody works on (an ingester's commit can come late). Blocked rows are moved
 * out of the way for a while that grows with their age: `finish` makes the next of a key due at once, the delay is only the net
 * below it. One that waits for another object is made due, so that it can make way for who comes after it. So a hundred thousand assertions about one object cost each claim no scan.
 */
export const CLAIM_ROWS: Statement = {
  name: 'claim_rows',
  text: `
WITH judged AS (
  SELECT w.sync_id, w.index, w.ordering_key, w.received_at, c.position,
    EXISTS (
      SELECT FROM work earlier
      WHERE earlier.ordering_key = w.ordering_key AND (earlier.sync_id, earlier.index) < (w.sync_id, w.index)
    ) OR EXISTS (
      SELECT FROM work held
      WHERE held.ordering_key = w.ordering_key AND held.claimed_by IS NOT NULL AND held.due_at > statement_timestamp()
    ) AS blocked
  FROM unnest($1::uuid[], $2::int4[]) WITH ORDINALITY AS c(sync_id, index, position)
  JOIN work w ON w.sync_id = c.sync_id AND w.index = c.index
),
chosen AS (SELECT sync_id, index FROM judged WHERE NOT blocked ORDER BY position LIMIT $3),
deferred AS (
  UPDATE work w SET
    due_at = statement_timestamp() + least(interval '10 minutes', greatest(interval '1 second', statement_timestamp() - j.received_at)),
    claimed_by = NULL,
    state = CASE w.state WHEN 'planning' THEN 'queued' ELSE w.state END
  FROM judged j WHERE j.blocked AND w.sync_id = j.sync_id AND w.index = j.index
),
nudged AS (
  UPDATE work w SET due_at = statement_timestamp()
  FROM (SELECT DISTINCT ordering_key FROM judged WHERE blocked) AS k
  CROSS JOIN LATERAL (
    SELECT sync_id, index FROM work n WHERE n.ordering_key = k.ordering_key ORDER BY sync_id, index LIMIT 1
  ) AS head
  WHERE w.sync_id = head.sync_id AND w.index = head.index
    AND w.state = 'waiting' AND w.claimed_by IS NULL AND w.due_at > statement_timestamp()
),
claimed AS (
  UPDATE work w SET claimed_by = $4, state = 'planning', waiting_for = NULL, claims = w.claims + 1,
    due_at = statement_timestamp() + $5 * interval '1 millisecond'
  FROM chosen c WHERE w.sync_id = c.sync_id AND w.index = c.index
  RETURNING w.sync_id, w.index
)
SELECT sync_id, index FROM claimed`,
};

/** $1, $2 refs, $3, $4 the least and greatest sync id: with them known the planner opens only the partitions needed. Not prepared, for that reason. */
export const CLAIMED_ENTITIES: Statement = {
  text: `
SELECT e.sync_id, e.index, w.partition, s.source, s.channel, s.dry_run, e.object_type, convert_from(e.data, 'UTF8') AS data,
  e.observed_at, w.received_at, w.attempts,
  EXISTS (SELECT FROM open_changes o WHERE o.sync_id = e.sync_id AND o.index = e.index) AS has_unsettled_changes,
  w.claims > 1 AS claimed_before,
  EXISTS (
    SELECT FROM work later
    WHERE later.ordering_key = w.ordering_key AND (later.sync_id, later.index) > (w.sync_id, w.index)
  ) AS later_waits
FROM unnest($1::uuid[], $2::int4[]) AS c(sync_id, index)
JOIN work w ON w.sync_id = c.sync_id AND w.index = c.index
JOIN entities e ON e.sync_id = c.sync_id AND e.index = c.index AND e.sync_id BETWEEN $3 AND $4
JOIN syncs s ON s.sync_id = c.sync_id AND s.sync_id BETWEEN $3 AND $4
ORDER BY e.sync_id, e.index`,
};

/** $1 worker, $2, $3 refs, $4 lease in ms. */
export const RENEW_ROWS: Statement = {
  name: 'renew_rows',
  text: `
UPDATE work w SET due_at = statement_timestamp() + $4 * interval '1 millisecond'
FROM unnest($2::uuid[], $3::int4[]) AS r(sync_id, index)
WHERE w.sync_id = r.sync_id AND w.index = r.index AND w.claimed_by = $1
RETURNING w.sync_id, w.index`,
};

/** $1 worker, $2, $3 refs, $4.. receipts. Rows the worker no longer holds are left alone, their receipts not written. */
export const FINISH_ROWS: Statement = {
  name: 'finish_rows',
  text: `
WITH done AS (
  SELECT * FROM unnest($2::uuid[], $3::int4[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int8[], $9::text[], $10::bytea[],
    $11::int4[], $12::timestamptz[], $13::timestamptz[])
  AS d(sync_id, index, state, object_type, key, action, netbox_id, netbox_url, detail, attempts, planned_at, applied_at)
),
gone AS (
  DELETE FROM work w USING done d
  WHERE w.sync_id = d.sync_id AND w.index = d.index AND w.claimed_by = $1
  RETURNING w.sync_id, w.index, w.ordering_key
),
receipts_in AS (
  INSERT INTO receipts SELECT d.*, statement_timestamp() FROM done d JOIN gone g ON g.sync_id = d.sync_id AND g.index = d.index
)
SELECT sync_id, ordering_key FROM gone`,
};

/**
 * $1 ordering keys, $2 channel, $3 payloads to notify. The next row of each key becomes due, unless it is parked for a reason of its own. The condition stands in SET, not in
 * WHERE: a claim may be moving the very row aside at this moment, and only an unconditional update waits for it and sees what it did.
 */
export const WAKE_NEXT: Statement = {
  name: 'wake_next',
  text: `
WITH woken AS (
  UPDATE work w SET due_at = CASE WHEN w.claimed_by IS NULL AND w.state = 'queued' THEN statement_timestamp() ELSE w.due_at END
  FROM unnest($1::int8[]) AS k(ordering_key)
  CROSS JOIN LATERAL (
    SELECT sync_id, index FROM work n WHERE n.ordering_key = k.ordering_key ORDER BY sync_id, index LIMIT 1
  ) AS head
  WHERE w.sync_id = head.sync_id AND w.index = head.index
)
SELECT pg_notify($2, payload) FROM unnest($3::text[]) AS payload`,
};

/** $1 worker, $2, $3 refs, $4 state, $5 delay in ms, $6 attempted, $7 waiting for, $8 error. */
export const PARK_ROWS: Statement = {
  name: 'park_rows',
  text: `
UPDATE work w SET state = p.state, due_at = statement_timestamp() + p.delay_ms * interval '1 millisecond',
  attempts = w.attempts + p.attempted::int, waiting_for = p.waiting_for, last_error = p.last_error, claimed_by = NULL
FROM unnest($2::uuid[], $3::int4[], $4::text[], $5::int8[], $6::boolean[], $7::text[], $8::bytea[])
  AS p(sync_id, index, state, delay_ms, attempted, waiting_for, last_error)
WHERE w.sync_id = p.sync_id AND w.index = p.index AND w.claimed_by = $1`,
};

/** Hops from partition to partition over work_due: 16 probes, however many rows wait. */
export const DUE_PARTITIONS: Statement = {
  name: 'due_partitions',
  text: `
WITH RECURSIVE hop(partition) AS (
  (SELECT partition FROM work ORDER BY partition LIMIT 1)
  UNION ALL
  SELECT (SELECT w.partition FROM work w WHERE w.partition > hop.partition ORDER BY w.partition LIMIT 1) FROM hop WHERE hop.partition IS NOT NULL
)
SELECT partition FROM hop
WHERE (
  SELECT w.due_at <= statement_timestamp() FROM work w WHERE w.partition = hop.partition ORDER BY w.due_at LIMIT 1
)`,
};

/** $1 partition. The first entry of the partition in work_due. */
export const NEXT_DUE: Statement = {
  name: 'next_due',
  text: `
SELECT greatest(0, ceil(extract(epoch FROM due_at - clock_timestamp()) * 1000))::float8 AS delay_ms
FROM work WHERE partition = $1 ORDER BY due_at LIMIT 1`,
};

export const WAKE_RETRYING: Statement = {
  name: 'wake_retrying',
  text: `
WITH woken AS (
  UPDATE work SET due_at = statement_timestamp()
  WHERE state = 'retrying' AND claimed_by IS NULL AND due_at > statement_timestamp() RETURNING 1
)
SELECT count(*)::int AS count FROM woken`,
};

/** $1 worker. Over the partial index of claimed rows, of which there are no more than workers have in hand. */
export const ABANDON_CLAIMS: Statement = {
  name: 'abandon_claims',
  text: `
WITH freed AS (
  UPDATE work SET claimed_by = NULL, state = 'queued', due_at = statement_timestamp() WHERE claimed_by = $1 RETURNING 1
)
SELECT count(*)::int AS count FROM freed`,
};

export const BACKLOG: Statement = {
  name: 'backlog',
  text: `
SELECT state, count(*)::int AS count,
  greatest(0, extract(epoch FROM statement_timestamp() - min(received_at)))::float8 AS oldest_seconds
FROM work GROUP BY state`,
};

/** Over the partial index of claimed rows. */
export const IN_HAND: Statement = {
  name: 'in_hand',
  text: `
SELECT claimed_by AS worker_id, count(*)::int AS count,
  greatest(0, extract(epoch FROM max(due_at) - statement_timestamp()))::float8 AS free_after_seconds
FROM work WHERE claimed_by IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
};

export const WAITING_FOR: Statement = {
  name: 'waiting_for',
  text: `
SELECT waiting_for, CASE WHEN waiting_for IS NULL THEN convert_from(last_error, 'UTF8') END AS last_error, count(*)::int AS count FROM work
WHERE waiting_for IS NOT NULL OR (state = 'retrying' AND last_error IS NOT NULL)
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20`,
};
