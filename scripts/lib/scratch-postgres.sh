# Where a backup of the Compose form is tried out: a container of the same image that reaches nothing and is reached by nobody, or a
# database of its own in the running server. Sourced, not run; needs scripts/lib/compose.sh and backup-compose.sh.
# shellcheck shell=bash disable=SC2154,SC2317

scratch_container=
scratch_databases=()

scratch_start() {
  if [ "$in_place" = true ]; then
    require_own_databases
    # shellcheck disable=SC2329 # below, and by verify-backup.sh
    scratch_run() { in_postgres "$@"; }
    return
  fi
  local image
  image=$(compose config --images </dev/null 2>/dev/null | grep '^postgres:' | head -n 1) || true
  [ -n "$image" ] || image=$(metadata "$backup" images | tr ' ' '\n' | grep '^postgres:' | head -n 1) || true
  scratch_run() { docker exec -i "$scratch_container" "$@"; }
  # Trust: there is no way to it but docker exec.
  scratch_container=$(docker run -d --rm --network none --label diode.verify=1 --name "diode-verify-$$-$RANDOM" \
    -e POSTGRES_HOST_AUTH_METHOD=trust --shm-size 128m "${image:-postgres:17}" \
    postgres -c fsync=off -c full_page_writes=off -c autovacuum=off -c listen_addresses=127.0.0.1) ||
    fail "$EXIT_FAULT" "no scratch container of ${image:-postgres:17} can be started; the line above says why."
  local waited=0
  # Over TCP: while the image still sets up, only its socket answers.
  until docker exec "$scratch_container" pg_isready -q -h 127.0.0.1 -U postgres </dev/null 2>/dev/null; do
    waited=$((waited + 1))
    [ "$waited" -le 120 ] || fail "$EXIT_FAULT" "the scratch Postgres does not get ready."
    sleep 0.5
  done
  scratch_run psql -X -q -v ON_ERROR_STOP=1 -U postgres <<<'CREATE ROLE hydra NOLOGIN; CREATE ROLE diode_migrate NOLOGIN; CREATE ROLE diode NOLOGIN;'
}

# scratch_restore NAME DUMP: gives the counts as lines DATABASE<tab>TABLE<tab>ROWS.
scratch_restore() {
  local database="diode_verify_${1}_$$"
  scratch_run createdb -U postgres "$database" </dev/null || fail "$EXIT_FAULT" "no scratch database can be made; the line above says why."
  scratch_databases+=("$database")
  scratch_run pg_restore -U postgres -d "$database" --exit-on-error --single-transaction <"$2" ||
    fail "$EXIT_FAULT" "the dump of $1 cannot be restored; the lines above say why."
  scratch_run psql -X -q -A -t -F $'\t' -v ON_ERROR_STOP=1 -U postgres -d "$database" -f - <<<"$COUNT_ROWS" |
    awk -F '\t' -v database="$1" 'NF == 2 { print database "\t" $0 }' >>"$found"
}

scratch_end() {
  if [ -n "$scratch_container" ]; then
    docker rm -f -v "$scratch_container" >/dev/null 2>&1 || true
    scratch_container=
    return
  fi
  local database
  for database in ${scratch_databases[@]+"${scratch_databases[@]}"}; do
    in_postgres dropdb -U postgres --if-exists --force "$database" </dev/null >/dev/null 2>&1 || complain "the scratch database $database is left; drop it."
  done
}
