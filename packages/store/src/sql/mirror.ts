/** Statements over the mirror: what NetBox was read to hold, and the names Diode remembers. */
import type { Statement } from '../postgres/database.js';

const OBSERVED = `convert_from(m.data, 'UTF8') AS data, m.netbox_id, m.url, m.last_updated,
  m.read_at > statement_timestamp() - $3 * interval '1 millisecond' AS fresh`;

/** $1 object types, $2 NetBox ids, $3 greatest age in ms. `position` counts the questions from 1. */
export const FIND_BY_ID: Statement = {
  name: 'mirror_by_id',
  text: `
SELECT q.position::int, ${OBSERVED}
FROM unnest($1::text[], $2::int8[]) WITH ORDINALITY AS q(object_type, netbox_id, position)
JOIN mirror m ON m.object_type = q.object_type AND m.netbox_id = q.netbox_id`,
};

/** $1 object types, $2 look-up keys, $3 greatest age in ms. */
export const FIND_BY_KEY: Statement = {
  name: 'mirror_by_key',
  text: `
SELECT q.position::int, ${OBSERVED}
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(object_type, key, position)
JOIN mirror_keys k ON k.object_type = q.object_type AND k.key = q.key
JOIN mirror m ON m.object_type = k.object_type AND m.netbox_id = k.netbox_id
ORDER BY q.position, m.netbox_id`,
};

/** $1 object types, $2 aliases, $3 greatest age in ms. An alias whose object is not mirrored gives a row without data. */
export const FIND_BY_ALIAS: Statement = {
  name: 'mirror_by_alias',
  text: `
SELECT q.position::int, convert_from(m.data, 'UTF8') AS data, a.netbox_id, m.url, m.last_updated,
  coalesce(m.read_at > statement_timestamp() - $3 * interval '1 millisecond', false) AS fresh
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(object_type, alias, position)
JOIN aliases a ON a.object_type = q.object_type AND a.alias = q.alias
LEFT JOIN mirror m ON m.object_type = a.object_type AND m.netbox_id = a.netbox_id`,
};

/** $1 object types, $2 aliases. */
export const ALIAS_TARGETS: Statement = {
  name: 'alias_targets',
  text: `
SELECT q.position::int, a.netbox_id
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(object_type, alias, position)
JOIN aliases a ON a.object_type = q.object_type AND a.alias = q.alias
ORDER BY q.position`,
};

/** $1 object types, $2 NetBox ids, $3 data, $4 urls, $5 last updated. Sorted, so that two writers cannot deadlock. */
export const PUT_OBJECTS: Statement = {
  name: 'mirror_put',
  text: `
INSERT INTO mirror (object_type, netbox_id, data, url, last_updated, read_at)
SELECT o.*, statement_timestamp() FROM unnest($1::text[], $2::int8[], $3::bytea[], $4::text[], $5::text[]) AS o(object_type, netbox_id, data, url, last_updated)
ORDER BY object_type, netbox_id
ON CONFLICT (object_type, netbox_id) DO UPDATE
  SET data = excluded.data, url = excluded.url, last_updated = excluded.last_updated, read_at = excluded.read_at`,
};

/** $1, $2 objects; $3, $4, $5 the keys they answer to now. Keys that stay are not touched: a fresh read writes none. */
export const REPLACE_KEYS: Statement = {
  name: 'mirror_replace_keys',
  text: `
WITH now_held AS (SELECT * FROM unnest($3::text[], $4::text[], $5::int8[]) AS k(object_type, key, netbox_id)),
dropped AS (
  DELETE FROM mirror_keys k USING unnest($1::text[], $2::int8[]) AS o(object_type, netbox_id)
  WHERE k.object_type = o.object_type AND k.netbox_id = o.netbox_id
    AND (k.object_type, k.key, k.netbox_id) NOT IN (SELECT object_type, key, netbox_id FROM now_held)
)
INSERT INTO mirror_keys SELECT * FROM now_held ORDER BY object_type, key, netbox_id ON CONFLICT DO NOTHING`,
};

/** $1 object types, $2 NetBox ids. */
export const FORGET_OBJECTS: Statement = {
  name: 'mirror_forget',
  text: `
WITH o AS (SELECT * FROM unnest($1::text[], $2::int8[]) AS o(object_type, netbox_id)),
keys AS (DELETE FROM mirror_keys k USING o WHERE k.object_type = o.object_type AND k.netbox_id = o.netbox_id)
DELETE FROM mirror m USING o WHERE m.object_type = o.object_type AND m.netbox_id = o.netbox_id`,
};

/** $1 object type, null for all. */
export const CLEAR_MIRROR: Statement = {
  text: `
WITH keys AS (DELETE FROM mirror_keys WHERE $1::text IS NULL OR object_type = $1)
DELETE FROM mirror WHERE $1::text IS NULL OR object_type = $1`,
};

/** $1 object types, $2 aliases, $3 NetBox ids. */
export const PUT_ALIASES: Statement = {
  name: 'aliases_put',
  text: `
INSERT INTO aliases (object_type, alias, netbox_id, recorded_at)
SELECT a.*, statement_timestamp() FROM unnest($1::text[], $2::text[], $3::int8[]) AS a(object_type, alias, netbox_id)
ORDER BY object_type, alias
ON CONFLICT (object_type, alias) DO UPDATE SET netbox_id = excluded.netbox_id, recorded_at = excluded.recorded_at
  WHERE aliases.netbox_id <> excluded.netbox_id`,
};

export const MIRROR_STATS: Statement = {
  text: `SELECT object_type, count(*)::int AS count, min(read_at) AS oldest_read_at FROM mirror GROUP BY object_type ORDER BY object_type`,
};
