//! Published examples of the gateways, reproduced to the byte.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use chaobiao_integrations::unionpay::{self, Chain, Fields};
use chaobiao_integrations::wechat_pay::{
    ApiV3Key, Merchant, Platform, Sealed, SignedHeaders, Stamp,
};
use chaobiao_integrations::{Certificate, SigningKey};
use chrono::{DateTime, Utc};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../testdata/vectors.json")).unwrap()
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).unwrap().as_str().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>()
        .unwrap()
        .into()
}

fn sample_merchant(vector: &Value) -> Merchant {
    let request = &vector["wechatpay_v3"]["request_signature"];
    Merchant {
        mchid: text(request, "/mchid").to_owned(),
        appid: text(vector, "/wechatpay_v3/jsapi_pay_sign/appId").to_owned(),
        serial_no: text(request, "/serial_no").to_owned(),
        key: SigningKey::from_pem(text(request, "/private_key_pem")).unwrap(),
        api_v3_key: ApiV3Key::new(text(vector, "/wechatpay_v3/aead/apiv3_key").as_bytes()).unwrap(),
    }
}

fn stamp(seconds: &str, nonce: &str) -> Stamp {
    Stamp {
        now: DateTime::from_timestamp(seconds.parse().unwrap(), 0).unwrap(),
        nonce: nonce.to_owned(),
    }
}

#[test]
fn a_request_to_wechat_pay_is_signed_as_published() {
    let vectors = vectors();
    let request = &vectors["wechatpay_v3"]["request_signature"];
    let stamp = stamp(text(request, "/timestamp"), text(request, "/nonce_str"));
    let header = sample_merchant(&vectors)
        .authorization(
            text(request, "/method"),
            text(request, "/path"),
            &stamp,
            text(request, "/body").as_bytes(),
        )
        .unwrap();
    let signature = format!("signature=\"{}\"", text(request, "/signature"));
    assert!(header.ends_with(&signature), "{header}");
    assert!(header.starts_with("WECHATPAY2-SHA256-RSA2048 mchid=\"1230000109\","));
}

#[test]
fn a_page_call_is_signed_as_published() {
    let vectors = vectors();
    let page = &vectors["wechatpay_v3"]["jsapi_pay_sign"];
    let stamp = stamp(text(page, "/timeStamp"), text(page, "/nonceStr"));
    let prepay_id = text(page, "/package").strip_prefix("prepay_id=").unwrap();
    let call = sample_merchant(&vectors)
        .page_call(prepay_id, &stamp)
        .unwrap();
    assert_eq!(call.pay_sign, text(page, "/paySign"));
    let json = serde_json::to_value(&call).unwrap();
    for name in ["appId", "timeStamp", "nonceStr", "package", "signType"] {
        assert_eq!(json[name], page[name], "{name}");
    }
}

#[test]
fn a_published_notice_of_wechat_pay_is_believed_at_its_time_only() {
    let vectors = vectors();
    let notice = &vectors["wechatpay_v3"]["notify"];
    let certificate = Certificate::from_pem(text(notice, "/platform_certificate_pem")).unwrap();
    assert_eq!(
        certificate.serial_hex(),
        text(notice, "/headers/Wechatpay-Serial")
    );
    let platform = Platform::default().with_certificate(certificate);
    let headers = notice["headers"].as_object().unwrap();
    let headers = SignedHeaders::read(|name| {
        let found = headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    });
    let body = text(notice, "/body").as_bytes();
    let sent = DateTime::from_timestamp(1_624_523_846, 0).unwrap();
    platform.verify(&headers, body, sent).unwrap();
    let late = sent + chrono::TimeDelta::seconds(300);
    assert!(platform.verify(&headers, body, late).is_err());
}

#[test]
fn the_encrypted_part_is_opened_as_computed_elsewhere() {
    let vectors = vectors();
    let vector = &vectors["wechatpay_v3"]["aead"];
    let sealed = Sealed {
        algorithm: "AEAD_AES_256_GCM".to_owned(),
        nonce: text(vector, "/nonce").to_owned(),
        associated_data: Some(text(vector, "/associated_data").to_owned()),
        ciphertext: text(vector, "/ciphertext").to_owned(),
    };
    let key = ApiV3Key::new(text(vector, "/apiv3_key").as_bytes()).unwrap();
    assert_eq!(
        key.open(&sealed).unwrap(),
        text(vector, "/plaintext").as_bytes()
    );
    let again = key.seal(
        text(vector, "/plaintext").as_bytes(),
        &sealed.nonce,
        "transaction",
    );
    assert_eq!(again.unwrap(), sealed);
    let other = Sealed {
        associated_data: None,
        ..sealed
    };
    assert!(key.open(&other).is_err());
    assert!(
        ApiV3Key::new(b"testMchAPIv3Key0").is_none(),
        "16 bytes are no key"
    );
}

#[test]
fn a_request_to_unionpay_is_signed_as_computed_elsewhere() {
    let vectors = vectors();
    let request = &vectors["unionpay"]["request_signature"];
    let mut fields = Fields::default();
    for (name, value) in request["fields"].as_object().unwrap() {
        fields.set(name, value.as_str().unwrap());
    }
    assert_eq!(fields.presign(), text(request, "/presign"));
    let key = text(&vectors, "/unionpay/merchant_pfx/private_key_pem");
    let signature = SigningKey::from_pem(key).unwrap();
    let signature = signature
        .sign(text(request, "/sha256_hex").as_bytes())
        .unwrap();
    assert_eq!(signature, text(request, "/signature"));
}

#[test]
fn a_captured_answer_of_unionpay_is_believed_in_the_sandbox_of_its_time() {
    let vectors = vectors();
    let captured = &vectors["unionpay"]["captured_sandbox_response"];
    let fields = Fields::from_form(text(captured, "/form_body").as_bytes()).unwrap();
    let mut chain = Chain {
        root: Certificate::from_pem(text(captured, "/root_pem")).unwrap(),
        middle: Certificate::from_pem(text(captured, "/middle_pem")).unwrap(),
        sandbox: true,
    };
    let then = at("2017-10-30T22:36:23+08:00");
    assert_eq!(chain.verify(&fields, then), Ok(()));
    let expired = unionpay::Distrust::CertificateExpired;
    assert_eq!(
        chain.verify(&fields, at("2026-09-01T12:00:00+08:00")),
        Err(expired)
    );
    chain.sandbox = false;
    let foreign = unionpay::Distrust::ForeignChain;
    assert_eq!(
        chain.verify(&fields, then),
        Err(foreign),
        "SHA-1 counts in no other place"
    );
}

fn made_chain(vectors: &Value) -> Chain {
    let made = &vectors["unionpay"]["notify_chain"];
    Chain {
        root: Certificate::from_pem(text(made, "/root_pem")).unwrap(),
        middle: Certificate::from_pem(text(made, "/middle_pem")).unwrap(),
        sandbox: false,
    }
}

#[test]
fn a_notice_of_unionpay_is_verified_and_read() {
    let vectors = vectors();
    let body = text(&vectors, "/unionpay/notify_ok/form_body");
    let fields = Fields::from_form(body.as_bytes()).unwrap();
    let now = at("2026-09-01T12:00:05+08:00");
    assert_eq!(made_chain(&vectors).verify(&fields, now), Ok(()));
    assert!(unionpay::TradeResult::succeeded(&fields));
    let result = unionpay::TradeResult::of(&fields).unwrap();
    assert_eq!(result.order_id, "20260901000000000001");
    assert_eq!((result.amount_fen, result.currency.as_str()), (5000, "156"));
    assert_eq!(result.query_id, "922609011200001234568");
    assert_eq!(
        result.trace_time.map(|at| at.to_rfc3339()).as_deref(),
        Some("2026-09-01T12:00:00+08:00")
    );
    let mut shorter = fields.clone();
    shorter.remove("signPubKeyCert");
    let missing = unionpay::Distrust::FieldMissing("signPubKeyCert");
    assert_eq!(made_chain(&vectors).verify(&shorter, now), Err(missing));
}

#[test]
fn a_day_file_of_unionpay_is_unpacked_and_read_by_its_columns() {
    let vectors = vectors();
    let content = text(&vectors, "/unionpay/file_transfer/fileContent");
    let day = unionpay::read_day_file(content).unwrap();
    assert_eq!(day.unreadable, Vec::<usize>::new());
    let rows: Vec<_> = day
        .rows
        .iter()
        .map(|row| {
            (
                row.txn_type.as_str(),
                row.order_id.as_str(),
                row.amount.value(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("01", "20260901000000000001", 5000),
            ("04", "20260901000000000R01", 2000)
        ]
    );
    let origin = day.rows[1].origin_query_id.as_deref();
    assert_eq!(origin, Some("922609011200001234568"));
    assert_eq!(day.rows[0].mer_id, "777290058110048");
    assert!(unionpay::read_day_file("nonsense").is_err());
}

mod changed {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn no_byte_of_a_wechat_pay_notice_can_be_changed(place in 0_usize..560, bit in 0_u8..8) {
            let vectors = vectors();
            let notice = &vectors["wechatpay_v3"]["notify"];
            let certificate = Certificate::from_pem(text(notice, "/platform_certificate_pem")).unwrap();
            let platform = Platform::default().with_certificate(certificate);
            let header = |name: &str| Some(text(notice, &format!("/headers/{name}")).to_owned());
            let headers = SignedHeaders {
                timestamp: header("Wechatpay-Timestamp"),
                nonce: header("Wechatpay-Nonce"),
                serial: header("Wechatpay-Serial"),
                signature: header("Wechatpay-Signature"),
            };
            let sent = DateTime::from_timestamp(1_624_523_846, 0).unwrap();
            let mut body = text(notice, "/body").as_bytes().to_vec();
            prop_assert!(platform.verify(&headers, &body, sent).is_ok());
            let place = place % body.len();
            body[place] ^= 1 << bit;
            prop_assert!(platform.verify(&headers, &body, sent).is_err());
        }

        #[test]
        fn no_value_of_a_unionpay_notice_can_be_changed_added_or_left_out(
            place in 0_usize..40,
            at_byte in 0_usize..2000,
            digit in "[0-9a-z]",
        ) {
            let vectors = vectors();
            let body = text(&vectors, "/unionpay/notify_ok/form_body");
            let fields = Fields::from_form(body.as_bytes()).unwrap();
            let chain = made_chain(&vectors);
            let now = at("2026-09-01T12:00:05+08:00");
            let all: Vec<(String, String)> =
                fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let (name, value) = &all[place % all.len()];
            let letters: Vec<char> = value.chars().collect();
            let at_byte = at_byte % letters.len();
            let mut other = letters.clone();
            other[at_byte] = digit.chars().next().unwrap();
            prop_assume!(other != letters);
            let other: String = other.into_iter().collect();
            prop_assert!(chain.verify(&fields.clone().with(name, other), now).is_err(), "{name}");
            let mut without = fields.clone();
            without.remove(name);
            prop_assert!(chain.verify(&without, now).is_err(), "without {name}");
            prop_assert!(chain.verify(&fields.clone().with("extra", digit), now).is_err());
        }
    }
}
