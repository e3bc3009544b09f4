# The parts of a backup of the Compose form. Sourced, not run; needs scripts/lib/compose.sh and backup-files.sh.
# shellcheck shell=bash disable=SC2154,SC2034

# Two databases have no snapshot in common. Snapshots of both are opened until they show the same state of the server: which transactions
# count as done is known for the server as a whole, so two equal ones are one point. A server too busy for that says how far apart they are.
# Runs inside the container, holds both snapshots until its input ends. Prints: DIODE_SNAPSHOT HYDRA_SNAPSHOT equal|apart MILLISECONDS INSTANT
HOLD_SNAPSHOTS=$(
  cat <<'SH'
set -eu
dir=$(mktemp -d /tmp/diode-backup.XXXXXX)
trap 'rm -rf "$dir"' EXIT
for name in diode hydra; do
  mkfifo "$dir/$name.in" "$dir/$name.out"
  psql -X -q -A -t -v ON_ERROR_STOP=1 -U postgres -d "$name" <"$dir/$name.in" >"$dir/$name.out" &
done
exec 3>"$dir/diode.in" 4<"$dir/diode.out" 5>"$dir/hydra.in" 6<"$dir/hydra.out"
begin="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_current_snapshot(), extract(epoch FROM clock_timestamp()), to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"');"
same=apart
for try in $(seq 1 60); do
  [ "$try" = 1 ] || { echo "COMMIT;" >&3; echo "COMMIT;" >&5; }
  echo "$begin" >&3; echo "$begin" >&5
  IFS='|' read -r one first at <&4
  IFS='|' read -r other second _ <&6
  [ "$one" != "$other" ] || { same=equal; break; }
done
echo "SELECT pg_export_snapshot();" >&3; echo "SELECT pg_export_snapshot();" >&5
read -r diode <&4
read -r hydra <&6
apart=$(awk -v a="$first" -v b="$second" 'BEGIN { d = (b - a) * 1000; printf "%.1f", d < 0 ? -d : d }')
echo "$diode $hydra $same $apart $at"
cat >/dev/null
SH
)

COUNT_ROWS=$(
  cat <<'SQL'
SELECT format('SELECT %L, count(*) FROM %I.%I', c.relname, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY c.relname COLLATE "C" \gexec
SQL
)

in_postgres() { compose exec -T postgres "$@"; }

require_own_databases() {
  refuse_foreign_databases "back that up where it runs (pg_dump --format=custom of both databases), and keep .env and the secrets volumes with it."
  [ -n "$(compose ps -q --status running postgres </dev/null)" ] ||
    fail "$EXIT_FAULT" "postgres does not run. First: docker compose up -d --wait postgres"
}

# backup_compose DIR
backup_compose() {
  local dir=$1 diode hydra netbox_url
  mkdir "$dir/databases"
  note "databases ..."
  coproc HOLDER { in_postgres bash -c "$HOLD_SNAPSHOTS"; }
  local from=${HOLDER[0]} to=${HOLDER[1]} holder=$HOLDER_PID
  read -r -t 120 -u "$from" diode hydra point_same point_apart_ms taken_at || fail "$EXIT_FAULT" "Postgres gives no snapshot; the lines above say why."
  dump_database diode "$diode" "$dir"
  dump_database hydra "$hydra" "$dir"
  schema_version=$(in_snapshot diode "$diode" <<<'SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1;')
  postgres_version=$(in_snapshot diode "$diode" <<<"SHOW server_version;")
  exec {to}>&-
  wait "$holder" || fail "$EXIT_FAULT" "the snapshots were lost while the databases were copied."

  note "clients, secrets ..."
  bootstrap_in_compose list --json >"$dir/clients.json" || fail "$EXIT_FAULT" "the clients cannot be listed: is Hydra up? (docker compose logs --tail 30 hydra)"
  compose run --rm --no-deps -T --entrypoint sh diode-init -c 'cd /secrets && exec tar -cf - *' </dev/null >"$dir/secrets.tar"
  netbox_url=$(compose_setting DIODE_NETBOX_URL '')
  if [ -z "$netbox_url" ] && compose config --services | grep -qx netbox-sim; then
    # Its journal grows while it is read; what is in it up to there is a state it had.
    compose run --rm --no-deps -T --entrypoint tar netbox-sim -C /data -cf - . </dev/null >"$dir/netbox-sim.tar" || [ $? -eq 1 ]
  fi
  images=$(compose config --images </dev/null | sort -u | tr '\n' ' ')
  if [ "$point_same" = equal ]; then
    point="one point: the snapshots of diode and hydra show the same state of the server (SELECT pg_current_snapshot() in both)"
  else
    point="two points $point_apart_ms ms apart: the server was too busy for equal snapshots of diode and hydra; a token or client made between them is in one only"
  fi
  point+="; clients.json, the secrets volumes and the stand-in's data are read in the seconds after it"
}

dump_database() {
  in_postgres pg_dump -U postgres -d "$1" --format=custom --snapshot="$2" --no-password </dev/null >"$3/databases/$1.dump" ||
    fail "$EXIT_FAULT" "pg_dump of $1 failed; the lines above say why."
  in_snapshot "$1" "$2" <<<"$COUNT_ROWS" | awk -F '\t' -v database="$1" 'NF == 2 { print database "\t" $0 }' >>"$3/counts.tsv"
}

# in_snapshot DATABASE SNAPSHOT <SQL: rows as lines, fields by tabs.
in_snapshot() {
  { printf "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '%s';\n" "$2"; cat; } |
    in_postgres psql -X -q -A -t -F $'\t' -v ON_ERROR_STOP=1 -U postgres -d "$1" -f -
}
