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
run() { "$binary" "$@" --data-dir "$data"; }
# again COMMAND…: repeats a question until its check holds; the read models may lag on a busy machine.
again() {
    for _ in $(seq 100); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    "$@"
}
sign_in() { # WHO LOGIN INITIAL: signs in and chooses a password
    mutate "$1" staffLogin "{\"login\":\"$2\",\"password\":\"$3\"}" ''
    has '"userErrors":[]'
    mutate "$1" changePassword \
        "{\"currentPassword\":\"$3\",\"newPassword\":\"correct horse battery staple\"}" ''
    has '"userErrors":[]'
    mutate "$1" staffLogin "{\"login\":\"$2\",\"password\":\"correct horse battery staple\"}" ''
    has '"userErrors":[]'
}
hire() { # WHO ROLES
    mutate admin hireStaff "{\"idempotencyKey\":\"$(key "hire-$1")\",\"login\":\"$1\",\"name\":\"李四\",
        \"department\":\"中心\",\"position\":\"专员\",\"roles\":[$2]}" initialPassword
    has '"userErrors":[]'
    sign_in "$1" "$1" "$(value initialPassword)"
}
must() { # WHO NAME INPUT FIELDS: a mutation that is to be accepted
    mutate "$1" "$2" "{\"idempotencyKey\":\"$(key "$2")\",$3}" "$4"
    has '"userErrors":[]'
}

step 'start on an empty data directory'
start_server
ok

step 'first administrator, staff, campus, tariff'
initial=$(run staff create-admin)
sign_in admin admin "${initial##*：}"
hire manager '"MANAGER"'
hire finance '"FINANCE"'
hire cashier '"CASHIER"'
must admin openCampus '"campusId":"N","name":"北校区","contact":"5566",
    "officeHours":[{"from":"08:00","to":"18:00"}]' ''
must admin defineTariff '"tariffId":"W","name":"居民用水","commodity":"WATER",
    "versions":[{"from":"2025-01-01","tiers":[{"upTo":"180","price":"3.10"},{"price":"9.30"}]}]' ''
ok

step 'account and meter'
must admin openAccount '"accountNo":"10001","class":"RESIDENT","campus":"N","holder":"王芳",
    "address":"北苑 3 栋 201","householdPersons":3' ''
must admin registerMeter '"meterNo":"W-10001","commodity":"WATER","campusId":"N",
    "building":"北苑 3 栋","room":"201","book":"B1","selfRead":true' ''
must admin installDevice '"meterNo":"W-10001","hardwareNo":"HW-1","digits":5,
    "openingIndex":"100","installedAt":"2026-01-01T01:00:00Z"' ''
must admin assignMeter '"accountNo":"10001","meterNo":"W-10001","tariffId":"W",
    "from":"2026-01-01"' ''
ok

step 'register by phone and code'
mutate resident requestPhoneCode '{"phone":"13800138000"}' ''
has '"userErrors":[]'
# The text of the message; the phone it goes to is a value as well.
sent() { grep -o '"value":"[^0-9"][^"]*[0-9]\{6\}[^"]*"' "$data/outbox.jsonl"; }
again sent
code=$(sent | tail -n 1 | grep -o '[0-9]\{6\}' | head -n 1)
must resident registerCustomer "\"phone\":\"13800138000\",\"code\":\"$code\",\"kind\":\"RESIDENT\"" ''
ok

step 'bind the account, and have it approved'
must resident requestBinding '"accountNo":"10001","holderName":"王芳"' ''
waiting() { gql manager '{ bindingQueue(first: 1) { nodes { bindingId } } }' && has bindingId; }
again waiting
waiting
must manager approveBinding "\"bindingId\":\"$(value bindingId)\"" ''
ok

step 'kill -9 and start again: nothing is lost'
stop_server -KILL
start_server
bound() { gql resident '{ account(accountNo: "10001") { accountNo } }' && has '"10001"'; }
again bound
ok

step 'read the meter with a photo'
# The smallest grey PNG.
printf 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==' |
    base64 -d >"$work/dial.png"
answer=$(curl -sS -b "$work/resident.jar" -H 'X-Requested-With: chaobiao' \
    -F "photo=@$work/dial.png;type=image/png" "$base/photos")
has hash
must resident submitReading "\"meterNo\":\"W-10001\",\"index\":\"110\",\"channel\":\"SELF_READ\",
    \"photo\":\"$(value hash)\",\"readAt\":\"2026-02-01T02:00:00Z\"" status
has ACCEPTED
ok '10 m³'

step 'bill the month, with its payment notice'
must finance runBilling '"month":"2026-02","accountNos":["10001"]' 'run { billed }'
has '"billed":1'
noticed() { gql resident '{ account(accountNo: "10001") { openAmount notices { noticeNo } } }' &&
    has '"openAmount":"3100"'; }
again noticed
noticed
ok "$(value noticeNo)"

step 'pay cash, receipt on the spot'
must cashier recordPayment '"campusId":"N","method":"CASH","amount":"3100",
    "accountNos":["10001"]' 'payment { paymentId }'
payment=$(value paymentId)
must cashier issueReceipt "\"paymentId\":\"$payment\",\"campusId\":\"N\"" 'receipt { receiptNo }'
receipt=$(value receiptNo)
mutate cashier issueReceipt "{\"idempotencyKey\":\"$(key receipt-again)\",\"paymentId\":\"$payment\",
    \"campusId\":\"N\"}" ''
has RECEIPT_ALREADY_ISSUED
ok "$receipt"

step 'finance exports the payments'
exported() { run export payments --month 2026-02 --format csv --out "$work/export.csv"; }
again exported
grep -q '10001.*2026-02.*31.00' "$work/export.csv"
ok

step 'the auditor replays the meter, and checks the log'
run meter replay W-10001 --json | grep -q meter.reading_accepted
run projection verify >/dev/null
signed() { run audit verify; }
again signed
ok

stop_server -TERM
echo 'The main job works.'
