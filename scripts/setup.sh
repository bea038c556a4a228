#!/usr/bin/env bash
# Installs what is missing on a Debian machine; what is there is left alone, so a second run
# does nothing. `setup.sh run` brings what building and serving need, `setup.sh` also what the
# tests need.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly RUST_MIN=1.95.0
readonly NODE_MIN=20.19.0
readonly SCOPE="${1:-all}"
PATH="$PATH:$HOME/.cargo/bin"

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Runs quietly, but shows everything when it fails.
quietly() {
    local log
    log="$(mktemp)"
    if "$@" >"$log" 2>&1; then rm -f "$log"; return; fi
    cat "$log" >&2
    rm -f "$log"
    fail "failed: $*"
}

have_postgresql() {
    if [ -n "${DATABASE_URL:-}" ] && [ "$SCOPE" = run ]; then return 0; fi
    if [ -n "${CHAOBIAO_PG_BIN:-}" ]; then [ -x "$CHAOBIAO_PG_BIN/initdb" ]; return; fi
    have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

have_chinese_font() { have fc-list && [ -n "$(fc-list :lang=zh family)" ]; }
# Where src/paper/font.rs looks.
have_paper_font() {
    ls /usr/share/fonts/*/*/NotoSansCJK-Regular.ttc /usr/share/fonts/*/NotoSansCJK-Regular.ttc \
        /usr/share/fonts/truetype/wqy/wqy-*.ttc 2>/dev/null | grep -q .
}

apt_install() {
    say "installing: $*"
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"
}

# The server runs a cluster of its own; Debian's default one would only take memory and a port.
install_postgresql() {
    local settings=/etc/postgresql-common/createcluster.conf
    if [ ! -e "$settings" ]; then
        apt_install postgresql-common
        quietly as_root sed -i -E 's/^#?create_main_cluster .*/create_main_cluster = false/' \
            "$settings"
    fi
    apt_install postgresql
}

install_debian_packages() {
    local missing=() postgresql=no
    have gcc || missing+=(gcc libc6-dev)
    have make || missing+=(make)
    have pkg-config || missing+=(pkg-config)
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
    have_postgresql || postgresql=yes
    have_paper_font || missing+=(fonts-noto-cjk)
    if [ "$SCOPE" = all ]; then
        have curl || missing+=(curl)
        have pdftotext || missing+=(poppler-utils)
        have chromium || have google-chrome || missing+=(chromium)
        have_chinese_font || missing+=(fontconfig fonts-noto-cjk)
    fi
    if [ "${#missing[@]}" = 0 ] && [ "$postgresql" = no ]; then return; fi
    if ! have apt-get; then
        [ "$postgresql" = no ] || missing+=(postgresql)
        fail "not a Debian machine; please install: ${missing[*]}"
    fi
    [ "$(id -u)" = 0 ] || have sudo || fail "root or sudo is needed to install packages"
    quietly as_root apt-get update -qq
    [ "${#missing[@]}" = 0 ] || apt_install "${missing[@]}"
    [ "$postgresql" = no ] || install_postgresql
}

check_rust() {
    have cargo || fail "Rust is missing: install version $RUST_MIN or newer with rustup (https://rustup.rs)"
    local version
    version="$(cargo --version | cut -d ' ' -f 2)"
    at_least "$RUST_MIN" "$version" || fail "Rust $version is too old: rustup update (needs $RUST_MIN)"
}

# The Node of Debian 12 is too old for the page build, that of Debian 13 is not.
check_node() {
    if [ "${WEB_ASSETS:-}" = skip ] || [ ! -e web/package-lock.json ]; then return; fi
    if ! have node && have apt-get; then
        local offered
        offered="$(apt-cache policy nodejs | sed -n 's/^ *Candidate: //p' | sed 's/[+~-].*//')"
        if [ -n "$offered" ] && at_least "$NODE_MIN" "$offered"; then apt_install nodejs npm; fi
    fi
    if ! have node || ! have npm; then
        fail "Node is missing: install version $NODE_MIN or newer (https://nodejs.org)"
    fi
    local version
    version="$(node --version | tr -d v)"
    at_least "$NODE_MIN" "$version" || fail "Node $version is too old (needs $NODE_MIN)"
}

# The same mark as the page build leaves, so that neither repeats the other's work.
install_node_packages() {
    if [ "${WEB_ASSETS:-}" = skip ] || [ ! -e web/package-lock.json ]; then return; fi
    local mark=web/node_modules/.installed-lock.json
    cmp -s web/package-lock.json "$mark" && return
    say "installing the packages of the pages"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 quietly \
        npm --prefix web ci --prefer-offline --no-progress --no-audit --no-fund
    cp web/package-lock.json "$mark"
}

install_nextest() {
    cargo nextest --version >/dev/null 2>&1 && return
    say "installing cargo-nextest (some minutes)"
    quietly cargo install --locked cargo-nextest
}

case "$SCOPE" in run | all) ;; *) fail "usage: setup.sh [run]" ;; esac
install_debian_packages
check_rust
check_node
install_node_packages
scripts/setup-photo-text.sh
if [ "$SCOPE" = all ]; then install_nextest; fi
