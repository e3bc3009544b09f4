/**
 * The schema as the catalogue tables know it: what `schema.txt` holds and a test compares, so that a migration's effect is read in
 * review and an edited old migration is noticed. Day partitions are left out: their names are dates.
 */
import type { Row } from '../src/postgres/database.js';

/** Runs one statement and gives its rows. */
export type Ask = (text: string) => Promise<readonly Row[]>;

const RELATIONS = `
SELECT c.oid, c.relname, coalesce(pg_get_partkeydef(c.oid), '') AS partitioned, coalesce(array_to_string(c.reloptions, ', '), '') AS options
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;

const LISTING = `
WITH relation AS (${RELATIONS}),
line AS (
  SELECT relname, 0 AS section, 0 AS position,
    'table ' || relname || CASE WHEN partitioned <> '' THEN ' partition by ' || partitioned ELSE '' END
      || CASE WHEN options <> '' THEN ' with (' || options || ')' ELSE '' END AS text
  FROM relation
  UNION ALL
  SELECT r.relname, 1, a.attnum, '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
  UNION ALL
  SELECT r.relname, 2, 0, '  constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
  FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype <> 'n'
  UNION ALL
  SELECT r.relname, 3, 0, '  ' || pg_get_indexdef(i.indexrelid) FROM relation r JOIN pg_index i ON i.indrelid = r.oid
  UNION ALL
  SELECT '~', 4, 0, 'function ' || p.oid::regprocedure::text || ' returns ' || format_type(p.prorettype, NULL)
    || CASE WHEN p.prosecdef THEN ' security definer' ELSE '' END || coalesce(' set ' || array_to_string(p.proconfig, '; '), '')
    || CASE WHEN EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) THEN ' for everyone' ELSE '' END
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'
)
SELECT text FROM line ORDER BY relname COLLATE "C", section, position, text COLLATE "C"`;

/** One line a table, column, constraint, index and function, in a fixed order. */
export async function listSchema(ask: Ask): Promise<string> {
  const rows = await ask(LISTING);
  return `${rows.map((row) => String(row.text)).join('\n')}\n`;
}
