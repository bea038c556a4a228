#!/usr/bin/env bash
# Runs what `make test` has built, in a network of its own: nothing but this machine can be reached, as
# in an inner network without a way out (X21). Needs root, to make the network.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:$HOME/.cargo/bin"

cargo nextest run --workspace --no-run
unshare --net sh -c 'ip link set lo up && cargo nextest run --workspace --offline --no-fail-fast "$@"' lan "$@"
