#!/bin/sh
# Run once by the postgres image on an empty data directory: a database and a role for Hydra, the same for Diode, each with what it needs.
set -eu

secret() { cat "/run/diode/$1"; }

psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -v hydra_password="$(secret hydra_password)" <<'SQL'
CREATE ROLE hydra LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'hydra_password';
CREATE DATABASE hydra OWNER hydra;
REVOKE ALL ON DATABASE hydra FROM PUBLIC;
CREATE DATABASE diode;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
psql -v ON_ERROR_STOP=1 -q -U postgres -d diode \
  -v diode_migrate_password="$(secret diode_migrate_password)" -v diode_password="$(secret diode_password)" \
  -f /usr/local/share/diode/roles.sql
