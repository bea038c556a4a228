//! Published examples of the providers of text messages, reproduced to the byte.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use std::collections::BTreeMap;

use chaobiao_integrations::sms::SmsSecret;
use chaobiao_integrations::sms::aliyun::{
    Acs3, acs3_authorization, canonical_query, rpc_signature,
};
use chaobiao_integrations::sms::tencent::Tc3;
use chrono::DateTime;
use serde_json::Value;

fn vectors() -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/vectors.json")).unwrap();
    vectors["sms"].clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn pairs(value: &Value) -> BTreeMap<String, String> {
    let object = value.as_object().unwrap().iter();
    object
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn a_call_to_tencent_cloud_is_signed_as_published() {
    let vectors = vectors();
    let vector = &vectors["tc3"];
    let signed = Tc3 {
        service: text(vector, "service"),
        host: text(vector, "host"),
        action: text(vector, "action"),
        content_type: text(vector, "content_type"),
        now: DateTime::from_timestamp(vector["timestamp"].as_i64().unwrap(), 0).unwrap(),
        body: text(vector, "payload").as_bytes(),
    }
    .sign(&SmsSecret::new(text(vector, "secret_key")));
    assert_eq!(
        signed.hashed_request,
        text(vector, "hashed_canonical_request")
    );
    assert_eq!(
        hex::encode(&signed.signing_key),
        text(vector, "signing_key_hex")
    );
    assert_eq!(signed.signature, text(vector, "signature"));
    assert_eq!(
        signed.authorization("AKID"),
        format!(
            "TC3-HMAC-SHA256 Credential=AKID/{}/cvm/tc3_request, SignedHeaders={}, Signature={}",
            text(vector, "date"),
            text(vector, "signed_headers"),
            text(vector, "signature")
        )
    );
}

/// Seven in the morning of the 26th in Beijing is still the 25th there.
#[test]
fn the_date_that_is_signed_is_that_of_utc() {
    let signed = Tc3 {
        service: "sms",
        host: "sms.tencentcloudapi.com",
        action: "SendSms",
        content_type: "application/json; charset=utf-8",
        now: "2026-09-25T23:00:00Z".parse().unwrap(),
        body: b"{}",
    }
    .sign(&SmsSecret::new("secret"));
    let header = signed.authorization("AKID");
    assert!(header.contains("AKID/2026-09-25/sms/"), "{header}");
}

#[test]
fn a_call_to_alibaba_cloud_is_signed_as_published() {
    let vectors = vectors();
    let vector = &vectors["acs3"];
    let query = canonical_query(&pairs(&vector["query"]));
    let headers = pairs(&vector["headers"]);
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let call = Acs3 {
        method: text(vector, "method"),
        query: &query,
        headers: &headers,
        body: b"",
    };
    assert_eq!(
        call.hashed_request(),
        text(vector, "hashed_canonical_request")
    );
    let secret = SmsSecret::new(text(vector, "access_key_secret"));
    assert_eq!(call.signature(&secret), text(vector, "signature"));
    assert_eq!(
        acs3_authorization(&call, text(vector, "access_key_id"), &secret),
        format!(
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
             x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={}",
            text(vector, "signature")
        )
    );
}

#[test]
fn the_older_signature_of_alibaba_cloud_is_made_as_published() {
    let vectors = vectors();
    let vector = &vectors["aliyun_rpc_v1"];
    let secret = SmsSecret::new(text(vector, "access_key_secret"));
    let parameters = pairs(&vector["params"]);
    assert_eq!(
        rpc_signature(text(vector, "method"), &parameters, &secret),
        text(vector, "signature")
    );
}

#[test]
fn what_is_not_kept_by_rfc_3986_is_encoded_in_upper_case() {
    let parameters = BTreeMap::from([
        ("b".to_owned(), "水 a*~".to_owned()),
        ("a".to_owned(), String::new()),
    ]);
    assert_eq!(canonical_query(&parameters), "a=&b=%E6%B0%B4%20a%2A~");
}

#[test]
fn a_secret_cannot_be_shown() {
    assert_eq!(format!("{:?}", SmsSecret::new("hunter2")), "SmsSecret(***)");
}
