#!/usr/bin/env bash
# Moves data between files and NetBox: import through Diode's API, export from NetBox. A thin door to `diode import` and `diode export`.
set -euo pipefail

usage() {
  cat <<'TXT'
Usage: scripts/data-migration.sh import [OPTIONS] FILE|DIRECTORY...
       scripts/data-migration.sh export [OPTIONS] [COLLECTION...]
       scripts/data-migration.sh --help

import: CSV, JSON or NDJSON (devices, ip-addresses, vlans, prefixes, sites, ...) through Diode's API, to the last receipt.
  --dry-run           show the plan, write nothing
  --report FILE       what became of each record, with its line; .csv or .ndjson
  --strict            stop at the first record that cannot be read or is refused
  --source NAME       the system that asserts this
  --type COLLECTION   what the rows are, where the file's name does not say
  --state-dir DIR     where it is kept what was sent already (default: beside each file)
An import that was stopped, by kill -9 too, goes on when the same command is given again; nothing is sent twice.
It talks to DIODE_URL (default: the standalone here, else http://localhost:8080) as DIODE_CLIENT_ID with DIODE_CLIENT_SECRET or
DIODE_CLIENT_SECRET_FILE; DIODE_CA_FILE names a private CA.

export: what NetBox holds, in the form that import takes; sites before devices, so that it can be imported in one go.
  --format FORMAT     csv, json or ndjson (default: by the ending of --out, else ndjson)
  --out PATH          a file, or for CSV a directory, which gets a file a collection (default: standard output)
It reads DIODE_NETBOX_URL with DIODE_NETBOX_TOKEN or DIODE_NETBOX_TOKEN_FILE (default: the stand-in of the standalone here);
DIODE_NETBOX_CA_FILE names a private CA.

Examples:
  scripts/data-migration.sh export --format csv --out "export/2026 spring"
  scripts/data-migration.sh import "export/2026 spring" --dry-run
  scripts/data-migration.sh import "export/2026 spring" --report report.csv

Exit codes: 0 all done, 1 some records were not (the output or the report says which), 2 wrong usage or file,
3 Diode or NetBox not reachable or not letting in, 78 a setting is missing or wrong, 130 interrupted.
TXT
}

case "${1:-}" in
  import | export) ;;
  --help | -h | help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

for argument in "$@"; do
  case "$argument" in
    --) break ;;
    --help | -h) usage; exit 0 ;;
  esac
done

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if ! command -v node >/dev/null 2>&1; then
  echo "data-migration: node is not on the PATH: install Node.js 20.19 or newer (nodejs.org, or your package manager)." >&2
  exit 78
fi
if [ ! -f "$checkout/packages/cli/dist/main.js" ]; then
  echo "data-migration: not built yet: run \`npm ci && npm run build\` in $checkout." >&2
  exit 78
fi

# exec: signals reach the command itself, and its exit code is ours.
exec node "$checkout/bin/diode" "$@"
