# What scripts/health-check.sh is made of: a check, its line, and the sum. Sourced, not run; needs scripts/lib/operate.sh.
# shellcheck shell=bash disable=SC2154

# shellcheck source=scripts/lib/basic.sh
. "$ROOT/scripts/lib/basic.sh"

readonly CERTIFICATE_WARN_DAYS=14
json=false
down=0
checks_json=()

head_line() { [ "$json" = true ] || [ "$quiet" = true ] || say "$1"; }

of_several() { [ "$2" -lt 2 ] || printf ' %d' $(($1 + 1)); }

# result NAME ok|warn|down WORDS [DETAIL] [NEXT COMMAND]
result() {
  local name=$1 status=$2 words=$3 detail=${4:-} next=${5:-} mark=❌
  [ "$status" != down ] || down=$((down + 1))
  [ "$status" != warn ] || mark='⚠️ '
  if [ "$json" = true ]; then
    checks_json+=("{\"name\":$(json_string "$name"),\"status\":\"$status\",\"detail\":$(json_string "$words${detail:+ ($detail)}")$([ "$status" = ok ] || printf ',"next":%s' "$(json_string "$next")")}")
  elif [ "$status" = ok ]; then
    [ "$quiet" = true ] || say "✅ $name: $words${detail:+ ($detail)}"
  else
    say "$mark $name: $words${detail:+ ($detail)}"
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

# check_certificate NAME PORT_URL CONTAINER HOST NAMES OWN NEXT RENEW: what is served at PORT_URL, which the container of Diode reaches as
# HOST:443. It must be for NAMES (with commas), and the one in the file OWN where there is one. NEXT puts in place what there is, RENEW makes
# a new one.
check_certificate() {
  local status words detail own=''
  if ! curl -sk -o /dev/null --max-time 10 "$2"; then
    result "$1" down "Not Served" "$2 does not answer" "$docker_compose logs --tail 30 $4"
    return
  fi
  [ ! -r "$6" ] || own=$(cat "$6")
  IFS=$'\t' read -r status words detail < <(
    timeout 30 docker exec -i -e OWN_CERTIFICATE="$own" "$3" node --input-type=module - "$4" 443 "$CERTIFICATE_WARN_DAYS" "$5" \
      <"$ROOT/scripts/lib/served-certificate.mjs" 2>/dev/null
  ) || true
  case $status:$words in
    '':*) result "$1" down "Not Seen" "no container of Diode can look at it" "$docker_compose ps -a" ;;
    down:Not\ The\ One*) result "$1" down "$words" "$detail" "$7" ;;
    *) result "$1" "$status" "$words" "$detail" "$8" ;;
  esac
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
