#!/usr/bin/env bash
# Proves a backup: nothing in it is damaged, it can be restored, and every row is there.
set -euo pipefail
program='verify-backup'

usage() {
  cat <<'TXT'
Usage: scripts/verify-backup.sh BACKUP [--in-place] [--quiet] [--file COMPOSE_FILE]

Checks every file of a backup against its checksum, restores its databases where nobody uses them, counts the rows of every table, and
compares them with those the backup was made with. Always cleans up; what runs is not touched.

  BACKUP         a folder diode-YYYYMMDDTHHMMSSZ that scripts/backup-diode.sh wrote
  --in-place     for a backup of the Compose form: scratch databases in the running Postgres instead of a container of their own
  --quiet        print only what is wrong
  --file FILE    another compose file, as docker compose -f (or COMPOSE_FILE)

A backup of the Compose form needs Docker (a container of the same Postgres image, without a network); one of the standalone form needs
Node only.

Exit: 0 the backup is good, 1 it is not, 2 usage, 78 something must be set up first.
TXT
}

# shellcheck source=scripts/lib/operate.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/operate.sh"
for part in compose standalone backup-files backup-compose count-table scratch-postgres; do
  # shellcheck source=/dev/null
  . "$ROOT/scripts/lib/$part.sh"
done

backup='' in_place=false
while [ $# -gt 0 ]; do
  if common_option "$@"; then
    shift "$took"
    continue
  fi
  case $1 in
    --in-place) in_place=true ;;
    --quiet) quiet=true ;;
    -*) wrong "unknown option $1" ;;
    *)
      [ -z "$backup" ] || wrong "one backup at a time"
      backup=$(absolute "${1%/}")
      ;;
  esac
  shift
done
[ -n "$backup" ] || wrong "which backup?"

require_backup "$backup"
asked=$form
form=$(metadata "$backup" form)
[ -z "$asked" ] || [ "$asked" = "$form" ] || wrong "$backup is of the $form form."
note "form: $form, taken $(metadata "$backup" taken_at), schema $(metadata "$backup" schema_version)"
verify_checksums "$backup"
note "checksums: good"
tar -tzf "$backup/configuration.tar.gz" >/dev/null || fail "$EXIT_FAULT" "configuration.tar.gz cannot be read."

umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/diode-verify.XXXXXX")
found=$work/found.tsv
trap 'scratch_end; rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "$form" = compose ]; then
  [ "$in_place" = true ] && require_compose
  command -v docker >/dev/null 2>&1 || fail "$EXIT_CONFIG" "docker is not on PATH: https://docs.docker.com/engine/install/"
  for archive in secrets netbox-sim; do
    [ ! -f "$backup/$archive.tar" ] || tar -tf "$backup/$archive.tar" >/dev/null || fail "$EXIT_FAULT" "$archive.tar cannot be read."
  done
  scratch_start
  for database in diode hydra; do scratch_restore "$database" "$backup/databases/$database.dump"; done
else
  tar -tf "$backup/state.tar" >/dev/null || fail "$EXIT_FAULT" "state.tar cannot be read."
  standalone_program standalone/dist/backup-main.js count "$backup/databases/diode" |
    awk -F '\t' '$1 == "rows" { print "diode\t" $2 "\t" $3 }' >"$found" || fail "$EXIT_FAULT" "the rows cannot be put into a database; the lines above say why."
fi

table=$(compare_counts "$backup/counts.tsv" "$found") || {
  say "$table"
  fail "$EXIT_FAULT" "❌ $backup does not hold what it was made with."
}
[ "$quiet" = true ] || say "$table"
note "✅ the backup is good"
