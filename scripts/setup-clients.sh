#!/usr/bin/env bash
# The OAuth2 clients: those of oauth2/client-config.json, and more of your own.
set -euo pipefail
program=setup-clients

usage() {
  cat <<'TXT'
Usage: scripts/setup-clients.sh [COMMAND] [--compose | --standalone] [--file COMPOSE_FILE]

Without a command: waits for the token issuer and sees to it that the clients of oauth2/client-config.json are there, each with its secret.
Running it again is safe.

  --list [--json]       the clients there are
  --show ID             the secret of a client, alone on standard output
  --add ID [--name TEXT] [--scope "read write"] [--source NAME]... [--method client_secret_basic|client_secret_post]
                        a new client; prints its secret. With --source it may assert as those sources only
  --rotate ID           a new secret; prints it. The old one and every token it was traded for stop working (tokens within 15 s)
  --remove ID           deletes a client and its tokens

  --compose             the Compose project of this checkout (the default when it is up; also DIODE_FORM=compose)
  --standalone          the standalone that runs in DIODE_DATA_DIR (.diode)
  --file FILE           another compose file, as docker compose -f (or COMPOSE_FILE); what runs is found by itself

Exit: 0 done, 1 it failed (the issuer is away, no such client), 2 usage, 78 something must be set up first.
TXT
}

# shellcheck source=scripts/lib/operate.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/operate.sh"
# shellcheck source=scripts/lib/compose.sh
. "$ROOT/scripts/lib/compose.sh"
# shellcheck source=scripts/lib/standalone.sh
. "$ROOT/scripts/lib/standalone.sh"

command=() options=() add_only=
choose() {
  [ ${#command[@]} -eq 0 ] || wrong "one command at a time: --${command[0]} and --$1"
  command=("$@")
}
while [ $# -gt 0 ]; do
  if common_option "$@"; then
    shift "$took"
    continue
  fi
  case $1 in
    --list) choose list ;;
    --json) options+=(--json) ;;
    --show | --add | --rotate | --remove)
      [ $# -ge 2 ] || wrong "$1 needs the id of a client"
      case $2 in -* | '') wrong "$1 needs the id of a client, not \"$2\"" ;; esac
      choose "${1#--}" "$2"
      shift
      ;;
    --name | --scope | --source | --method)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      options+=("$1" "$2") add_only=$1
      shift
      ;;
    *) wrong "unknown option $1" ;;
  esac
  shift
done
case ${command[0]:-} in
  add) [[ " ${options[*]-} " != *' --json '* ]] || wrong "--json goes with --list" ;;
  list) [ -z "$add_only" ] || wrong "$add_only goes with --add" ;;
  *) [ ${#options[@]} -eq 0 ] || wrong "${options[0]} goes with $([ "${options[0]}" = --json ] && echo --list || echo --add)" ;;
esac
arguments=(${command[@]+"${command[@]}"} ${options[@]+"${options[@]}"})

in_compose() {
  if [ ${#arguments[@]} -eq 0 ]; then
    compose run --rm -T --no-deps diode-auth-bootstrap </dev/null
    say "✅ OAuth2 clients created successfully"
    note "their secrets: scripts/setup-clients.sh --show ID"
    return
  fi
  bootstrap_in_compose "${arguments[@]}"
}

# The same program as in the container, against the standalone's own issuer, which has Hydra's admin API.
bootstrap_in_standalone() {
  HYDRA_ADMIN_URL=$(connection issuer_admin_url) DIODE_CLIENT_SECRETS_DIR=$(standalone_dir)/clients \
    standalone_program auth/dist/bootstrap-main.js "$@"
}

in_standalone() {
  require_running_standalone
  case ${command[0]:-} in
    show)
      # The environment and demo mode of the running one decide; it wrote down what came of it.
      local secret
      secret=$(connection clients "${command[1]}") || true
      if [ -n "$secret" ]; then say "$secret"; else bootstrap_in_standalone "${arguments[@]}"; fi
      ;;
    '')
      local there id missing=()
      there=$(bootstrap_in_standalone list | awk 'NR > 1 { print $1 }')
      while read -r id; do
        if grep -qxF -- "$id" <<<"$there"; then say "$id: there"; else missing+=("$id"); fi
      done < <(node -e 'const c = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); for (const one of Array.isArray(c) ? c : [c]) console.log(one.client_id)' "$ROOT/oauth2/client-config.json")
      [ ${#missing[@]} -eq 0 ] || fail "$EXIT_FAULT" "missing: ${missing[*]}. The standalone makes the clients of oauth2/client-config.json when it starts: restart it."
      say "✅ OAuth2 clients created successfully"
      ;;
    rotate) rotate_in_standalone ;;
    *) bootstrap_in_standalone "${arguments[@]}" ;;
  esac
}

# What the environment or demo mode says would be put back at the next start, so the change is refused rather than half made.
rotate_in_standalone() {
  local id=${command[1]} told kept=
  told=$(connection clients "$id") || true
  [ ! -f "$(standalone_dir)/clients/$id" ] || kept=$(cat "$(standalone_dir)/clients/$id")
  if [ -n "$told" ] && [ "$told" != "$kept" ]; then
    fail "$EXIT_CONFIG" "the secret of $id comes from the environment, .env or demo mode (DIODE_DEMO=1): change it there and restart."
  fi
  bootstrap_in_standalone rotate "$id"
  # The command line reads the secrets of configured clients from this file.
  [ -z "$told" ] || node "$ROOT/scripts/lib/keep-client-secret.mjs" "$(standalone_dir)" "$id"
}

choose_form
"in_$form"
