# Shared by the scripts that operate a running Diode: what they say, how they end, which form they mean. Sourced, not run.
# The script sets `program` and defines usage() first.
# shellcheck shell=bash disable=SC2034,SC2154

readonly EXIT_FAULT=1 EXIT_USAGE=2 EXIT_CONFIG=78
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CALLED_FROM=$PWD
readonly ROOT CALLED_FROM
# shellcheck source=scripts/lib/json.sh
. "$ROOT/scripts/lib/json.sh"
quiet=false
form=${DIODE_FORM:-}
took=0

say() { printf '%s\n' "$*"; }
# Progress and remarks go to standard error, so that a pipe gets results only.
note() { [ "$quiet" = true ] || printf '%s: %s\n' "$program" "$*" >&2; }
complain() { printf '%s: %s\n' "$program" "$*" >&2; }
# fail CODE WORDS...
fail() {
  local code=$1
  shift
  complain "$@"
  exit "$code"
}
wrong() {
  complain "$@"
  usage >&2
  exit "$EXIT_USAGE"
}

# A path as who called means it, from wherever this works.
absolute() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$CALLED_FROM" "$1" ;;
  esac
}

# One of the options that all of them take: sets `took`, or returns 1.
common_option() {
  took=1
  case $1 in
    --compose | --standalone) form=${1#--} ;;
    --file | -f)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      COMPOSE_FILE=${given_file:+$given_file:}$(compose_path "$2")
      given_file=$COMPOSE_FILE
      export COMPOSE_FILE
      took=2
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) return 1 ;;
  esac
}
given_file=

# A compose file as who called means it, else one of the checkout.
compose_path() {
  if [ -f "$(absolute "$1")" ]; then absolute "$1"; else printf '%s' "$1"; fi
}

# Decides `form`: what was asked for, else what runs here, else what was here.
choose_form() {
  case $form in
    compose) require_compose ;;
    standalone) ;;
    '')
      if compose_answers && [ -n "$(compose ps -q 2>/dev/null)" ]; then
        form=compose
      elif standalone_runs; then
        form=standalone
      elif compose_answers && [ -n "$(compose ps -aq 2>/dev/null)" ]; then
        form=compose
      elif [ -d "$(standalone_dir)" ]; then
        form=standalone
      elif compose_answers; then
        form=compose
      else
        fail "$EXIT_CONFIG" "no Diode is found: no Compose project in $ROOT${compose_words:+ ($compose_words)} and no $(standalone_dir). Say --compose or --standalone, or start one (docker compose up -d --wait, or ./quickstart.sh)."
      fi
      ;;
    *) wrong "DIODE_FORM is compose or standalone, not \"$form\"" ;;
  esac
  if [ "$form" = compose ]; then
    compose_take_settings
    compose_follow_running
    note "form: compose, project $(compose_project)"
  else
    note "form: standalone, data in $(standalone_dir)"
  fi
}
