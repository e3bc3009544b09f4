#!/usr/bin/env bash
# Every check of the project: format, lint, types, arrows, generated files, unit, property, integration and end-to-end tests.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
# shellcheck source=scripts/lib/setup.sh
. scripts/lib/setup.sh

usage() {
  cat <<'TXT'
Usage: scripts/test.sh [--all] [--only NAME] [--help]
Installs what tests need and runs every check. Ends with the line "N passed, N failed"; exits 1 when anything failed.
  --all         the Compose stages too (compose, compose-ha): they build the images and bring the platform up on its usual ports, with
                whatever container engine answers; without one they are skipped, aloud
  --only NAME   one of: lint types arrows generated unit integration e2e compose compose-ha
TXT
}

only=""
all=false
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --only) only="${2:-}"; shift 2 || { usage >&2; exit 2; } ;;
    --all) all=true; shift ;;
    *) usage >&2; exit 2 ;;
  esac
done

require_node
install_packages

passed=0
failed=0
failures=()
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# check NAME COMMAND…: one check that counts as one test.
check() {
  local name=$1 start=$SECONDS
  shift
  if [ -n "$only" ] && [ "$only" != "${name%%:*}" ]; then return 0; fi
  say "== $name"
  if "$@"; then
    passed=$((passed + 1))
    say "-- $name ok ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    failures+=("$name")
    say "-- $name FAILED ($((SECONDS - start)) s)"
  fi
}

# suite NAME: a vitest project, whose tests are counted one by one.
suite() {
  local name=$1 start=$SECONDS
  if [ -n "$only" ] && [ "$only" != "$name" ]; then return 0; fi
  say "== $name"
  npx --no-install vitest run --project "$name" --reporter=default --reporter=json --outputFile.json="$results/$name.json"
  local rc=$?
  if [ ! -s "$results/$name.json" ]; then
    failed=$((failed + 1))
    failures+=("$name: vitest ended ($rc) without a report")
  elif [ $rc -ne 0 ]; then
    failures+=("$name")
  fi
  echo "$rc" >"$results/$name.rc"
  say "-- $name ended with $rc ($((SECONDS - start)) s)"
}

check lint npx --no-install biome ci --error-on-warnings .
check types:build npx --no-install tsc -b
check types:tests npx --no-install tsc -p tsconfig.test.json
check arrows npx --no-install depcruise --config .dependency-cruiser.cjs packages services
check generated ./scripts/check-generated.sh
suite unit
suite integration
suite e2e

# compose_stage NAME: needs an engine, and says so aloud where there is none.
compose_stage() {
  if [ "$all" = false ] && [ "$only" != "$1" ]; then return 0; fi
  if docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then
    suite "$1"
  else
    say "!! SKIPPED: stage $1. No container engine with Compose answers ('docker info'), so the Compose form was NOT tested."
  fi
}
compose_stage compose
compose_stage compose-ha

# Adds the suites to the counts, prints the slowest tests, and closes with the one line that tells it all.
node scripts/report-tests.mjs "$results" "$passed" "$failed" "${failures[@]+"${failures[@]}"}"
