# The Compose form of quickstart.sh. Sourced, not run; needs scripts/lib/setup.sh.
# shellcheck shell=bash

# shellcheck source=scripts/lib/json.sh
. scripts/lib/json.sh
# shellcheck source=scripts/lib/compose-settings.sh
. scripts/lib/compose-settings.sh

# Is there an engine, and a Compose that reads our file? One sentence that says what to do when not.
require_docker() {
  command -v docker >/dev/null 2>&1 || die "Docker is needed and not on PATH: https://docs.docker.com/engine/install/ (or run ./quickstart.sh without --docker)."
  docker info >/dev/null 2>&1 || die "the Docker engine does not answer; start it, or see whether this user may use it (docker info says why)."
  local version
  version=$(docker compose version --short 2>/dev/null) || die "Docker has no Compose plugin: https://docs.docker.com/compose/install/"
  version=${version#v}
  local major=${version%%.*} rest=${version#*.}
  local minor=${rest%%.*}
  if [ "$major" -lt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -lt 24 ]; }; then
    die "Docker Compose $version is too old; 2.24 or newer is needed: https://docs.docker.com/compose/install/"
  fi
}

# One of the scripts beside this one, in a container on the inner network, through nginx. DIODE_CONNECTION holds secrets: it goes by the
# environment, so that no process list shows it.
in_compose() {
  docker compose run --rm -T --no-deps --quiet-pull -e DIODE_CONNECTION \
    -v "$PWD/scripts/quickstart:/app/scripts/quickstart:ro" -v "$PWD/examples:/app/examples:ro" \
    diode-auth-bootstrap node "$@"
}

quickstart_docker() {
  local check=$1 started=$SECONDS rc=0
  require_docker
  read_compose_settings "$PWD" || die "Compose does not say what .env holds: $compose_settings_error"
  [ "$(compose_setting DIODE_DEMO '')" != 1 ] || say "Demo mode: the example's published clients and secrets work here; ports are published on loopback only."
  say "Building the images (some minutes the first time) ..."
  docker compose build --quiet || die "the images could not be built; the lines above say why."
  say "Starting the containers ..."
  if ! docker compose up -d --wait --wait-timeout 300; then
    docker compose ps -a >&2
    docker compose logs --tail 15 >&2
    die "not every container is healthy; the lines above say which. 'docker compose logs NAME' says why."
  fi
  say "All containers are healthy after $((SECONDS - started)) s."
  say ""

  local client=diode-ingest secret netbox_url netbox_token=null
  secret=$(docker compose run --rm -T --no-deps diode-auth-bootstrap node services/auth/dist/bootstrap-main.js show "$client") ||
    die "the secret of $client cannot be read."
  netbox_url=$(compose_setting DIODE_NETBOX_URL '')
  if [ -z "$netbox_url" ]; then
    netbox_token=$(docker compose exec -T netbox-sim cat /run/diode/netbox_token) || die "the token of the stand-in cannot be read."
    netbox_token=$(json_string "$netbox_token")
  fi
  DIODE_CONNECTION=$(printf '{"url":"http://ingress-nginx","issuer_url":"http://ingress-nginx:4444","metrics_url":null,"netbox_url":%s,"netbox_token":%s,"client_id":%s,"client_secret":%s}' \
    "$(json_string "${netbox_url:-http://netbox-sim:8000}")" "$netbox_token" "$(json_string "$client")" "$(json_string "$secret")")
  export DIODE_CONNECTION
  in_compose scripts/quickstart/first-device.mjs || exit 1

  if [ "$check" = true ]; then
    in_compose scripts/quickstart/tour.mjs || rc=1
    say ""
    [ $rc -ne 0 ] || say "Check passed."
    say "Stopping (volumes stay; docker compose down --volumes removes them too) ..."
    docker compose down || rc=1
    return $rc
  fi

  local port issuer
  port=$(compose_setting DIODE_PORT 8080)
  issuer=$(compose_setting DIODE_ISSUER_PORT 4444)
  cat <<TXT

Diode stays up. Page: http://localhost:$port/    API: http://localhost:$port/api/docs    Tokens: http://localhost:$issuer/oauth2/token
TLS: https://localhost:$(compose_setting DIODE_TLS_PORT 8443)/    Stand-in NetBox: http://localhost:$(compose_setting DIODE_NETBOX_SIM_PORT 8000)/ (in receipts: http://netbox-sim:8000)

  docker compose ps                              how it is
  ./scripts/health-check.sh                      what is well and what is not
  ./scripts/setup-clients.sh --show $client      a client's secret
  docker compose down                            stop; what it knows stays in volumes
TXT
}
