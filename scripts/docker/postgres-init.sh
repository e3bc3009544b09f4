#!/bin/sh
# Run once by the postgres image on an empty data directory: a database and a role for Hydra, the same for Diode, each with what it needs.
# psql reads the passwords itself, so that no process list shows them.
set -eu

psql -X -v ON_ERROR_STOP=1 -q -U postgres -d postgres <<'SQL'
\set hydra_password `cat /run/diode/hydra_password`
CREATE ROLE hydra LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'hydra_password';
CREATE DATABASE hydra OWNER hydra;
REVOKE ALL ON DATABASE hydra FROM PUBLIC;
CREATE DATABASE diode;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
psql -X -v ON_ERROR_STOP=1 -q -U postgres -d diode <<'SQL'
\set diode_migrate_password `cat /run/diode/diode_migrate_password`
\set diode_password `cat /run/diode/diode_password`
\i /usr/local/share/diode/roles.sql
SQL
