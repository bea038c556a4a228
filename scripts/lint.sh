#!/usr/bin/env bash
# Formatting, lints, page types, licences and dependency bans. The last two need cargo-deny,
# which takes minutes to build: without it they rest on tests/architecture.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:$HOME/.cargo/bin"

cargo fmt --all --check
cargo clippy --workspace --all-targets -- --deny warnings
if [ -e web/package.json ] && [ "${WEB_ASSETS:-}" != skip ]; then
    npm --prefix web run --silent check
fi
if cargo deny --version >/dev/null 2>&1; then
    cargo deny --offline check --hide-inclusion-graph bans licenses sources
else
    echo 'lint: cargo-deny is not installed; licences and bans were not checked' >&2
fi
