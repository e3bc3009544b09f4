#!/usr/bin/env bash
# Restarts what runs, one container after the other, each healthy and known to nginx before the next.
set -euo pipefail
program='rolling-restart'

usage() {
  cat <<'TXT'
Usage: scripts/rolling-restart.sh [--upgrade] [--timeout SECONDS] [--quiet] [--file COMPOSE_FILE] [SERVICE...]

Restarts Hydra, auth, ingester, reconciler and nginx of the Compose form, one container after the other. The next one is touched when the one
before is healthy and every nginx sends it requests again; the first that does not come back stops all. With docker-compose.ha.yml clients
notice nothing they do not retry; where a service has one instance only, they get 502 or 503 while it restarts.

  SERVICE        only these; diode-ingester means diode-ingester-1 and -2 too. Postgres and Redis are restarted only when they are named
  --upgrade      makes the containers anew, from the images and settings of now (docs/upgrading.md), instead of restarting them;
                 what has not changed is left running
  --timeout S    how long one may take until it is healthy again (180)
  --quiet        says only what goes wrong
  --file FILE    another compose file, as docker compose -f (or COMPOSE_FILE); what runs is found by itself

Exit: 0 all are restarted, 1 one did not come back (the rest is as it was), 2 usage, 78 nothing runs.
TXT
}

# shellcheck source=scripts/lib/operate.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/operate.sh"
# shellcheck source=scripts/lib/compose.sh
. "$ROOT/scripts/lib/compose.sh"

readonly IN_TURN=(hydra diode-auth diode-ingester diode-reconciler 'ingress-nginx|nginx-lb')
upgrade=false
timeout=180
named=()
while [ $# -gt 0 ]; do
  if common_option "$@"; then
    shift "$took"
    continue
  fi
  case $1 in
    --upgrade) upgrade=true ;;
    --timeout)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      timeout=$2
      shift
      ;;
    --quiet) quiet=true ;;
    -*) wrong "unknown option $1" ;;
    *) named+=("$1") ;;
  esac
  shift
done
[[ $timeout =~ ^[1-9][0-9]*$ ]] || wrong "--timeout is a number of seconds, not \"$timeout\""
[ "$form" != standalone ] || wrong "the standalone is one process: stop it and start it again"
[[ ${named[*]-} =~ ^[A-Za-z0-9_.\ -]*$ ]] || wrong "a service's name has letters, digits, dots, dashes and underscores"
require_compose
compose_follow_running

# What runs: lines "SERVICE CONTAINER". One look: a call of Compose costs seconds on a busy machine.
running() {
  local label=com.docker.compose
  docker ps --filter "label=$label.project=$(compose_project)" --filter "label=$label.oneoff=False" --format "{{.Label \"$label.service\"}} {{.ID}}"
}

# Services that run and are called NAME or NAME-1, NAME-2, ...
services_like() {
  awk '{ print $1 }' <<<"$found" | sort -u | grep -E "^($1)(-[0-9]+)?\$" || true
}

containers_of() { awk -v name="$1" '$1 == name { print $2 }' <<<"$found"; }

# "running healthy", "running" for one without a health check, "exited unhealthy", ...
state_of() {
  docker inspect --format '{{.State.Status}}{{if .State.Health}} {{.State.Health.Status}}{{end}}' "$1" 2>/dev/null || echo gone
}

# wait_for SECONDS COMMAND...: asks twice a second.
wait_for() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$limit" ] || return 1
    sleep 0.5
  done
}

is_well() {
  case $(state_of "$1") in
    'running healthy' | running) ;;
    *) return 1 ;;
  esac
}

# Every nginx that runs has one of the addresses of a container among its upstreams, unless the container is nobody's upstream.
is_known() {
  local service=$1 id=$2 nginx addresses
  case $service in hydra* | diode-auth* | diode-ingester* | diode-reconciler*) ;; *) return 0 ;; esac
  addresses=$(docker inspect --format '{{range .NetworkSettings.Networks}}server {{.IPAddress}}:{{println}}{{end}}' "$id")
  for nginx in $nginxes; do
    docker exec "$nginx" cat /tmp/upstreams.conf </dev/null 2>/dev/null | grep -qF "$addresses" || return 1
  done
}

restart_container() {
  local grace
  grace=$(docker inspect --format '{{if .Config.StopTimeout}}{{.Config.StopTimeout}}{{else}}10{{end}}' "$1")
  docker restart --time "$grace" "$1" >/dev/null
}

upgrade_service() {
  local count scale=()
  count=$(containers_of "$1" | grep -c .)
  # Without it, a service that was scaled would be one again.
  [ "$count" -eq 1 ] || scale=(--scale "$1=$count")
  compose up --detach --no-deps ${scale[@]+"${scale[@]}"} "$1" </dev/null >&2
  found=$(running)
}

came_back() {
  local service=$1 id=$2
  if ! wait_for "$timeout" is_well "$id"; then
    complain "$service is $(state_of "$id") after $timeout seconds; see: docker compose logs --tail 30 $service"
    return 1
  fi
  if ! wait_for 60 is_known "$service" "$id"; then
    complain "$service is healthy, but nginx does not find it; see: docker compose logs --tail 30 $service_of_nginx"
    return 1
  fi
  # nginx was told; its workers change over.
  sleep 1
  note "$service: healthy after $((SECONDS - began)) s"
}

stop_here() { fail "$EXIT_FAULT" "$1 did not come back: what comes after it is left as it was."; }

found=$(running)
[ -n "$found" ] || fail "$EXIT_CONFIG" "nothing runs: docker compose up -d --wait"
service_of_nginx=$(services_like "${IN_TURN[-1]}" | tr '\n' ' ')
in_turn=()
for one in "${named[@]-}"; do
  [ -n "$one" ] || continue
  [ -n "$(services_like "$one")" ] || wrong "no service $one runs"
  mapfile -t -O "${#in_turn[@]}" in_turn < <(services_like "$one")
done
if [ ${#named[@]} -eq 0 ]; then
  for one in "${IN_TURN[@]}"; do mapfile -t -O "${#in_turn[@]}" in_turn < <(services_like "$one"); done
fi

for service in "${in_turn[@]}"; do
  began=$SECONDS
  [ "$upgrade" = false ] || upgrade_service "$service" || stop_here "$service"
  nginxes=$(for one in $service_of_nginx; do [ "$one" = "$service" ] || containers_of "$one"; done)
  for id in $(containers_of "$service"); do
    if [ "$upgrade" = false ]; then
      began=$SECONDS
      restart_container "$id" || stop_here "$service"
    fi
    came_back "$service" "$id" || stop_here "$service"
  done
done
