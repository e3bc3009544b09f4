#!/usr/bin/env bash
# Brings a backup back: the same secrets, clients, keys and receipts.
set -euo pipefail
program='restore-diode'

usage() {
  cat <<'TXT'
Usage: scripts/restore-diode.sh BACKUP [--yes] [--force] [--config] [--file COMPOSE_FILE]

Checks the backup first. Then puts it back into fresh volumes (Compose) or a fresh data directory (standalone), and in the Compose form
brings everything up. Works after `docker compose down -v`. Where there are data it refuses and says which.

  BACKUP         a folder diode-YYYYMMDDTHHMMSSZ that scripts/backup-diode.sh wrote
  --yes          do not ask
  --force        in place of the data there are. Compose: their volumes are removed; standalone: the folder is set aside.
                 Take a backup of them before
  --config       put the configuration of the backup back too, over what the checkout has (.env, config/, nginx/, oauth2/, compose files);
                 without it only files that are missing are put back, and those that differ are named
  --file FILE    another compose file, as docker compose -f (or COMPOSE_FILE)

What was accepted after the backup is not in it. A backup of a newer schema than this version knows is refused; an older one is migrated.

Exit: 0 restored, 1 it failed, 2 usage, 78 something stands in the way (data, a running system, a newer backup).
TXT
}

# shellcheck source=scripts/lib/operate.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/operate.sh"
for part in compose standalone backup-files backup-compose backup-standalone count-table restore-compose restore-standalone restore-configuration; do
  # shellcheck source=/dev/null
  . "$ROOT/scripts/lib/$part.sh"
done

backup='' yes=false force=false with_config=false
# The parts read what is set here.
# shellcheck disable=SC2034
while [ $# -gt 0 ]; do
  if common_option "$@"; then
    shift "$took"
    continue
  fi
  case $1 in
    --yes | -y) yes=true ;;
    --force) force=true ;;
    --config) with_config=true ;;
    -*) wrong "unknown option $1" ;;
    *)
      [ -z "$backup" ] || wrong "one backup at a time"
      backup=$(absolute "${1%/}")
      ;;
  esac
  shift
done
[ -n "$backup" ] || wrong "which backup?"

confirm() {
  [ "$yes" = false ] || return 0
  [ -t 0 ] || fail "$EXIT_CONFIG" "there is nobody to ask: say --yes."
  local answer
  read -r -p "$1 Type yes to go on: " answer
  [ "$answer" = yes ] || fail "$EXIT_FAULT" "nothing was changed."
}

require_backup "$backup"
asked=$form
form=$(metadata "$backup" form)
[ -z "$asked" ] || [ "$asked" = "$form" ] || wrong "$backup is of the $form form."
verify_checksums "$backup"
note "form: $form; the backup of $(metadata "$backup" taken_at) is whole, schema $(metadata "$backup" schema_version)"
umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/diode-restore.XXXXXX")
trap 'rm -rf -- "$work"; restore_interrupted' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
restore_interrupted() { :; }
"restore_$form"
