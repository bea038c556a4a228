#!/usr/bin/env bash
# Prints the data directory of the demo: ./data, or one under /var/lib when the database's
# account could not reach ./data. That happens to root in a checkout below its own home.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ] || [ -n "${DATABASE_URL:-}" ] || ! id postgres >/dev/null 2>&1 \
    || runuser -u postgres -- test -x "$PWD"; then
    echo data
    exit
fi
printf 'the account postgres cannot enter %s: using /var/lib/chaobiao\n' "$PWD" >&2
echo /var/lib/chaobiao
