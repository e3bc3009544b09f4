-- The two roles of Diode in one database: the owner of the schema, who migrates, and the one the services use, who reads and writes
-- rows and makes nothing. Run by a superuser in Diode's database, again whenever a password changes:
--
--   createdb diode
--   psql -X -d diode -v ON_ERROR_STOP=1
--   \set diode_migrate_password `cat FILE`
--   \set diode_password `cat FILE`
--   \i roles.sql
--
-- Not as -v on the command line, where every process list shows them. The names can be given too: \set diode_migrate_role ..., \set diode_role ...
-- Running it again changes nothing but the passwords. What another role made in this database (an installation with one role) goes to the owner.

\set ON_ERROR_STOP on
\if :{?diode_migrate_role}
\else
\set diode_migrate_role diode_migrate
\endif
\if :{?diode_role}
\else
\set diode_role diode
\endif
\set QUIET on

BEGIN;
-- psql fills in variables outside of quoted bodies only; the rest reads them from here. They end with the transaction.
SET LOCAL diode_roles.migrate_role = :'diode_migrate_role';
SET LOCAL diode_roles.migrate_password = :'diode_migrate_password';
SET LOCAL diode_roles.role = :'diode_role';
SET LOCAL diode_roles.password = :'diode_password';

DO $$
DECLARE
  owner_role text := current_setting('diode_roles.migrate_role');
  low_role text := current_setting('diode_roles.role');
  item record;
BEGIN
  IF current_setting('diode_roles.migrate_password') = '' OR current_setting('diode_roles.password') = '' THEN
    RAISE EXCEPTION 'both passwords are needed';
  END IF;
  -- Two of these at the same moment would both make the roles.
  PERFORM pg_advisory_xact_lock(hashtext('diode_roles'));
  FOR item IN
    SELECT * FROM (VALUES (owner_role, current_setting('diode_roles.migrate_password')),
                          (low_role, current_setting('diode_roles.password'))) AS r(name, password)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = item.name) THEN
      EXECUTE format('CREATE ROLE %I', item.name);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L', item.name, item.password);
  END LOOP;

  EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), owner_role);
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), low_role);
  EXECUTE format('ALTER SCHEMA public OWNER TO %I', owner_role);
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', low_role);

  -- What was made before, and what an extension did not make.
  FOR item IN
    SELECT c.oid::regclass AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) <> owner_role
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', item.name, owner_role);
  END LOOP;
  FOR item IN
    SELECT p.oid::regprocedure AS name FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(p.proowner) <> owner_role
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('ALTER ROUTINE %s OWNER TO %I', item.name, owner_role);
  END LOOP;
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', low_role);
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', low_role);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO %I', low_role);
  IF to_regclass('public.schema_migrations') IS NOT NULL THEN
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.schema_migrations FROM %I', low_role);
  END IF;

  -- What migrations make from now on.
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', owner_role, low_role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO %I', owner_role, low_role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO %I', owner_role, low_role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC', owner_role);
END
$$;
COMMIT;
