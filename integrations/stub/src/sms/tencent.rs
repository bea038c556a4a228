use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{Ledger, Received, Refusal, SmsStub, SmsTrouble, mac, sha256};
use crate::listen::{Reply, Request};

pub(super) fn answer(ledger: &mut Ledger, request: &Request, trouble: Option<SmsTrouble>) -> Reply {
    let response = match distrust(ledger, request) {
        Some(code) => fault(code),
        None => match trouble {
            Some(SmsTrouble::InternalError) => fault("InternalError.Timeout"),
            Some(SmsTrouble::TooManyCalls) => fault("RequestLimitExceeded"),
            other => send(ledger, request, other == Some(SmsTrouble::OutOfMoney)),
        },
    };
    Reply::Json(200, json!({ "Response": response }).to_string())
}

fn fault(code: &str) -> Value {
    json!({ "Error": { "Code": code, "Message": "refused" }, "RequestId": "r" })
}

/// Why this call is not from whom it says, if so.
fn distrust(ledger: &Ledger, request: &Request) -> Option<&'static str> {
    let timestamp = request.header("x-tc-timestamp");
    let sent = timestamp
        .parse()
        .ok()
        .and_then(|at| DateTime::from_timestamp(at, 0));
    let Some(sent) = sent else {
        return Some("InvalidParameter");
    };
    if (ledger.now() - sent).abs() > TimeDelta::minutes(5) {
        return Some("AuthFailure.SignatureExpire");
    }
    let (kind, host) = (request.header("content-type"), request.header("host"));
    let action = request.header("x-tc-action").to_lowercase();
    let canonical = [
        request.method.as_str(),
        request.target.as_str(),
        "",
        &format!("content-type:{kind}"),
        &format!("host:{host}"),
        &format!("x-tc-action:{action}"),
        "",
        "content-type;host;x-tc-action",
        &sha256(&request.body),
    ]
    .join("\n");
    let date = sent.date_naive().to_string();
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{timestamp}\n{date}/sms/tc3_request\n{}",
        sha256(canonical.as_bytes())
    );
    let mut key = mac(format!("TC3{}", SmsStub::SECRET).as_bytes(), &date);
    for step in ["sms", "tc3_request"] {
        key = mac(&key, step);
    }
    let expected = format!(
        "TC3-HMAC-SHA256 Credential={}/{date}/sms/tc3_request, \
         SignedHeaders=content-type;host;x-tc-action, Signature={}",
        SmsStub::KEY_ID,
        hex::encode(mac(&key, &to_sign))
    );
    if request.header("authorization") != expected {
        return Some("AuthFailure.SignatureFailure");
    }
    if request.header("x-tc-version") != "2021-01-11" || request.header("x-tc-region").is_empty() {
        return Some("InvalidParameter");
    }
    None
}

fn send(ledger: &mut Ledger, request: &Request, out_of_money: bool) -> Value {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if text("SmsSdkAppId") != SmsStub::APP_ID {
        return fault("UnauthorizedOperation.SmsSdkAppIdVerifyFail");
    }
    let phone = body["PhoneNumberSet"][0].as_str().unwrap_or_default();
    let values = body["TemplateParamSet"].as_array().into_iter().flatten();
    let values = values.zip(1..).map(|(value, number): (&Value, i32)| {
        (
            number.to_string(),
            value.as_str().unwrap_or_default().to_owned(),
        )
    });
    let message = Received {
        provider: "tencent",
        phone: phone.trim_start_matches("+86").to_owned(),
        template: text("TemplateId"),
        values: values.collect(),
        reference: text("SessionContext"),
        at: ledger.now(),
    };
    let code = if text("SignName") != SmsStub::SIGN_NAME {
        "FailedOperation.SignatureIncorrectOrUnapproved"
    } else if out_of_money {
        "FailedOperation.InsufficientBalanceInSmsPackage"
    } else {
        match ledger.take(message, TimeDelta::seconds(30)) {
            Ok(()) => "Ok",
            Err(Refusal::Template) => "FailedOperation.TemplateIncorrectOrUnapproved",
            Err(Refusal::Values) => "InvalidParameterValue.TemplateParameterFormatError",
            Err(Refusal::Phone) => "InvalidParameterValue.IncorrectPhoneNumber",
            Err(Refusal::Limit) => "LimitExceeded.PhoneNumberThirtySecondLimit",
        }
    };
    let serial = format!("2019:{}", ledger.received.len());
    json!({
        "SendStatusSet": [{
            "SerialNo": if code == "Ok" { serial } else { String::new() },
            "PhoneNumber": phone, "Fee": 1, "SessionContext": text("SessionContext"),
            "Code": code, "Message": format!("{code} for {phone}"), "IsoCode": "CN",
        }],
        "RequestId": "r",
    })
}
