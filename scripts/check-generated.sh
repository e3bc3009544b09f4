#!/usr/bin/env bash
# Fails when a generated file differs from what its generator makes now. Each generator knows --check.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
run() { node --import tsx --conditions=diode-source "$@"; }
run packages/netbox-sim/scripts/generate.ts --check
