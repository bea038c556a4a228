#!/usr/bin/env bash
# The server in development mode, and the pages with hot reload in front of it.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build
CHAOBIAO_DEVELOPMENT=true target/debug/chaobiao serve --demo \
    --data-dir "$(scripts/data-dir.sh)" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server"' EXIT
npm --prefix web run dev
