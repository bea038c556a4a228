#!/usr/bin/env bash
# Runs every test: Rust, documentation, pages, browser. The closing line of nextest is repeated
# at the end, where a reader looks for it.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:$HOME/.cargo/bin"

report="$(mktemp)"
finish() {
    local status=$?
    grep -a 'Summary \[' "$report" | tail -n 1 || true
    rm -f "$report"
    # The throw-away cluster of the tests is only worth keeping while somebody tests.
    cargo run --quiet --package chaobiao-testing -- stop || true
    exit "$status"
}
trap finish EXIT

has_script() { node -e "process.exit(require('./web/package.json').scripts?.['$1'] ? 0 : 1)"; }

cargo nextest run --workspace --no-fail-fast 2>&1 | tee "$report"
cargo test --quiet --workspace --doc
# The binary the tests above have built, as an operator would use it.
docs/walkthrough.sh target/debug/chaobiao

if [ -e web/package.json ] && [ "${WEB_ASSETS:-}" != skip ]; then
    if has_script test; then npm --prefix web test; fi
    if has_script e2e; then npm --prefix web run e2e; fi
fi
