//! What we sign: requests, and the call a page makes.

use chrono::{DateTime, Utc};

use super::aead::ApiV3Key;
use super::order::PageCall;
use crate::keys::{KeyError, SigningKey};

/// The merchant, as `WeChat` Pay knows it.
#[derive(Debug)]
pub struct Merchant {
    pub mchid: String,
    /// Of the official account the merchant is bound to.
    pub appid: String,
    /// Serial number of the merchant's API certificate.
    pub serial_no: String,
    pub key: SigningKey,
    pub api_v3_key: ApiV3Key,
}

/// Time and chance of one request, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub now: DateTime<Utc>,
    /// 16 to 32 letters and digits, never used again.
    pub nonce: String,
}

pub(super) fn request_message(
    method: &str,
    path_and_query: &str,
    stamp: &Stamp,
    body: &[u8],
) -> Vec<u8> {
    let (timestamp, nonce) = (stamp.now.timestamp(), &stamp.nonce);
    let mut message = format!("{method}\n{path_and_query}\n{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    message
}

impl Merchant {
    /// The `Authorization` header of a request; `body` exactly as sent, empty for GET.
    pub fn authorization(
        &self,
        method: &str,
        path_and_query: &str,
        stamp: &Stamp,
        body: &[u8],
    ) -> Result<String, KeyError> {
        let signature = self
            .key
            .sign(&request_message(method, path_and_query, stamp, body))?;
        let (mchid, serial_no) = (&self.mchid, &self.serial_no);
        let (timestamp, nonce) = (stamp.now.timestamp(), &stamp.nonce);
        Ok(format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{mchid}\",nonce_str=\"{nonce}\",\
             timestamp=\"{timestamp}\",serial_no=\"{serial_no}\",signature=\"{signature}\""
        ))
    }

    /// What the page hands to `WeChat` to open the payment.
    pub fn page_call(&self, prepay_id: &str, stamp: &Stamp) -> Result<PageCall, KeyError> {
        let package = format!("prepay_id={prepay_id}");
        let time_stamp = stamp.now.timestamp().to_string();
        let (appid, nonce) = (&self.appid, &stamp.nonce);
        let message = format!("{appid}\n{time_stamp}\n{nonce}\n{package}\n");
        Ok(PageCall {
            app_id: self.appid.clone(),
            time_stamp,
            nonce_str: stamp.nonce.clone(),
            package,
            sign_type: "RSA".to_owned(),
            pay_sign: self.key.sign(message.as_bytes())?,
        })
    }
}
