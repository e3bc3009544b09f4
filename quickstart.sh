#!/usr/bin/env bash
# From a fresh checkout to a running Diode that has written its first device, with nothing but Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/lib/setup.sh
. scripts/lib/setup.sh

usage() {
  cat <<'TXT'
Usage: ./quickstart.sh [--docker] [--check | --help]

Installs, builds and starts Diode in its standalone form (its own Postgres, Redis, token issuer and a stand-in NetBox),
sends the example device, shows its receipt, and stays up until Ctrl-C.

  --check    do the same, take the tour too, stop, and exit 0 when all went as it should, else 1
  --docker   the Compose form instead: builds the images, brings all containers up behind nginx and Hydra, sends the example through
             nginx, and leaves them running (needs Docker with Compose 2.24 or newer; no Node)
  --help     this text

Settings come from the environment and from .env (cp .env.example .env). With DIODE_NETBOX_URL (and DIODE_NETBOX_TOKEN) set, the example is sent to your NetBox as a dry run only: you see the plan, nothing is written.
State is kept in .diode/ (DIODE_DATA_DIR); a second run reuses it.
TXT
}

check=false
docker=false
while [ $# -gt 0 ]; do
  case "$1" in
    --check) check=true ;;
    --docker) docker=true ;;
    --help | -h) usage; exit 0 ;;
    *) printf 'diode: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

if [ "$docker" = true ]; then
  # shellcheck source=scripts/quickstart/docker.sh
  . scripts/quickstart/docker.sh
  quickstart_docker "$check"
  exit
fi

require_node
install_packages
say "Building ..."
build_all

# .env holds what the environment does not say; each process of Node reads it itself.
env_file=
[ ! -f .env ] || env_file=--env-file=.env
run_node() { node ${env_file:+"$env_file"} "$@"; }
setting() { run_node -p 'process.env[process.argv[1]] || process.argv[2]' "$1" "$2"; }

data_dir=$(setting DIODE_DATA_DIR .diode)
mkdir -p "$data_dir" || die "DIODE_DATA_DIR must be a folder that this user may write."
log="$data_dir/standalone.log"

# The seed's published clients and secrets, on loopback only, while nothing of yours is configured.
if [ ! -f .env ] && [ -z "${DIODE_NETBOX_URL:-}${OAUTH2_CLIENT_SECRET:-}${DIODE_DATABASE_URL:-}" ]; then
  export DIODE_DEMO=${DIODE_DEMO:-1}
fi
[ "$(setting DIODE_DEMO 0)" != 1 ] || say "Demo mode: the example's published clients and secrets work here, on loopback only (DIODE_DEMO=0 turns it off)."

running=$(run_node scripts/quickstart/running.mjs)
[ -z "$running" ] || die "Diode runs here already: $running. Stop it first, or set DIODE_DATA_DIR and the ports to run another."

started=$SECONDS
say "Starting Diode (log: $log) ..."
: >"$log"
node ${env_file:+"$env_file"} services/standalone/dist/main.js >>"$log" 2>&1 &
pid=$!

stop() {
  trap - EXIT INT TERM
  if kill -0 "$pid" 2>/dev/null; then
    say ""
    say "Stopping Diode ..."
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

run_node scripts/quickstart/wait-healthy.mjs "$pid" "$log" || exit 1
say "Diode is up after $((SECONDS - started)) s."
say ""
run_node scripts/quickstart/first-device.mjs || exit 1

if [ "$check" = true ]; then
  rc=0
  run_node scripts/quickstart/tour.mjs || rc=1
  [ $rc -eq 0 ] && say "" && say "Check passed."
  exit $rc
fi

run_node scripts/quickstart/tour.mjs --show
say ""
say "Diode stays up until Ctrl-C."
wait "$pid" || die "Diode ended by itself; the last lines of $log say why."
