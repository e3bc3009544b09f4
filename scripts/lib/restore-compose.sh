# The way back of the Compose form. Sourced, not run; needs scripts/lib/compose.sh and backup-files.sh.
# shellcheck shell=bash disable=SC2154,SC2317

restore_compose() {
  require_compose
  compose_follow_running
  note "project: $(compose_project)"
  refuse_foreign_databases "restore into that with pg_restore, where it runs."
  refuse_newer_schema
  make_room
  restore_configuration
  # .env may have come back, and with it other names.
  compose_take_settings
  # shellcheck disable=SC2329 # by the trap of restore-diode.sh
  restore_interrupted() { complain "it is half restored: run the same command again with --force."; }

  note "secrets ..."
  fill_volumes diode-init /secrets "$backup/secrets.tar"
  if [ -f "$backup/netbox-sim.tar" ]; then
    note "data of the stand-in ..."
    fill_volumes netbox-sim /data "$backup/netbox-sim.tar"
  fi
  note "Postgres ..."
  compose up -d --wait --no-deps postgres </dev/null >"$work/up.log" 2>&1 || fail_up postgres
  local database
  for database in diode hydra; do restore_database "$database"; done
  compare_counts "$backup/counts.tsv" "$work/found.tsv" >"$work/table" || {
    cat "$work/table" >&2
    fail "$EXIT_FAULT" "not every row came back."
  }
  note "rows: $(tail -n 1 "$work/table")"
  note "everything ..."
  compose up -d --wait --wait-timeout 300 </dev/null >"$work/up.log" 2>&1 || fail_up
  # shellcheck disable=SC2329 # by the trap of restore-diode.sh
  restore_interrupted() { :; }
  note "✅ restored from ${backup##*/}; scripts/health-check.sh says how it is"
}

# fill_volumes SERVICE FOLDER ARCHIVE
fill_volumes() {
  compose run --rm --no-deps -T --entrypoint tar "$1" -C "$2" -xf - <"$3" 2>"$work/fill.log" ||
    fail "$EXIT_FAULT" "the volumes of $1 cannot be filled: $(tail -n 3 "$work/fill.log")"
}

restore_database() {
  note "database $1 ..."
  in_postgres pg_restore -U postgres -d "$1" --exit-on-error --single-transaction --no-password <"$backup/databases/$1.dump" ||
    fail "$EXIT_FAULT" "the database $1 cannot be restored; the lines above say why."
  # The planner would take fresh tables for empty ones.
  in_postgres psql -X -q -v ON_ERROR_STOP=1 -U postgres -d "$1" -c ANALYZE </dev/null
  in_postgres psql -X -q -A -t -F $'\t' -v ON_ERROR_STOP=1 -U postgres -d "$1" -f - <<<"$COUNT_ROWS" |
    awk -F '\t' -v database="$1" 'NF == 2 { print database "\t" $0 }' >>"$work/found.tsv"
}

fail_up() {
  tail -n 15 "$work/up.log" >&2
  fail "$EXIT_FAULT" "not every container got healthy; docker compose ps -a, and docker compose logs --tail 30 ${1:-NAME}, say why."
}

# The migrations the image has; one that the backup has and the image has not is from a newer version.
refuse_newer_schema() {
  local known wanted image
  wanted=$(metadata "$backup" schema_version)
  image=$(compose config --images diode-migrate </dev/null | grep reconciler | head -n 1)
  # Not `compose run`: that would make the project's volumes, and they would look like data.
  known=$(docker run --rm --network none --entrypoint ls "$image" packages/store/migrations </dev/null) ||
    fail "$EXIT_CONFIG" "the image $image cannot be run; docker compose build makes it. The lines above say more."
  grep -qx -- "$wanted.sql" <<<"$known" ||
    fail "$EXIT_CONFIG" "the backup has the schema $wanted, and these images know it only up to $(tail -n 1 <<<"$known" | sed 's/\.sql$//'): restore with the version that made it ($(metadata "$backup" diode_version)), or a newer one."
}

# Volumes of this project that the backup fills. Where there are some, there are data.
make_room() {
  local volumes=() name
  mapfile -t volumes < <(docker volume ls -q --filter "label=com.docker.compose.project=$(compose_project)" |
    grep -E "^$(compose_project)_(postgres-data|netbox-sim-data|secrets-.*)\$" || true)
  if [ ${#volumes[@]} -eq 0 ]; then
    confirm "Restores ${backup##*/} into the project $(compose_project)."
    return
  fi
  complain "the project $(compose_project) has data already: $(present_data)"
  complain "volumes that would be removed: ${volumes[*]}"
  [ "$force" = true ] ||
    fail "$EXIT_CONFIG" "nothing was changed. Take a backup of it (scripts/backup-diode.sh), then say --force; or docker compose down -v."
  confirm "All of it is replaced by ${backup##*/}."
  note "stopping and removing what is there ..."
  compose --profile '*' down </dev/null >"$work/down.log" 2>&1 || fail "$EXIT_FAULT" "it cannot be stopped: $(tail -n 3 "$work/down.log")"
  for name in "${volumes[@]}"; do
    docker volume rm "$name" >/dev/null || fail "$EXIT_FAULT" "the volume $name is in use; see docker ps -a --filter volume=$name, stop that, and run this again."
  done
}

present_data() {
  local counted
  counted=$(in_postgres psql -X -q -A -t -U postgres -d diode -c "SELECT (SELECT count(*) FROM syncs) || ' syncs, the last of ' || coalesce((SELECT max(finished_at)::text FROM receipts), 'never')" </dev/null 2>/dev/null) || true
  say "${counted:-Postgres does not run, so what is in it is not known}"
}
