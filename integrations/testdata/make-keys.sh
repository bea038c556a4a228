#!/bin/sh
# Makes the keys and certificates the tests use. TEST ONLY: everybody can read these keys.
# Run in this folder; everything is replaced.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1"; }
cat > "$work/ca.cnf" <<'C'
[ca]
default_ca = c
[c]
new_certs_dir = $ENV::WORK
database = $ENV::WORK/index
rand_serial = yes
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
C
export WORK="$work"
: > "$work/index"
# name subject issuer from to
certify() {
    openssl req -new -key "$1_key.pem" -utf8 -subj "$2" -out "$work/$1.csr"
    if [ "$3" = self ]; then signer="-selfsign -keyfile $1_key.pem"; else
        signer="-cert $3_cert.pem -keyfile $3_key.pem"; fi
    # shellcheck disable=SC2086
    openssl ca -batch -notext -utf8 -config "$work/ca.cnf" $signer -in "$work/$1.csr" \
        -startdate "$4" -enddate "$5" -out "$1_cert.pem" 2> "$work/log" || { cat "$work/log"; exit 1; }
}
NAME='/CN=041@83100000000083040@中国银联股份有限公司@00016495'
for name in merchant wechat_platform wechat_expired unionpay_root unionpay_middle unionpay_sign \
    unionpay_expired unionpay_other foreign_root foreign_middle foreign_sign; do
    key "${name}_key.pem"
done
certify merchant '/CN=TEST merchant' self 20260101000000Z 20460101000000Z
certify wechat_platform '/CN=TEST platform' self 20260101000000Z 20460101000000Z
certify wechat_expired '/CN=TEST platform of old' self 20200101000000Z 20250101000000Z
certify unionpay_root '/CN=TEST root' self 20200101000000Z 20460101000000Z
certify unionpay_middle '/CN=TEST middle' unionpay_root 20200101000000Z 20460101000000Z
certify unionpay_sign "$NAME" unionpay_middle 20260101000000Z 20460101000000Z
certify unionpay_expired "$NAME" unionpay_middle 20200101000000Z 20250101000000Z
certify unionpay_other '/CN=041@83100000000083040@Somebody else@1' unionpay_middle 20260101000000Z 20460101000000Z
certify foreign_root '/CN=TEST root' self 20200101000000Z 20460101000000Z
certify foreign_middle '/CN=TEST middle' foreign_root 20200101000000Z 20460101000000Z
certify foreign_sign "$NAME" foreign_middle 20260101000000Z 20460101000000Z
rm -f unionpay_root_key.pem unionpay_middle_key.pem foreign_root_key.pem foreign_middle_key.pem \
    foreign_root_cert.pem foreign_middle_cert.pem
