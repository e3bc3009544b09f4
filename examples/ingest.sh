#!/usr/bin/env bash
# Sends one device with curl and prints the receipt. Needs DIODE_CLIENT_ID and DIODE_CLIENT_SECRET; DIODE_URL is http://localhost:8080 by default.
set -euo pipefail

url=${DIODE_URL:-http://localhost:8080}
: "${DIODE_CLIENT_ID:?set DIODE_CLIENT_ID}" "${DIODE_CLIENT_SECRET:?set DIODE_CLIENT_SECRET}"

# The secret goes through standard input, so that it does not show in the process list.
token=$(printf 'grant_type=client_credentials&scope=read%%20write&client_id=%s&client_secret=%s' "$DIODE_CLIENT_ID" "$DIODE_CLIENT_SECRET" |
  curl -fsS --data-binary @- -H 'Content-Type: application/x-www-form-urlencoded' "$url/diode/auth/token" |
  sed 's/.*"access_token": *"\([^"]*\)".*/\1/')

curl -fsS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
  --data @"${1:-$(dirname "${BASH_SOURCE[0]}")/switch-01.json}" \
  "$url/api/v1/ingest/devices?wait=20s"
echo
