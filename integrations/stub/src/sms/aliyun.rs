use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use serde_json::json;

use super::{Ledger, Received, Refusal, SmsStub, SmsTrouble, mac, sha256};
use crate::listen::{Reply, Request};

pub(super) fn answer(ledger: &mut Ledger, request: &Request, trouble: Option<SmsTrouble>) -> Reply {
    let query = request.target.strip_prefix("/?").unwrap_or_default();
    let mut parameters = BTreeMap::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.insert(decode(name), decode(value));
    }
    if let Some(code) = distrust(ledger, request, query, &parameters) {
        return said(400, code, "");
    }
    match trouble {
        Some(SmsTrouble::InternalError) => return said(500, "isp.SYSTEM_ERROR", ""),
        Some(SmsTrouble::TooManyCalls) => return said(400, "Throttling.User", ""),
        Some(SmsTrouble::OutOfMoney) => return said(200, "isv.AMOUNT_NOT_ENOUGH", ""),
        _ => {}
    }
    let parameter = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    if parameter("SignName") != SmsStub::SIGN_NAME {
        return said(200, "isv.SMS_SIGNATURE_ILLEGAL", "");
    }
    let Ok(values) = serde_json::from_str::<BTreeMap<String, String>>(&parameter("TemplateParam"))
    else {
        return said(200, "isv.INVALID_JSON_PARAM", "");
    };
    let named = ["code,minutes", "text"];
    if !named.contains(
        &values
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(",")
            .as_str(),
    ) {
        return said(200, "isv.TEMPLATE_MISSING_PARAMETERS", "");
    }
    let message = Received {
        provider: "aliyun",
        phone: parameter("PhoneNumbers"),
        template: parameter("TemplateCode"),
        values,
        reference: parameter("OutId"),
        at: ledger.now(),
    };
    match ledger.take(message, TimeDelta::minutes(1)) {
        Ok(()) => said(
            200,
            "OK",
            &format!("9006197469364984{}^0", ledger.received.len()),
        ),
        Err(Refusal::Template) => said(200, "isv.SMS_TEMPLATE_ILLEGAL", ""),
        Err(Refusal::Values) => said(200, "isv.TEMPLATE_PARAMS_ILLEGAL", ""),
        Err(Refusal::Phone) => said(200, "isv.MOBILE_NUMBER_ILLEGAL", ""),
        Err(Refusal::Limit) => said(200, "isv.BUSINESS_LIMIT_CONTROL", ""),
    }
}

fn said(status: u16, code: &str, biz_id: &str) -> Reply {
    let answer = json!({ "RequestId": "r", "BizId": biz_id, "Code": code, "Message": code });
    Reply::Json(status, answer.to_string())
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            decoded.extend(hex::decode(&bytes[at + 1..at + 3]).unwrap());
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(decoded).unwrap()
}

/// Why this call is not from whom it says, if so.
fn distrust(
    ledger: &mut Ledger,
    request: &Request,
    query: &str,
    parameters: &BTreeMap<String, String>,
) -> Option<&'static str> {
    let parameter = |name: &str| parameters.get(name).map_or("", String::as_str);
    let older = request.header("x-acs-action").is_empty();
    let (right, date, nonce) = if older {
        let right = rpc(&request.method, query) == parameter("Signature")
            && parameter("AccessKeyId") == SmsStub::KEY_ID;
        (right, parameter("Timestamp"), parameter("SignatureNonce"))
    } else {
        let right = acs3(request, query) == request.header("authorization");
        let nonce = request.header("x-acs-signature-nonce");
        (right, request.header("x-acs-date"), nonce)
    };
    if !right {
        return Some("SignatureDoesNotMatch");
    }
    let Ok(sent) = date.parse::<DateTime<Utc>>() else {
        return Some("InvalidTimeStamp.Format");
    };
    if (ledger.now() - sent).abs() > TimeDelta::minutes(15) {
        return Some("InvalidTimeStamp.Expired");
    }
    (!ledger.nonces.insert(nonce.to_owned())).then_some("SignatureNonceUsed")
}

fn acs3(request: &Request, query: &str) -> String {
    let mut signed: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, _)| name == "host" || name == "content-type" || name.starts_with("x-acs-"))
        .collect();
    signed.sort();
    let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let lines: Vec<String> = signed
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let lines = lines.concat();
    let canonical = format!(
        "{}\n/\n{query}\n{lines}\n{names}\n{}",
        request.method,
        sha256(&request.body)
    );
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
    let signature = hex::encode(mac(SmsStub::SECRET.as_bytes(), &to_sign));
    let key_id = SmsStub::KEY_ID;
    format!("ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}")
}

fn rpc(method: &str, query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.retain(|pair| !pair.starts_with("Signature="));
    pairs.sort_unstable();
    // Everything in it is encoded once already: only these three are left to be.
    let twice = pairs
        .join("&")
        .replace('%', "%25")
        .replace('=', "%3D")
        .replace('&', "%26");
    let key = format!("{}&", SmsStub::SECRET);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    BASE64.encode(hmac::sign(&key, format!("{method}&%2F&{twice}").as_bytes()))
}
