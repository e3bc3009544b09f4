-- Up Migration

-- The smallest UUIDv7 of an instant: 48 bits of Unix milliseconds, then zeros. Ranges of it are ranges of time.
CREATE FUNCTION diode_uuid_floor(instant timestamptz) RETURNS uuid
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (lpad(to_hex((extract(epoch FROM instant) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Makes the missing day partitions of one history table from `first_day` on. Rows that meanwhile fell into the default
-- partition move into the new one, so that being late with this duty costs a moment and loses nothing. Partitions are
-- attached, not created in place: attaching leaves inserts running, `CREATE ... PARTITION OF` would stop them.
CREATE FUNCTION diode_make_partitions(history regclass, id_column name, first_day date, days integer) RETURNS integer
  LANGUAGE plpgsql
  SET lock_timeout = '5s'
AS $$
DECLARE
  parent text := history::text;
  catch_all text := parent || '_default';
  partition_name text;
  from_id uuid;
  to_id uuid;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('diode_make_partitions'));
  FOR offset_days IN 0 .. days - 1 LOOP
    partition_name := parent || '_p' || to_char(first_day + offset_days, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(partition_name) IS NOT NULL;
    from_id := diode_uuid_floor((first_day + offset_days)::timestamp AT TIME ZONE 'UTC');
    to_id := diode_uuid_floor((first_day + offset_days + 1)::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', catch_all);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)',
                   partition_name, parent);
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= $1 AND %I < $2 RETURNING *) INSERT INTO %I SELECT * FROM moved',
                   catch_all, id_column, id_column, partition_name) USING from_id, to_id;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, partition_name, from_id, to_id);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- Down Migration

DROP FUNCTION diode_make_partitions(regclass, name, date, integer);
DROP FUNCTION diode_uuid_floor(timestamptz);
