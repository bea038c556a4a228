//! The calls.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::aead::Sealed;
use super::notice::{Notice, NoticeError};
use super::order::{JsapiOrder, Refund, RefundOrder, Transaction};
use super::sign::{Merchant, Stamp};
use super::verify::{Distrust, Platform, SignedHeaders};
use crate::http::{Answer, CallError, Wire, WireRequest};
use crate::keys::Certificate;

/// Where `WeChat` Pay is, and by which keys it is known.
#[derive(Debug)]
pub struct WechatPayConfig {
    pub base_url: String,
    pub merchant: Merchant,
    pub platform: Platform,
}

/// The gateway, over some wire.
#[derive(Debug)]
pub struct WechatPay {
    base_url: String,
    merchant: Merchant,
    platform: RwLock<Platform>,
    /// When new certificates were last looked for on behalf of a notice.
    looked_at: RwLock<Option<DateTime<Utc>>>,
    wire: Arc<dyn Wire>,
}

#[derive(Deserialize)]
struct Prepaid {
    prepay_id: String,
}

#[derive(Deserialize)]
struct Complaint {
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Certificates {
    data: Vec<CertificateEntry>,
}

#[derive(Deserialize)]
struct CertificateEntry {
    encrypt_certificate: Sealed,
}

#[derive(Deserialize)]
struct BillPlace {
    hash_type: String,
    hash_value: String,
    download_url: String,
}

impl WechatPay {
    pub fn new(config: WechatPayConfig, wire: Arc<dyn Wire>) -> Self {
        Self {
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            merchant: config.merchant,
            platform: RwLock::new(config.platform),
            looked_at: RwLock::new(None),
            wire,
        }
    }

    pub fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    /// The prepay id of an order. The same order again is the same order.
    pub async fn order(&self, order: &JsapiOrder, stamp: &Stamp) -> Result<String, CallError> {
        let body = order.body(&self.merchant.appid, &self.merchant.mchid);
        let path = "/v3/pay/transactions/jsapi";
        let answer = self.call(Method::POST, path, body, stamp).await?;
        let Prepaid { prepay_id } = self.read(&answer, stamp.now)?;
        Ok(prepay_id)
    }

    /// What became of an order; `None` when nobody has begun to pay it.
    pub async fn query(
        &self,
        out_trade_no: &str,
        stamp: &Stamp,
    ) -> Result<Option<Transaction>, CallError> {
        let mchid = &self.merchant.mchid;
        let path = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={mchid}");
        let answer = self.call(Method::GET, &path, Vec::new(), stamp).await?;
        absent_as_none(self.read(&answer, stamp.now), "ORDER_NOT_EXIST")
    }

    /// Lets nobody pay the order any more. Whether somebody has is for a query to tell.
    pub async fn close(&self, out_trade_no: &str, stamp: &Stamp) -> Result<(), CallError> {
        let path = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/close");
        let body = serde_json::json!({ "mchid": self.merchant.mchid });
        let body = body.to_string().into_bytes();
        let answer = self.call(Method::POST, &path, body, stamp).await?;
        self.trusted(&answer, stamp.now)
    }

    /// Asks for a refund. The answer says at most that it was accepted.
    pub async fn refund(&self, refund: &RefundOrder, stamp: &Stamp) -> Result<Refund, CallError> {
        let path = "/v3/refund/domestic/refunds";
        let answer = self.call(Method::POST, path, refund.body(), stamp).await?;
        self.read(&answer, stamp.now)
    }

    /// What became of a refund; `None` when it has never arrived, so that its number may be sent.
    pub async fn query_refund(
        &self,
        out_refund_no: &str,
        stamp: &Stamp,
    ) -> Result<Option<Refund>, CallError> {
        let path = format!("/v3/refund/domestic/refunds/{out_refund_no}");
        let answer = self.call(Method::GET, &path, Vec::new(), stamp).await?;
        absent_as_none(self.read(&answer, stamp.now), "RESOURCE_NOT_EXISTS")
    }

    /// The trade bill of a day, unpacked and checked; `None` for a day without trade.
    pub async fn trade_bill(
        &self,
        day: chrono::NaiveDate,
        stamps: &[Stamp; 2],
    ) -> Result<Option<Vec<u8>>, CallError> {
        let path = format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL");
        let answer = self
            .call(Method::GET, &path, Vec::new(), &stamps[0])
            .await?;
        let place = absent_as_none(self.read(&answer, stamps[0].now), "NO_STATEMENT_EXIST")?;
        let Some(place): Option<BillPlace> = place else {
            return Ok(None);
        };
        let Some(path) = place.download_url.strip_prefix(&self.base_url) else {
            return Err(CallError::Untrusted(
                "the bill lies on another host".to_owned(),
            ));
        };
        let answer = self.call(Method::GET, path, Vec::new(), &stamps[1]).await?;
        refusal(&answer)?;
        let hash = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &answer.body));
        if place.hash_type != "SHA1" || !hash.eq_ignore_ascii_case(&place.hash_value) {
            return Err(CallError::Untrusted("the bill has another hash".to_owned()));
        }
        Ok(Some(answer.body))
    }

    /// Learns the platform's present certificates. They are sealed with our key, so that nobody
    /// else can have made them, and signed with one of them.
    pub async fn refresh_certificates(&self, stamp: &Stamp) -> Result<(), CallError> {
        let answer = self
            .call(Method::GET, "/v3/certificates", Vec::new(), stamp)
            .await?;
        refusal(&answer)?;
        let untrusted = |what: &str| CallError::Untrusted(what.to_owned());
        let list: Certificates = serde_json::from_slice(&answer.body)
            .map_err(|_| untrusted("the certificates cannot be read"))?;
        let mut platform = self.platform();
        for entry in list.data {
            let plain = self.merchant.api_v3_key.open(&entry.encrypt_certificate);
            let plain = plain.map_err(|error| untrusted(&error.to_string()))?;
            let certificate = std::str::from_utf8(&plain)
                .ok()
                .and_then(|text| Certificate::from_pem(text).ok());
            platform.add(certificate.ok_or_else(|| untrusted("a certificate cannot be read"))?);
        }
        platform
            .verify(&signed(&answer), &answer.body, stamp.now)
            .map_err(|error| untrusted(&error.to_string()))?;
        *self
            .platform
            .write()
            .unwrap_or_else(PoisonError::into_inner) = platform;
        Ok(())
    }

    /// Takes a notice. One by an unknown certificate is worth one look for new ones.
    pub async fn receive(
        &self,
        headers: &SignedHeaders,
        body: &[u8],
        stamp: &Stamp,
    ) -> Result<Notice, NoticeError> {
        let first = Notice::receive(&self.merchant, &self.platform(), headers, body, stamp.now);
        let in_certificate_mode = self.platform().public_key_id().is_none();
        match first {
            Err(NoticeError::Distrust(Distrust::UnknownSerial(_)))
                if in_certificate_mode && self.may_look(stamp.now) =>
            {
                if self.refresh_certificates(stamp).await.is_err() {
                    return first;
                }
                Notice::receive(&self.merchant, &self.platform(), headers, body, stamp.now)
            }
            other => other,
        }
    }

    /// Once a minute: whoever forges notices shall not make us call out as often as they like.
    fn may_look(&self, now: DateTime<Utc>) -> bool {
        let looked_at = self.looked_at.write();
        let mut looked_at = looked_at.unwrap_or_else(PoisonError::into_inner);
        if looked_at.is_some_and(|at| now - at < TimeDelta::minutes(1)) {
            return false;
        }
        *looked_at = Some(now);
        true
    }

    fn platform(&self) -> Platform {
        let platform = self.platform.read();
        platform.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        stamp: &Stamp,
    ) -> Result<Answer, CallError> {
        let authorization = self
            .merchant
            .authorization(method.as_str(), path, stamp, &body)
            .map_err(|error| CallError::NotSent(error.to_string()))?;
        let mut headers = vec![
            ("authorization", authorization),
            ("accept", "application/json".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("user-agent", "chaobiao".to_owned()),
        ];
        if let Some(id) = self.platform().public_key_id() {
            headers.push(("wechatpay-serial", id.to_owned()));
        }
        let url = format!("{}{path}", self.base_url);
        let request = WireRequest {
            method,
            url,
            headers,
            body,
        };
        self.wire.call(request).await
    }

    fn trusted(&self, answer: &Answer, now: DateTime<Utc>) -> Result<(), CallError> {
        refusal(answer)?;
        self.platform()
            .verify(&signed(answer), &answer.body, now)
            .map_err(|error| CallError::Untrusted(error.to_string()))
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: &Answer,
        now: DateTime<Utc>,
    ) -> Result<T, CallError> {
        self.trusted(answer, now)?;
        serde_json::from_slice(&answer.body)
            .map_err(|_| CallError::Untrusted("the answer cannot be read".to_owned()))
    }
}

fn signed(answer: &Answer) -> SignedHeaders {
    SignedHeaders::read(|name| answer.header(name))
}

/// A refusal is believed unsigned: all it does is that nothing is taken for granted. Trouble inside
/// the gateway leaves the outcome open.
fn refusal(answer: &Answer) -> Result<(), CallError> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let complaint: Option<Complaint> = serde_json::from_slice(&answer.body).ok();
    let complaint = complaint.unwrap_or_else(|| Complaint {
        code: format!("HTTP_{}", answer.status),
        message: String::new(),
    });
    let in_doubt = ["SYSTEM_ERROR", "BANK_ERROR"].contains(&complaint.code.as_str());
    if answer.status >= 500 || in_doubt {
        return Err(CallError::Unknown(complaint.code));
    }
    Err(CallError::Refused {
        code: complaint.code,
        message: complaint.message,
    })
}

fn absent_as_none<T>(read: Result<T, CallError>, code: &str) -> Result<Option<T>, CallError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Refused { code: told, .. }) if told == code => Ok(None),
        Err(error) => Err(error),
    }
}
