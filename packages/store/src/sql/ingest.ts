/** Statements of group commit. Each is one round trip and, alone, one transaction; columns arrive as binary arrays. */
import type { Statement } from '../postgres/database.js';

/** $1..$10 syncs; $11..$15 entities; $11, $12, $16..$18 work. */
const SYNC_ROWS = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::int4[], $7::int4[], $8::bytea[], $9::bytea[], $10::timestamptz[])
  AS s(sync_id, source, client_id, channel, dry_run, accepted, refused, errors, notes, received_at)`;
const ENTITY_ROWS = `unnest($11::uuid[], $12::int4[], $13::text[], $14::bytea[], $15::timestamptz[])
  AS e(sync_id, index, object_type, data, observed_at)`;
const WORK_ROWS = `unnest($11::uuid[], $12::int4[], $16::int2[], $17::int8[], $18::timestamptz[])
  AS w(sync_id, index, partition, ordering_key, received_at)`;

export const STORE_GROUP: Statement = {
  name: 'store_group',
  text: `
WITH new_syncs AS (INSERT INTO syncs SELECT * FROM ${SYNC_ROWS}),
new_entities AS (INSERT INTO entities SELECT * FROM ${ENTITY_ROWS})
INSERT INTO work (sync_id, index, partition, ordering_key, state, attempts, due_at, received_at)
SELECT sync_id, index, partition, ordering_key, 'queued', 0, statement_timestamp(), received_at FROM ${WORK_ROWS}`,
};

/**
 * The same for a group in which some have an idempotency key: $19..$23. A sync whose key is taken is left out, its entities too.
 * Keys are taken in sorted order, so that two groups with the same keys cannot deadlock. Gives the syncs that were stored.
 */
export const STORE_KEYED_GROUP: Statement = {
  name: 'store_keyed_group',
  text: `
WITH taken AS (
  INSERT INTO idempotency_keys AS held (client_id, key, sync_id, body_hash, answer, expires_at)
  SELECT client_id, key, sync_id, body_hash, answer, statement_timestamp() + interval '24 hours'
  FROM unnest($19::uuid[], $20::text[], $21::text[], $22::text[], $23::bytea[]) AS k(sync_id, client_id, key, body_hash, answer)
  ORDER BY client_id, key
  ON CONFLICT (client_id, key) DO UPDATE
    SET sync_id = excluded.sync_id, body_hash = excluded.body_hash, answer = excluded.answer, expires_at = excluded.expires_at
    WHERE held.expires_at <= statement_timestamp()
  RETURNING sync_id
),
kept AS (
  SELECT s.sync_id FROM unnest($1::uuid[]) AS s(sync_id)
  WHERE s.sync_id <> ALL ($19::uuid[]) OR s.sync_id IN (SELECT sync_id FROM taken)
),
new_syncs AS (INSERT INTO syncs SELECT s.* FROM ${SYNC_ROWS} WHERE s.sync_id IN (SELECT sync_id FROM kept)),
new_entities AS (INSERT INTO entities SELECT e.* FROM ${ENTITY_ROWS} WHERE e.sync_id IN (SELECT sync_id FROM kept)),
new_work AS (
  INSERT INTO work (sync_id, index, partition, ordering_key, state, attempts, due_at, received_at)
  SELECT w.sync_id, w.index, w.partition, w.ordering_key, 'queued', 0, statement_timestamp(), w.received_at
  FROM ${WORK_ROWS} WHERE w.sync_id IN (SELECT sync_id FROM kept)
)
SELECT sync_id FROM kept`,
};

/** $1 client, $2 key. */
export const FIND_ANSWER: Statement = {
  name: 'find_answer',
  text: `
SELECT body_hash, convert_from(answer, 'UTF8') AS answer FROM idempotency_keys
WHERE client_id = $1 AND key = $2 AND expires_at > statement_timestamp()`,
};
