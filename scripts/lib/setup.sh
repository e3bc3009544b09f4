# Shared by quickstart.sh and scripts/test.sh: checks Node, installs packages once per lock file, builds. Sourced, not run.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
die() { printf 'diode: %s\n' "$*" >&2; exit 1; }

# One sentence that says what to do, when Node is missing or too old.
require_node() {
  command -v node >/dev/null 2>&1 || die "Node.js 20.19 or newer is needed and 'node' is not on PATH; install it from https://nodejs.org and run this again."
  command -v npm >/dev/null 2>&1 || die "npm is needed and not on PATH; it comes with Node.js (Debian packages it apart: apt-get install npm)."
  node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' ||
    die "Node.js $(node -v) is too old; 20.19 or newer is needed: install it from https://nodejs.org and run this again."
}

# Runs npm ci only when the lock file changed since the last time, so that a second run is up in seconds.
install_packages() {
  local stamp=node_modules/.diode-lock-hash now
  now=$(cksum <package-lock.json)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return 0; fi
  say "Installing packages (npm ci) ..."
  npm ci --no-fund --no-audit --loglevel=error || die "npm ci failed; the lines above say why (a proxy or registry that cannot be reached is the usual cause)."
  printf '%s' "$now" >"$stamp"
}

# tsc -b is incremental: it does nothing when nothing changed.
build_all() {
  npx --no-install tsc -b || die "the build failed; the lines above name file and line."
}
