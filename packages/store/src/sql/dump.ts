/** Statements over Postgres' own catalogue, for a copy of all rows: no table of ours is named but the list of migrations. */
import type { Statement } from '../postgres/database.js';

/** One state of all tables, as long as the transaction lasts. */
export const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Tables that hold rows (partitions are tables of their own), with the columns that can be written. */
export const LIST_TABLES: Statement = {
  text: `
SELECT c.relname AS name,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
ORDER BY c.relname COLLATE "C"`,
};

/** Partitions with their bounds as Postgres writes them. The default ones are made by the migrations. */
export const LIST_PARTITIONS: Statement = {
  text: `
SELECT c.relname AS name, parent.relname AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class parent ON parent.oid = i.inhparent
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relispartition
  AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
ORDER BY c.relname COLLATE "C"`,
};

export const LIST_SEQUENCES: Statement = {
  text: `
SELECT sequencename::text AS name, last_value::text AS value FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY sequencename COLLATE "C"`,
};

export const ABOUT_SERVER: Statement = {
  text: `SELECT current_setting('server_version') AS version, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`,
};
