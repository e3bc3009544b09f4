# The Compose form: one way to call it, and what runs in it. Sourced, not run; needs scripts/lib/operate.sh.
# shellcheck shell=bash

# Standard input is nobody's, unless the caller says `<`: a container would eat the rest of a loop's list.
compose() { (cd "$ROOT" && exec docker compose "$@"); }

compose_answers() {
  command -v docker >/dev/null 2>&1 && compose ps -q >/dev/null 2>&1
}

require_compose() {
  command -v docker >/dev/null 2>&1 || fail "$EXIT_CONFIG" "docker is not on PATH: https://docs.docker.com/engine/install/"
  local words
  words=$(compose config --quiet 2>&1) || fail "$EXIT_CONFIG" "Compose cannot read its files: $words"
  words=$(compose ps -q 2>&1) || fail "$EXIT_CONFIG" "the Docker engine does not answer: $words"
}

compose_project() {
  [ -n "${project_name:-}" ] || project_name=$(compose config 2>/dev/null | sed -n 's/^name: *//p' | head -n 1)
  printf '%s' "$project_name"
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

# A setting as Compose sees it: the environment, then .env, then the default.
compose_setting() {
  local value=${!1:-}
  if [ -z "$value" ]; then
    [ -n "${compose_environment+set}" ] || compose_environment=$(compose config --environment 2>/dev/null || true)
    value=$(sed -n "s/^$1=//p" <<<"$compose_environment")
  fi
  printf '%s' "${value:-$2}"
}

# Services of the files whose name is NAME or NAME-1, NAME-2, ...
compose_services_like() {
  compose config --services </dev/null | grep -E "^($1)(-[0-9]+)?\$" | sort || true
}

# diode-auth-bootstrap with a command of its own: list, show, add, rotate, remove.
bootstrap_in_compose() {
  compose run --rm -T --no-deps diode-auth-bootstrap node services/auth/dist/bootstrap-main.js "$@" </dev/null
}
