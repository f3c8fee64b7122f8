#!/usr/bin/env bash
# The page's own tests: types, logic (Vitest), and the built page in a real browser (Playwright with Chromium).
set -euo pipefail
cd "$(dirname "$0")"
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund
fi
if [ -z "${SIM_CLI:-}" ]; then
  cargo build --quiet --locked -p sim-cli
  export SIM_CLI="${CARGO_TARGET_DIR:-$PWD/../../target}/debug/sim-cli"
fi
echo "== the page: logic"
npx --no-install vitest run
echo "== the page: build, with types"
npm run --silent build
echo "== the page: in a browser"
# A browser that hangs must not hold up the others for ever; a slow machine may take its time.
timeout 1500 node --test --test-concurrency=1 --test-timeout=600000 --test-force-exit e2e/*.test.mjs
