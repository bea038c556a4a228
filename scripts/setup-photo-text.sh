#!/usr/bin/env bash
# Fetches the models by which serial numbers printed on meters are read, for the next build to take
# in. Everything else works without them, so nothing here fails the set-up.
set -uo pipefail
cd "$(dirname "$0")/.."

readonly PACKAGE=rapidocr-onnxruntime==1.4.4
readonly WHEEL=rapidocr_onnxruntime-1.4.4-py3-none-any.whl
readonly WHEEL_SHA256=971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf
readonly INSIDE=rapidocr_onnxruntime/models
readonly TARGET=photos/models/text
# Name in the package, name here, SHA-256.
readonly MODELS='
ch_PP-OCRv4_det_infer.onnx detection.onnx d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9
ch_PP-OCRv4_rec_infer.onnx recognition.onnx 48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b
'

warn() {
    printf 'setup: %s; printed serial numbers will not be read\n' "$*" >&2
    exit 0
}

is_right() { [ -e "$2" ] && printf '%s  %s\n' "$1" "$2" | sha256sum --check --status; }

all_there() {
    local from to sum
    while read -r from to sum; do
        [ -z "$from" ] || is_right "$sum" "$TARGET/$to" || return 1
    done <<<"$MODELS"
}

all_there && exit 0
command -v python3 >/dev/null 2>&1 || warn 'python3 is missing'
python3 -m pip --version >/dev/null 2>&1 || warn 'pip is missing'

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
printf 'setup: fetching the models for printed serial numbers\n' >&2
timeout 120 python3 -m pip download --quiet --disable-pip-version-check --no-deps \
    --only-binary :all: --python-version 3.11 --dest "$work" "$PACKAGE" >"$work/log" 2>&1 ||
    warn "$PACKAGE could not be fetched"
is_right "$WHEEL_SHA256" "$work/$WHEEL" || warn "$WHEEL is not the one expected"
python3 -m zipfile --extract "$work/$WHEEL" "$work" || warn "$WHEEL could not be unpacked"

mkdir -p "$TARGET"
while read -r from to sum; do
    [ -n "$from" ] || continue
    is_right "$sum" "$work/$INSIDE/$from" || warn "$from is not the one expected"
    mv "$work/$INSIDE/$from" "$TARGET/$to" || warn "$TARGET/$to could not be written"
done <<<"$MODELS"
