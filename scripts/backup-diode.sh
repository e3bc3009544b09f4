#!/usr/bin/env bash
# A backup of all that Diode cannot make again: databases, clients, secrets, configuration.
set -euo pipefail
program='backup-diode'

usage() {
  cat <<'TXT'
Usage: scripts/backup-diode.sh [--out DIR] [--keep N] [--quiet] [--compose | --standalone] [--file COMPOSE_FILE]

Writes DIR/diode-YYYYMMDDTHHMMSSZ and prints its path. It is whole or not there. Diode goes on meanwhile.
IT HOLDS SECRETS (passwords, client secrets, keys): folder 0700, files 0600; keep it where only you can read it.

  --out DIR      where to; default BACKUP_DIR, else backup/ in the checkout
  --keep N       then remove all but the newest N backups in DIR; nothing that is not one of ours is touched
  --quiet        print the path only
  --compose      the Compose project of this checkout (the default when it is up; also DIODE_FORM=compose):
                 pg_dump of the databases diode and hydra at one point, secrets volumes, the stand-in's data
  --standalone   the standalone in DIODE_DATA_DIR (.diode), running or not; needs no pg_dump
  --file FILE    another compose file, as docker compose -f (or COMPOSE_FILE); what runs is found by itself

Redis is left out: it carries keys of work that Postgres holds. So is NetBox, unless it is the stand-in.
scripts/verify-backup.sh proves a backup, scripts/restore-diode.sh brings it back.

Exit: 0 done, 1 it failed (nothing is left behind), 2 usage, 78 something must be set up first.
TXT
}

# shellcheck source=scripts/lib/operate.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/operate.sh"
for part in compose standalone backup-files backup-compose backup-standalone; do
  # shellcheck source=/dev/null
  . "$ROOT/scripts/lib/$part.sh"
done

out=${BACKUP_DIR:-$ROOT/backup} keep=
while [ $# -gt 0 ]; do
  if common_option "$@"; then
    shift "$took"
    continue
  fi
  case $1 in
    --out | --keep)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      if [ "$1" = --out ]; then out=$2; else keep=$2; fi
      shift
      ;;
    --quiet) quiet=true ;;
    *) wrong "unknown option $1" ;;
  esac
  shift
done
case $keep in *[!0-9]* | 0) wrong "--keep is a number from 1 on, not \"$keep\"" ;; esac
[ -n "$out" ] || wrong "--out needs a folder"
out=$(absolute "$out")

choose_form
[ "$form" = standalone ] || require_own_databases
umask 077
mkdir -p "$out" || fail "$EXIT_CONFIG" "the folder $out cannot be made."
out=$(cd "$out" && pwd)
[ -w "$out" ] || fail "$EXIT_CONFIG" "the folder $out cannot be written."
lock_directory "$out"
# Left by one that was killed; nobody else works here now.
find "$out" -mindepth 1 -maxdepth 1 -type d -name '.incomplete-diode-*' -exec rm -rf -- {} +

name=diode-$(date -u +%Y%m%dT%H%M%SZ)
while [ -e "$out/$name" ]; do
  sleep 1
  name=diode-$(date -u +%Y%m%dT%H%M%SZ)
done
work=$out/.incomplete-$name
trap 'rm -rf -- "$work" "$out/.sums.$$" "$out/.metadata.$$"; unlock_directory' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work"

# What backup_compose or backup_standalone found out.
taken_at='' schema_version='' postgres_version='' images='' point='' point_same='' point_apart_ms=0
"backup_$form" "$work"
note "configuration ..."
save_configuration "$work/configuration.tar.gz"
metadata_lines=(
  '"kind": "diode-backup"'
  "\"format\": $BACKUP_FORMAT"
  "\"name\": \"$name\""
  "\"form\": \"$form\""
  "\"taken_at\": \"$taken_at\""
  "\"diode_version\": \"$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$ROOT/package.json")\""
  "\"schema_version\": \"$schema_version\""
  "\"postgres\": $(json_string "$postgres_version")"
  "\"images\": $(json_string "${images% }")"
  "\"point\": { \"equal_snapshots\": $([ "$point_same" = equal ] && echo true || echo false), \"apart_ms\": $point_apart_ms, \"how\": $(json_string "$point") }"
)
write_metadata "$work" "${metadata_lines[@]}"
write_checksums "$work"
find "$work" -type f -exec chmod 600 {} +
find "$work" -type d -exec chmod 700 {} +
sync
mv "$work" "$out/$name"
note "✅ Backup completed: $out/$name ($(du -sh "$out/$name" | cut -f 1 | tr -d ' '))"
note "${point%%;*}"
note "it holds secrets: keep it where only you can read it"
say "$out/$name"
[ -z "$keep" ] || remove_old_backups "$out" "$keep"
