-- Up Migration

-- A service may read and write rows and make nothing; the day partitions it needs are made with the rights of the owner. So that this
-- gives nobody more than that, only the four history tables are taken, only for days around today, every name carries its schema, and
-- nothing of the caller's search path is believed.
CREATE OR REPLACE FUNCTION diode_make_partitions(history regclass, id_column name, first_day date, days integer) RETURNS integer
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '5s'
AS $$
DECLARE
  parent text;
  catch_all text;
  partition_name text;
  today date := (now() AT TIME ZONE 'UTC')::date;
  from_id uuid;
  to_id uuid;
  made integer := 0;
BEGIN
  SELECT known.parent INTO parent
  FROM (VALUES ('syncs', 'sync_id'), ('entities', 'sync_id'), ('receipts', 'sync_id'), ('changes', 'change_id')) AS known(parent, id_column)
  WHERE to_regclass('public.' || known.parent) = history AND known.id_column = diode_make_partitions.id_column::text;
  IF parent IS NULL THEN
    RAISE EXCEPTION 'diode_make_partitions serves the history tables only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF first_day IS NULL OR days IS NULL OR first_day < today - 31 OR first_day > today + 31 OR days > 31 THEN
    RAISE EXCEPTION 'diode_make_partitions serves the days around today only' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  catch_all := parent || '_default';
  PERFORM pg_advisory_xact_lock(hashtext('diode_make_partitions'));
  FOR offset_days IN 0 .. days - 1 LOOP
    partition_name := parent || '_p' || to_char(first_day + offset_days, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('public.' || partition_name) IS NOT NULL;
    from_id := public.diode_uuid_floor((first_day + offset_days)::timestamp AT TIME ZONE 'UTC');
    to_id := public.diode_uuid_floor((first_day + offset_days + 1)::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', catch_all);
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)',
                   partition_name, parent);
    EXECUTE format('WITH moved AS (DELETE FROM public.%I WHERE %I >= $1 AND %I < $2 RETURNING *) INSERT INTO public.%I SELECT * FROM moved',
                   catch_all, id_column, id_column, partition_name) USING from_id, to_id;
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                   parent, partition_name, from_id, to_id);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- Who may call it is said by the deployment (sql/roles.sql), not by everyone's rights.
REVOKE EXECUTE ON FUNCTION diode_make_partitions(regclass, name, date, integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION diode_uuid_floor(timestamptz) FROM PUBLIC;

-- The list of migrations is the owner's to write; others read it, to know whether the schema is new enough for them.
DO $$
DECLARE
  grantee text;
BEGIN
  FOR grantee IN
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
    FROM pg_class c, aclexplode(c.relacl) AS a
    WHERE c.oid = 'schema_migrations'::regclass AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON schema_migrations FROM %s', grantee);
  END LOOP;
END
$$;

-- Down Migration

GRANT EXECUTE ON FUNCTION diode_uuid_floor(timestamptz) TO PUBLIC;
GRANT EXECUTE ON FUNCTION diode_make_partitions(regclass, name, date, integer) TO PUBLIC;

CREATE OR REPLACE FUNCTION diode_make_partitions(history regclass, id_column name, first_day date, days integer) RETURNS integer
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
