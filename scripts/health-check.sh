#!/usr/bin/env bash
# What is well and what is not, with the first command for what is not.
set -euo pipefail
program='health-check'

usage() {
  cat <<'TXT'
Usage: scripts/health-check.sh [--json] [--quiet] [--compose | --standalone] [--file COMPOSE_FILE]

Looks at every part of a running Diode and asks for a token as a real client would. Needs curl and, in the Compose form, docker.
A certificate that ends within 14 days is a warning (status "warn"), one that ended or is the wrong one is down.

  --json         one object: {"status":"ok"|"down","form":…,"checks":[{"name","status","detail","next"}]}
  --quiet        says only what is down, and warnings
  --compose      the Compose project of this checkout (the default when it is up; also DIODE_FORM=compose)
  --standalone   the standalone that runs in DIODE_DATA_DIR (.diode)
  --file FILE    another compose file, as docker compose -f (or COMPOSE_FILE); what runs is found by itself

Exit: 0 all is well, or there are warnings only, 1 something is down, 2 usage, 78 there is nothing to look at.
TXT
}

# shellcheck source=scripts/lib/operate.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/operate.sh"
# shellcheck source=scripts/lib/compose.sh
. "$ROOT/scripts/lib/compose.sh"
# shellcheck source=scripts/lib/standalone.sh
. "$ROOT/scripts/lib/standalone.sh"
# shellcheck source=scripts/lib/checks.sh
. "$ROOT/scripts/lib/checks.sh"

while [ $# -gt 0 ]; do
  if common_option "$@"; then
    shift "$took"
    continue
  fi
  case $1 in
    --json) json=true ;;
    --quiet) quiet=true ;;
    *) wrong "unknown option $1" ;;
  esac
  shift
done
command -v curl >/dev/null 2>&1 || fail "$EXIT_CONFIG" "curl is not on PATH; install it (Debian: apt-get install curl) and run this again."

check_compose() {
  local host ports=() issuers=() tls=() nginxes=() hydras=() services=() name index container
  host=$(compose_setting DIODE_PUBLISH_HOST localhost)
  case $host in 0.0.0.0 | ::) host=localhost ;; *:*) host="[$host]" ;; esac
  ports=("$(compose_setting DIODE_PORT 8080)" "$(compose_setting DIODE_PORT_2 8081)")
  issuers=("$(compose_setting DIODE_ISSUER_PORT 4444)" "$(compose_setting DIODE_ISSUER_PORT_2 4446)")
  tls=("$(compose_setting DIODE_TLS_PORT 8443)" "$(compose_setting DIODE_TLS_PORT_2 8444)")
  mapfile -t nginxes < <(compose_services_like 'ingress-nginx|nginx-lb')
  mapfile -t hydras < <(compose_services_like hydra)

  head_line "Container Status:"
  [ "$json$quiet" != falsefalse ] || compose ps --format "table {{.Name}}\t{{.Status}}\t{{.Ports}}" </dev/null
  head_line ""
  head_line "Service Health Checks:"
  for index in "${!nginxes[@]}"; do
    name="Nginx Ingress$(of_several "$index" "${#nginxes[@]}")"
    check_url "$name" Healthy Unhealthy "http://$host:${ports[index]:-0}/health" "$docker_compose logs --tail 30 ${nginxes[index]}"
  done
  for index in "${!nginxes[@]}"; do
    name="Ory Hydra$(of_several "$index" "${#nginxes[@]}")"
    check_url "$name" Ready "Not Ready" "http://$host:${issuers[index]:-0}/health/ready" "$docker_compose logs --tail 30 ${hydras[*]} ${nginxes[index]}"
  done
  # These have Node.
  mapfile -t services < <(compose_services_like 'diode-(auth|ingester|reconciler)')
  container=$(compose ps -q --status running "${services[@]}" </dev/null 2>/dev/null | head -n 1) || true
  for index in "${!nginxes[@]}"; do
    name="TLS Certificate$(of_several "$index" "${#nginxes[@]}")"
    check_served "$name" "https://$host:${tls[index]:-0}/health" "$container" "${nginxes[index]}"
  done
  check_inside postgres PostgreSQL Connected "Connection Failed" pg_isready -q -U hydra
  check_redis
  for name in $(compose_services_like 'diode-(auth|ingester|reconciler)'); do
    check_inside "$name" "$name" Healthy Unhealthy curl -fsS -o /dev/null --max-time 5 http://localhost/health
  done
  check_containers
  head_line ""
  head_line "OAuth2 Client Test:"
  local secret=
  # Nothing runs: a container for this alone would make the project's volumes.
  [ -z "$(compose ps -q </dev/null)" ] || secret=$(bootstrap_in_compose show diode-ingest 2>/dev/null) || true
  check_token "http://$host:${issuers[0]}/oauth2/token" "$secret" "$docker_compose run --rm -T --no-deps diode-auth-bootstrap"
}

# check_served NAME PORT_URL CONTAINER NGINX: one's own certificate must be the one in nginx/ssl; that of diode-init is for DIODE_TLS_NAMES.
check_served() {
  local own=$ROOT/nginx/ssl/diode.crt names='' init="$docker_compose run --rm --no-deps diode-init" renew
  renew=$init
  if [ ! -e "$own" ]; then
    names="localhost,$(compose_setting DIODE_TLS_NAMES '')"
  elif [ -f "$own.names" ]; then
    renew="scripts/make-certs.sh$(tr ',' '\n' <"$own.names" | sed -n 's/^[A-Z]*:/ --name /p' | tr -d '\n') && $init"
  else
    renew="a new pair into nginx/ssl, then $init"
  fi
  check_certificate "$1" "$2" "$3" "$4" "$names" "$own" "$init" "$renew"
}

# The same program in every container of a service, also of a scaled one.
check_inside() {
  local service=$1 name=$2 well=$3 ill=$4 id ids all=0 good=0 words='' said
  shift 4
  ids=$(compose ps -q "$service" </dev/null 2>/dev/null) || true
  for id in $ids; do
    all=$((all + 1))
    if said=$(timeout 15 docker exec "$id" "$@" </dev/null 2>&1); then good=$((good + 1)); else words=${said##*$'\n'}; fi
  done
  if [ "$all" -gt 0 ] && [ "$all" -eq "$good" ]; then
    result "$name" ok "$well" "$([ "$all" -eq 1 ] || say "$good containers")"
  elif [ "$all" -eq 0 ]; then
    result "$name" down "$ill" "no container runs" "$docker_compose ps -a $service"
  else
    result "$name" down "$ill" "$good of $all answer${words:+: $words}" "$docker_compose logs --tail 30 $service"
  fi
}

check_redis() {
  # Without a secret the default user may PING and nothing else; that is all it takes.
  check_inside redis Redis Connected "Connection Failed" sh -c 'redis-cli ping | grep -q PONG'
}

# What the lines before do not name: one-shots that failed, the stand-in, what a profile added.
check_containers() {
  local name state health code bad=() line all=0
  while IFS='|' read -r name state health code; do
    all=$((all + 1))
    case $state:$health:$code in
      running::* | running:healthy:*) ;;
      exited:*:0)
        # One-shots have done their work; anything else has stopped.
        [[ $name =~ (init|migrate|bootstrap) ]] || bad+=("$name has stopped")
        ;;
      exited:*) bad+=("$name exited with $code") ;;
      *) bad+=("$name is $state${health:+, $health}") ;;
    esac
  done < <(compose ps -a --format '{{.Service}}|{{.State}}|{{.Health}}|{{.ExitCode}}' </dev/null)
  line=${bad[*]+"$(printf '%s; ' "${bad[@]}")"}
  if [ "$all" -eq 0 ]; then
    result Containers down "Not As They Should Be" "there are none" "$docker_compose up -d --wait"
  elif [ ${#bad[@]} -eq 0 ]; then
    result Containers ok "As They Should Be"
  else
    result Containers down "Not As They Should Be" "${line%; }" "$docker_compose logs --tail 30 ${bad[0]%% *}"
  fi
}

check_standalone() {
  local log
  log=$(standalone_dir)/standalone.log
  head_line "Process:"
  if ! standalone_runs; then
    result Standalone down "Not Running" "no process in $(standalone_dir)/connection.json" "./quickstart.sh"
    return
  fi
  head_line "  $(connection pid)  $(connection url)"
  head_line ""
  head_line "Service Health Checks:"
  local url name
  url=$(connection url)
  check_url "Front Door" Healthy Unhealthy "$url/health" "tail -n 30 $log"
  check_url "Token Issuer" Ready "Not Ready" "$(connection issuer_url)/health/ready" "tail -n 30 $log"
  check_port PostgreSQL Connected "Connection Failed" "$(connection database_url)" "tail -n 30 $log"
  check_port Redis Connected "Connection Failed" "$(connection redis_url)" "tail -n 30 $log"
  for name in auth ingester reconciler; do
    check_url "diode-$name" Healthy Unhealthy "$url/health/$name" "tail -n 30 $log"
  done
  head_line ""
  head_line "OAuth2 Client Test:"
  check_token "$(connection issuer_url)/oauth2/token" "$(connection clients diode-ingest)" "scripts/setup-clients.sh --standalone"
}

choose_form
# As it is typed in the checkout.
docker_compose="docker compose" files=${COMPOSE_FILE:-}
while IFS= read -r file; do
  [ -z "$file" ] || printf -v docker_compose '%s -f %q' "$docker_compose" "${file#"$ROOT"/}"
done <<<"${files//:/$'\n'}"
head_line "=== Diode Platform Health Check ==="
"check_$form"
head_line ""
head_line "=== Health Check Complete ==="
finish
