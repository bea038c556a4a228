use std::sync::Arc;

use chrono::{DateTime, Utc};
use hyper::Method;
use serde::{Deserialize, Serialize};

use super::sign::Tc3;
use crate::sms::{SmsError, SmsSecret, Taken, Text, authority, of_call, unreadable};
use crate::{Answer, Wire, WireRequest};

const CONTENT_TYPE: &str = "application/json; charset=utf-8";
const ACTION: &str = "SendSms";

/// Where and as whom.
#[derive(Clone, Debug)]
pub struct TencentConfig {
    pub base_url: String,
    pub region: String,
    pub secret_id: String,
    pub secret_key: SmsSecret,
    pub app_id: String,
    pub sign_name: String,
}

/// Sends through Tencent Cloud.
#[derive(Clone, Debug)]
pub struct Tencent {
    config: TencentConfig,
    wire: Arc<dyn Wire>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    phone_number_set: [String; 1],
    sms_sdk_app_id: &'a str,
    sign_name: &'a str,
    template_id: &'a str,
    template_param_set: Vec<&'a str>,
    session_context: &'a str,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(rename = "Response")]
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default)]
    send_status_set: Vec<Status>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    #[serde(default)]
    serial_no: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fault {
    code: String,
}

impl Tencent {
    pub fn new(config: TencentConfig, wire: Arc<dyn Wire>) -> Self {
        Self { config, wire }
    }

    pub async fn send(&self, text: &Text, now: DateTime<Utc>) -> Result<Taken, SmsError> {
        let request = self.request(text, now)?;
        let answer = self.wire.call(request).await.map_err(of_call)?;
        read(&answer)
    }

    fn request(&self, text: &Text, now: DateTime<Utc>) -> Result<WireRequest, SmsError> {
        let TencentConfig {
            base_url,
            region,
            secret_id,
            secret_key,
            app_id,
            sign_name,
        } = &self.config;
        let body = Body {
            phone_number_set: [format!("+86{}", text.phone.as_str())],
            sms_sdk_app_id: app_id,
            sign_name,
            template_id: &text.template,
            template_param_set: text
                .values
                .iter()
                .map(|(_, value)| value.as_str())
                .collect(),
            session_context: &text.reference,
        };
        let body = serde_json::to_vec(&body).map_err(|e| SmsError::NotSent(e.to_string()))?;
        let signature = Tc3 {
            service: "sms",
            host: authority(base_url),
            action: ACTION,
            content_type: CONTENT_TYPE,
            now,
            body: &body,
        };
        let authorization = signature.sign(secret_key).authorization(secret_id);
        Ok(WireRequest {
            method: Method::POST,
            url: format!("{}/", base_url.trim_end_matches('/')),
            headers: vec![
                ("content-type", CONTENT_TYPE.to_owned()),
                ("x-tc-action", ACTION.to_owned()),
                ("x-tc-version", "2021-01-11".to_owned()),
                ("x-tc-timestamp", now.timestamp().to_string()),
                ("x-tc-region", region.clone()),
                ("authorization", authorization),
            ],
            body,
        })
    }
}

/// One number was asked for, so one status must be there; 200 alone says nothing.
fn read(answer: &Answer) -> Result<Taken, SmsError> {
    let whole: Whole = serde_json::from_slice(&answer.body).map_err(|_| unreadable(answer))?;
    if let Some(Fault { code }) = whole.response.error {
        return Err(meaning(code));
    }
    let mut statuses = whole.response.send_status_set.into_iter();
    let (Some(status), None) = (statuses.next(), statuses.next()) else {
        return Err(unreadable(answer));
    };
    if status.code == "Ok" {
        let message_id = status.serial_no;
        return Ok(Taken { message_id });
    }
    Err(meaning(status.code))
}

fn meaning(code: String) -> SmsError {
    match code.as_str() {
        "FailedOperation.PhoneNumberInBlacklist"
        | "InvalidParameterValue.IncorrectPhoneNumber"
        | "LimitExceeded.DeliveryFrequencyLimit" => SmsError::Number(code),
        // The vendor's limits of one number all carry this name.
        limit if limit.starts_with("LimitExceeded.PhoneNumber") => SmsError::Number(code),
        "FailedOperation.InsufficientBalanceInSmsPackage" | "RequestLimitExceeded" => {
            SmsError::Provider(code)
        }
        other
            if [
                "AuthFailure",
                "UnauthorizedOperation",
                "RequestLimitExceeded.",
                "LimitExceeded",
            ]
            .iter()
            .any(|of_ours| other.starts_with(of_ours)) =>
        {
            SmsError::Provider(code)
        }
        other
            if [
                "FailedOperation",
                "InvalidParameter",
                "MissingParameter",
                "UnsupportedOperation",
            ]
            .iter()
            .any(|of_it| other.starts_with(of_it)) =>
        {
            SmsError::Message(code)
        }
        // `InternalError` and what is new to us.
        _ => SmsError::Unknown(code),
    }
}
