use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::Method;
use serde::Deserialize;

use super::sign::{Acs3, acs3_authorization, canonical_query, rpc_signature};
use crate::sms::{
    Moment, SmsError, SmsSecret, Taken, Text, authority, of_call, sha256_hex, unreadable,
};
use crate::{Answer, Wire, WireRequest};

const ACTION: &str = "SendSms";
const VERSION: &str = "2017-05-25";

/// How calls are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliyunSignature {
    /// ACS3-HMAC-SHA256.
    Acs3,
    /// HMAC-SHA1 over the parameters, for older private installations.
    Rpc,
}

/// Where and as whom.
#[derive(Clone, Debug)]
pub struct AliyunConfig {
    pub base_url: String,
    pub access_key_id: String,
    pub access_key_secret: SmsSecret,
    pub sign_name: String,
    pub signature: AliyunSignature,
}

/// Sends through Alibaba Cloud.
#[derive(Clone, Debug)]
pub struct Aliyun {
    config: AliyunConfig,
    wire: Arc<dyn Wire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    code: String,
    #[serde(default)]
    biz_id: String,
}

impl Aliyun {
    pub fn new(config: AliyunConfig, wire: Arc<dyn Wire>) -> Self {
        Self { config, wire }
    }

    pub async fn send(&self, text: &Text, moment: &Moment) -> Result<Taken, SmsError> {
        let parameters = self.parameters(text)?;
        let request = match self.config.signature {
            AliyunSignature::Acs3 => self.acs3(&parameters, moment),
            AliyunSignature::Rpc => self.rpc(parameters, moment),
        };
        let answer = self.wire.call(request).await.map_err(of_call)?;
        read(&answer)
    }

    fn parameters(&self, text: &Text) -> Result<BTreeMap<String, String>, SmsError> {
        let values: BTreeMap<&str, &str> = text
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let values = serde_json::to_string(&values);
        let values = values.map_err(|error| SmsError::NotSent(error.to_string()))?;
        let pairs = [
            ("PhoneNumbers", text.phone.as_str()),
            ("SignName", &self.config.sign_name),
            ("TemplateCode", &text.template),
            ("TemplateParam", &values),
            ("OutId", &text.reference),
        ];
        let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(owned.into_iter().collect())
    }

    fn url(&self, query: &str) -> String {
        format!("{}/?{query}", self.config.base_url.trim_end_matches('/'))
    }

    fn acs3(&self, parameters: &BTreeMap<String, String>, moment: &Moment) -> WireRequest {
        let query = canonical_query(parameters);
        let host = authority(&self.config.base_url).to_owned();
        let mut headers = BTreeMap::from([
            ("x-acs-action", ACTION.to_owned()),
            ("x-acs-content-sha256", sha256_hex(b"")),
            (
                "x-acs-date",
                moment.now.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            ),
            ("x-acs-signature-nonce", moment.nonce.clone()),
            ("x-acs-version", VERSION.to_owned()),
        ]);
        let mut sent: Vec<(&'static str, String)> = headers
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        headers.insert("host", host);
        let call = Acs3 {
            method: "POST",
            query: &query,
            headers: &headers,
            body: b"",
        };
        let (key_id, secret) = (&self.config.access_key_id, &self.config.access_key_secret);
        sent.push(("authorization", acs3_authorization(&call, key_id, secret)));
        WireRequest {
            method: Method::POST,
            url: self.url(&query),
            headers: sent,
            body: Vec::new(),
        }
    }

    fn rpc(&self, mut parameters: BTreeMap<String, String>, moment: &Moment) -> WireRequest {
        let timestamp = moment.now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let common = [
            ("AccessKeyId", self.config.access_key_id.as_str()),
            ("Action", ACTION),
            ("Format", "JSON"),
            ("RegionId", "cn-hangzhou"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", &moment.nonce),
            ("SignatureVersion", "1.0"),
            ("Timestamp", &timestamp),
            ("Version", VERSION),
        ];
        parameters.extend(common.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let secret = &self.config.access_key_secret;
        let signature = rpc_signature("POST", &parameters, secret);
        parameters.insert("Signature".to_owned(), signature);
        WireRequest {
            method: Method::POST,
            url: self.url(&canonical_query(&parameters)),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
}

/// Errors come with HTTP 4xx and in a 200 alike: the code decides.
fn read(answer: &Answer) -> Result<Taken, SmsError> {
    let response: Response =
        serde_json::from_slice(&answer.body).map_err(|_| unreadable(answer))?;
    if response.code == "OK" {
        let message_id = response.biz_id;
        return Ok(Taken { message_id });
    }
    Err(meaning(response.code))
}

fn meaning(code: String) -> SmsError {
    match code.as_str() {
        "isv.BUSINESS_LIMIT_CONTROL"
        | "isv.DAY_LIMIT_CONTROL"
        | "isv.MOBILE_NUMBER_ILLEGAL"
        | "isv.MOBILE_COUNT_OVER_LIMIT" => SmsError::Number(code),
        "isv.AMOUNT_NOT_ENOUGH"
        | "isv.OUT_OF_SERVICE"
        | "isv.ACCOUNT_ABNORMAL"
        | "isv.ACCOUNT_NOT_EXISTS"
        | "isv.PRODUCT_UN_SUBSCRIPT"
        | "isv.PRODUCT_UNSUBSCRIBE"
        | "isp.RAM_PERMISSION_DENY"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "SignatureNonceUsed" => SmsError::Provider(code),
        other
            if [
                "InvalidAccessKeyId",
                "InvalidTimeStamp",
                "Throttling",
                "Forbidden",
            ]
            .iter()
            .any(|of_ours| other.starts_with(of_ours)) =>
        {
            SmsError::Provider(code)
        }
        other if other.starts_with("isv.") || other.starts_with("Missing") => {
            SmsError::Message(code)
        }
        // `isp.SYSTEM_ERROR`, `InternalError` and what is new to us.
        _ => SmsError::Unknown(code),
    }
}
