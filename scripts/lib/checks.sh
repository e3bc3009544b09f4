# What scripts/health-check.sh is made of: a check, its line, and the sum. Sourced, not run; needs scripts/lib/operate.sh.
# shellcheck shell=bash disable=SC2154

# shellcheck source=scripts/lib/basic.sh
. "$ROOT/scripts/lib/basic.sh"

json=false
down=0
checks_json=()

head_line() { [ "$json" = true ] || [ "$quiet" = true ] || say "$1"; }

of_several() { [ "$2" -lt 2 ] || printf ' %d' $(($1 + 1)); }

# result NAME ok|down WORDS [DETAIL] [NEXT COMMAND]
result() {
  local name=$1 status=$2 words=$3 detail=${4:-} next=${5:-}
  [ "$status" = ok ] || down=$((down + 1))
  if [ "$json" = true ]; then
    checks_json+=("{\"name\":$(json_string "$name"),\"status\":\"$status\",\"detail\":$(json_string "$words${detail:+ ($detail)}")$([ "$status" = ok ] || printf ',"next":%s' "$(json_string "$next")")}")
  elif [ "$status" = ok ]; then
    [ "$quiet" = true ] || say "✅ $name: $words${detail:+ ($detail)}"
  else
    say "❌ $name: $words${detail:+ ($detail)}"
    [ -z "$next" ] || say "   first: $next"
  fi
}

# check_url NAME WELL ILL URL NEXT
check_url() {
  local code said
  if code=$(curl -sS -o /dev/null -w '%{http_code}' --max-time 10 "$4" 2>/dev/null) && [ "$code" = 200 ]; then
    result "$1" ok "$2"
  else
    case $code in
      '' | 000) said="$4 does not answer" ;;
      *) said="$4 answers $code" ;;
    esac
    result "$1" down "$3" "$said" "$5"
  fi
}

# check_port NAME WELL ILL URL NEXT: something listens where the URL says. The URL holds a password and is not shown.
check_port() {
  local at=${4#*://}
  at=${at##*@}
  at=${at%%/*}
  # shellcheck disable=SC2016
  if timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "${at%:*}" "${at##*:}" 2>/dev/null; then
    result "$1" ok "$2"
  else
    result "$1" down "$3" "$at does not answer" "$5"
  fi
}

# check_token URL SECRET NEXT: a token for diode-ingest. The secret goes in by standard input, so that no process list shows it.
check_token() {
  local body words
  if [ -z "$2" ]; then
    result "OAuth2 Authentication" down Failed "there is no secret for diode-ingest" "$3"
    return
  fi
  body=$(curl -sS --max-time 15 -X POST -K - -d 'grant_type=client_credentials&scope=read' "$1" 2>&1 < <(basic_config diode-ingest "$2")) || true
  case $body in
    *'"access_token"'*) result "OAuth2 Authentication" ok Working ;;
    *)
      words=$(sed -n 's/.*"error":"\([^"]*\)".*/\1/p' <<<"$body" | head -n 1)
      result "OAuth2 Authentication" down Failed "${words:-no token from $1}" "$3"
      ;;
  esac
}

finish() {
  if [ "$json" = true ]; then
    local IFS=,
    say "{\"status\":\"$([ "$down" -eq 0 ] && echo ok || echo down)\",\"form\":\"$form\",\"checks\":[${checks_json[*]}]}"
  fi
  [ "$down" -eq 0 ] || exit "$EXIT_FAULT"
}
