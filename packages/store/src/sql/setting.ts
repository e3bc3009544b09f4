/** Statements over `settings`, and the duties that keep tables ready and small. */
import type { Statement } from '../postgres/database.js';

export const PING: Statement = { text: 'SELECT 1' };

/** `run_on` is in the session's zone, as the migration tool writes it. */
export const APPLIED_MIGRATIONS: Statement = {
  text: `
SELECT name, to_char(run_on::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS applied_at
FROM schema_migrations ORDER BY id`,
};

export const MAY_CREATE: Statement = { text: `SELECT has_schema_privilege('public', 'CREATE') AS may_create` };

export const GET_SETTING: Statement = {
  text: `SELECT convert_from(value, 'UTF8') AS value FROM settings WHERE name = $1`,
};

export const PUT_SETTING: Statement = {
  text: `
INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, statement_timestamp())
ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
};

/** $1 days, today included. */
export const MAKE_PARTITIONS: Statement = {
  text: `
SELECT diode_make_partitions(t.name::regclass, t.id_column, (statement_timestamp() AT TIME ZONE 'UTC')::date, $1::int)
FROM (VALUES ('syncs', 'sync_id'), ('entities', 'sync_id'), ('receipts', 'sync_id'), ('changes', 'change_id')) AS t(name, id_column)`,
};

/** $1 limit. */
export const DROP_EXPIRED_KEYS: Statement = {
  text: `
WITH gone AS (
  DELETE FROM idempotency_keys WHERE (client_id, key) IN (
    SELECT client_id, key FROM idempotency_keys WHERE expires_at < statement_timestamp()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ) RETURNING 1
)
SELECT count(*)::int AS count FROM gone`,
};
