# The way back of the standalone form. Sourced, not run; needs scripts/lib/standalone.sh and backup-files.sh.
# shellcheck shell=bash disable=SC2154,SC2317

# Built beside and renamed into place, so that the data directory is the old or the new one whole.
restore_standalone() {
  local to aside
  to=$(standalone_dir)
  ! standalone_runs || fail "$EXIT_CONFIG" "a standalone runs in $to (process $(connection pid)): stop it first."
  if [ -e "$to" ] && [ -n "$(find "$to" -mindepth 1 -maxdepth 1 ! -name '*.log' -print -quit)" ]; then
    complain "$to holds data already: $(find "$to" -mindepth 1 -maxdepth 1 ! -name '*.log' -exec basename {} \; | sort | tr '\n' ' ')"
    [ "$force" = true ] || fail "$EXIT_CONFIG" "nothing was changed. With --force it is set aside beside itself; or name another DIODE_DATA_DIR."
    confirm "It is set aside, and ${backup##*/} takes its place."
  else
    confirm "Restores ${backup##*/} into $to."
  fi
  draft=$to.restoring-$$
  # shellcheck disable=SC2329 # by the trap of restore-diode.sh
  restore_interrupted() { rm -rf -- "$draft"; }
  (umask 022 && mkdir -p "$draft")
  note "issuer, clients, secrets ..."
  tar -C "$draft" -xf "$backup/state.tar"
  chmod 755 "$draft"
  note "database ..."
  local found key table rows code=0
  found=$(standalone_program standalone/dist/backup-main.js load "$backup/databases/diode" --into "$draft") || code=$?
  [ "$code" -eq 0 ] || fail "$code" "the rows cannot be put back; the lines above say why. $to is as it was."
  while IFS=$'\t' read -r key table rows; do
    case $key in
      rows) printf 'diode\t%s\t%s\n' "$table" "$rows" >>"$work/found.tsv" ;;
      migrated) note "migrated: $table" ;;
    esac
  done <<<"$found"
  compare_counts "$backup/counts.tsv" "$work/found.tsv" >"$work/table" || {
    cat "$work/table" >&2
    fail "$EXIT_FAULT" "not every row came back. $to is as it was."
  }
  note "rows: $(tail -n 1 "$work/table")"
  if [ -e "$to" ]; then
    aside=$to.before-restore-$(date -u +%Y%m%dT%H%M%SZ)
    mv "$to" "$aside"
    note "what was there: $aside"
  fi
  mv "$draft" "$to"
  # shellcheck disable=SC2329 # by the trap of restore-diode.sh
  restore_interrupted() { :; }
  restore_configuration
  note "✅ restored from ${backup##*/} into $to; start it with ./quickstart.sh or npm start"
}
