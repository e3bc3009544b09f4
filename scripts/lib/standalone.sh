# The standalone form: its data directory, whether it runs, and its programs. Sourced, not run; needs scripts/lib/operate.sh.
# shellcheck shell=bash

# .env holds what the environment does not say; Node reads it itself.
standalone_node() {
  command -v node >/dev/null 2>&1 || fail "$EXIT_CONFIG" "Node.js 20.19 or newer is needed and 'node' is not on PATH: https://nodejs.org"
  local env_file=
  [ ! -f "$ROOT/.env" ] || env_file=--env-file=$ROOT/.env
  (cd "$ROOT" && DIODE_DATA_DIR=$(standalone_dir) exec node ${env_file:+"$env_file"} "$@")
}

standalone_program() {
  local program_file=$ROOT/services/$1
  [ -f "$program_file" ] || fail "$EXIT_CONFIG" "not built yet: run 'npm ci && npm run build' in $ROOT (./quickstart.sh does both)."
  shift
  standalone_node "$program_file" "$@"
}

standalone_dir() {
  if [ -z "${data_dir:-}" ]; then
    data_dir=${DIODE_DATA_DIR:-}
    if [ -n "$data_dir" ]; then
      data_dir=$(absolute "$data_dir")
    else
      # Relative to the checkout when .env says it.
      [ ! -f "$ROOT/.env" ] || data_dir=$(sed -n 's/^DIODE_DATA_DIR=//p' "$ROOT/.env" | tail -n 1 | tr -d "\"'\r")
      case ${data_dir:=.diode} in /*) ;; *) data_dir=$ROOT/$data_dir ;; esac
    fi
  fi
  printf '%s' "$data_dir"
}

# A field of connection.json, which is there while it runs; nothing when it is null or absent.
connection() {
  node -e 'const c = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); const v = process.argv.slice(2).reduce((o, k) => o?.[k], c); if (v !== null && v !== undefined) process.stdout.write(String(v))' \
    "$(standalone_dir)/connection.json" "$@" 2>/dev/null
}

standalone_runs() {
  [ -f "$(standalone_dir)/connection.json" ] || return 1
  local pid
  pid=$(connection pid) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
}

require_running_standalone() {
  standalone_runs || fail "$EXIT_FAULT" "no standalone runs in $(standalone_dir). Start it first: ./quickstart.sh, or npm start (DIODE_DATA_DIR names another place)."
}
