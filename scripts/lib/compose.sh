# The Compose form: one way to call it, and what runs in it. Sourced, not run; needs scripts/lib/operate.sh.
# shellcheck shell=bash

# shellcheck source=scripts/lib/compose-settings.sh
. "$ROOT/scripts/lib/compose-settings.sh"

# Standard input is nobody's, unless the caller says `<`: a container would eat the rest of a loop's list.
compose() { (cd "$ROOT" && exec docker compose "$@"); }

# Is there something to ask? Not where Docker or Compose are absent, or cannot read our files; unless containers of this checkout are there:
# then whatever comes instead of them would be wrong. Not in $(...): it may end the script.
compose_answers() {
  command -v docker >/dev/null 2>&1 || return 1
  if compose_words=$(compose ps -q 2>&1 >/dev/null); then
    compose_words=
    return 0
  fi
  compose_words="Compose says: ${compose_words##*$'\n'}"
  [ -z "$(docker ps -aq --filter "label=com.docker.compose.project.working_dir=$ROOT" 2>/dev/null)" ] ||
    fail "$EXIT_CONFIG" "there are containers of this checkout, and Compose cannot be asked about them. $compose_words"
  return 1
}
compose_words=

require_compose() {
  command -v docker >/dev/null 2>&1 || fail "$EXIT_CONFIG" "docker is not on PATH: https://docs.docker.com/engine/install/"
  local words
  words=$(compose config --quiet 2>&1) || fail "$EXIT_CONFIG" "Compose cannot read its files: $words"
  words=$(compose ps -q 2>&1) || fail "$EXIT_CONFIG" "the Docker engine does not answer: $words"
  compose_take_settings
}

# The settings and the name of the project, for compose_setting and compose_project. Not in $(...): it may end the script.
compose_take_settings() {
  read_compose_settings "$ROOT" || fail "$EXIT_CONFIG" "Compose does not say what .env holds: $compose_settings_error"
  project_name=$(compose config </dev/null 2>/dev/null | sed -n 's/^name: *//p' | head -n 1) || true
  [ -n "$project_name" ] || fail "$EXIT_CONFIG" "Compose does not say the name of the project: docker compose config"
}

compose_project() { printf '%s' "$project_name"; }

# refuse_foreign_databases WORDS: what works on the Postgres of these containers would otherwise work on one that is idle.
refuse_foreign_databases() {
  local name value
  for name in DIODE_DATABASE_URL HYDRA_DATABASE_URL DIODE_DATABASE_URL_FILE HYDRA_DATABASE_URL_FILE; do
    value=$(compose_setting "$name" '') || fail "$EXIT_CONFIG" "the settings were not read."
    [ -z "$value" ] || fail "$EXIT_CONFIG" "$name names a Postgres of your own: $1"
  done
}

# The files that what runs was made from, when nobody says otherwise: docker-compose.ha.yml has the same project name. Going over from one
# to the other leaves what is the same in both as it was, so the files that name every running service are the ones.
compose_follow_running() {
  [ -z "${COMPOSE_FILE:-}" ] || return 0
  local running files services
  local label=com.docker.compose
  running=$(docker ps --filter "label=$label.project=$(compose_project)" --format "{{.Label \"$label.service\"}}" | sort -u)
  [ -n "$running" ] || return 0
  services=$(compose config --services </dev/null | sort)
  [ -n "$(comm -23 <(printf '%s\n' "$running") <(printf '%s\n' "$services"))" ] || return 0
  while IFS= read -r files; do
    services=$(COMPOSE_FILE=${files//,/:} compose config --services </dev/null 2>/dev/null | sort) || continue
    [ -z "$(comm -23 <(printf '%s\n' "$running") <(printf '%s\n' "$services"))" ] || continue
    note "taking the files that run: $files"
    export COMPOSE_FILE=${files//,/:}
    return 0
  done < <(docker ps --filter "label=$label.project=$(compose_project)" --format "{{.Label \"$label.project.config_files\"}}" | sort -u)
}

# Services of the files whose name is NAME or NAME-1, NAME-2, ...
compose_services_like() {
  compose config --services </dev/null | grep -E "^($1)(-[0-9]+)?\$" | sort || true
}

# diode-auth-bootstrap with a command of its own: list, show, add, rotate, remove.
bootstrap_in_compose() {
  compose run --rm -T --no-deps diode-auth-bootstrap node services/auth/dist/bootstrap-main.js "$@" </dev/null
}
