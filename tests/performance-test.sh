#!/usr/bin/env bash
# Times tokens and single ingests against a running Diode, as a user with curl sees them. For numbers that mean something see bench/.
set -euo pipefail
# shellcheck source=scripts/lib/basic.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/basic.sh"

usage() {
  cat <<'TXT'
Usage: tests/performance-test.sh [--tokens N] [--devices N] [--help]
Against DIODE_URL (http://localhost:8080) and HYDRA_PUBLIC_URL (http://localhost:4444) with DIODE_CLIENT_ID (diode-ingest) and
DIODE_CLIENT_SECRET. Defaults: 100 tokens, 1000 devices. The devices are named test-device-1 and so on; they are rejected for want of a type
and site unless they exist, so NetBox is left alone.
TXT
}

tokens=100
devices=1000
while [ $# -gt 0 ]; do
  case "$1" in
    --tokens) tokens=$2; shift 2 ;;
    --devices) devices=$2; shift 2 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

diode=${DIODE_URL:-http://localhost:8080}
issuer=${HYDRA_PUBLIC_URL:-http://localhost:4444}
client=${DIODE_CLIENT_ID:-diode-ingest}
: "${DIODE_CLIENT_SECRET:?set DIODE_CLIENT_SECRET}"

get_token() {
  basic_config "$client" "$DIODE_CLIENT_SECRET" | curl -fsS -K - -d grant_type=client_credentials -d scope=write "$issuer/oauth2/token"
}

echo "Tokens: $tokens ..."
time for ((i = 0; i < tokens; i++)); do get_token >/dev/null; done

token=$(get_token | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
accepted=0
echo "Devices: $devices ..."
time for ((i = 1; i <= devices; i++)); do
  code=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d "{\"source\":\"test\",\"data\":{\"name\":\"test-device-$i\"}}" "$diode/api/v1/ingest/devices")
  if [ "$code" = 202 ]; then accepted=$((accepted + 1)); fi
done
echo "$accepted of $devices accepted"
[ "$accepted" -eq "$devices" ]
