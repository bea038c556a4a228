#!/usr/bin/env bash
# The main job on an empty server, with nothing but curl and the command line:
# register → bind → approve → read with a photo → bill → notice → pay cash → receipt → export → replay.
# Checks every answer, and kills the server in the middle to see that nothing is lost.
#
#   docs/walkthrough.sh [path to the chaobiao binary]
set -euo pipefail

binary=$(realpath "${1:-target/debug/chaobiao}")
work=$(mktemp -d /tmp/chaobiao-walk.XXXXXX)
chmod 755 "$work"
data=$work/data
port=${PORT:-18080}
base=http://127.0.0.1:$port
server=

stop_server() {
    [ -n "$server" ] && kill "$1" "$server" 2>/dev/null && wait "$server" 2>/dev/null || true
    server=
}
finish() {
    status=$?
    stop_server -TERM
    if [ "$status" -ne 0 ]; then
        echo "FAILED. The server's log ends:" >&2
        tail -n 30 "$work/server.log" >&2 || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

start_server() {
    CHAOBIAO_SERVER__LISTEN=127.0.0.1:$port "$binary" serve --data-dir "$data" \
        >>"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        curl -fsS "$base/readyz" >/dev/null 2>&1 && return
        kill -0 "$server" 2>/dev/null || { echo "the server has stopped" >&2; return 1; }
        sleep 0.2
    done
    echo "the server does not get ready" >&2
    return 1
}

# gql WHO QUERY [VARIABLES]: asks as WHO (one cookie jar each) and leaves the answer in $answer.
gql() {
    local body
    body=$(printf '{"query":"%s","variables":%s}' \
        "$(printf '%s' "$2" | tr '\n' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g')" "${3:-{\}}")
    answer=$(curl -sS -b "$work/$1.jar" -c "$work/$1.jar" \
        -H 'Content-Type: application/json' -H 'X-Requested-With: chaobiao' \
        --data-binary "$body" "$base/graphql")
}
# mutate WHO NAME INPUT FIELDS: one mutation; INPUT is JSON, or an object in GraphQL's own notation.
mutate() {
    local type=$2
    type="$(printf '%s' "${type:0:1}" | tr '[:lower:]' '[:upper:]')${type:1}Input"
    gql "$1" "mutation(\$input: $type!) { $2(input: \$input) { $4 userErrors { code message field } } }" \
        "{\"input\":$3}"
}
step() { printf '%-58s' "$1"; }
ok() { echo "ok  ${1:-}"; }
# has TEXT: the answer contains it.
has() {
    case "$answer" in *"$1"*) ;; *)
        printf '\nexpected %s in:\n%s\n' "$1" "$answer" >&2
        return 1 ;;
    esac
}
# value NAME: the first string or number of that name in the answer.
value() { printf '%s' "$answer" | grep -o "\"$1\":\"\?[^\",}]*" | head -n 1 | sed 's/^"[^"]*":"\?//'; }
key() { printf 'walkthrough-%s-%s' "$1" 0123456789abcdef; }
