# The Compose form of quickstart.sh. Sourced, not run; needs scripts/lib/setup.sh.
# shellcheck shell=bash

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

# A setting as Compose sees it: the environment, then .env.
compose_setting() {
  local value
  value=$(docker compose config --environment 2>/dev/null | sed -n "s/^$1=//p")
  printf '%s' "${!1:-${value:-$2}}"
}

# One of the scripts beside this one, in a container on the inner network, through nginx.
in_compose() {
  local connection=$1
  shift
  docker compose run --rm -T --no-deps --quiet-pull -e DIODE_CONNECTION="$connection" \
    -v "$PWD/scripts/quickstart:/app/scripts/quickstart:ro" -v "$PWD/examples:/app/examples:ro" \
    diode-auth-bootstrap node "$@"
}

quickstart_docker() {
  local check=$1 started=$SECONDS rc=0
  require_docker
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

  local client=diode-ingest secret netbox_token=null netbox_url
  secret=$(docker compose run --rm -T --no-deps diode-auth-bootstrap node services/auth/dist/bootstrap-main.js show "$client") ||
    die "the secret of $client cannot be read."
  netbox_url=$(compose_setting DIODE_NETBOX_URL '')
  [ -n "$netbox_url" ] || netbox_token="\"$(docker compose exec -T netbox-sim cat /run/diode/netbox_token)\""
  local connection
  connection=$(printf '{"url":"http://ingress-nginx","issuer_url":"http://ingress-nginx:4444","metrics_url":null,"netbox_url":"%s","netbox_token":%s,"client_id":"%s","client_secret":"%s"}' \
    "${netbox_url:-http://netbox-sim:8000}" "$netbox_token" "$client" "$secret")
  in_compose "$connection" scripts/quickstart/first-device.mjs || exit 1

  if [ "$check" = true ]; then
    in_compose "$connection" scripts/quickstart/tour.mjs || rc=1
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
