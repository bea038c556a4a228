//! The calls.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hyper::Method;

use super::fields::Fields;
use super::order::{Back, FrontForm, FrontOrder, OrderKey, Result as TradeResult};
use super::order::{is_success, query_fields};
use super::sign::Merchant;
use super::verify::{Chain, Distrust};
use crate::http::{CallError, Wire, WireRequest};
use crate::keys::KeyError;

/// Where `UnionPay` is, and by which chain it is known.
#[derive(Debug)]
pub struct UnionPayConfig {
    pub base_url: String,
    pub merchant: Merchant,
    pub chain: Chain,
}

/// The gateway, over some wire.
#[derive(Debug)]
pub struct UnionPay {
    base_url: String,
    merchant: Merchant,
    chain: Chain,
    wire: Arc<dyn Wire>,
}

/// What a query has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Paid(Box<TradeResult>),
    /// Not yet known, or not yet begun.
    Open,
    /// It failed; final once nobody can pay any more.
    Failed(String),
}

impl UnionPay {
    pub fn new(config: UnionPayConfig, wire: Arc<dyn Wire>) -> Self {
        Self {
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            merchant: config.merchant,
            chain: config.chain,
            wire,
        }
    }

    pub fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    /// The form the payer's browser posts; nothing is called here.
    pub fn front_form(&self, order: &FrontOrder) -> Result<FrontForm, KeyError> {
        let signed = self.merchant.sign(&order.fields())?;
        let fields = signed.iter();
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(FrontForm {
            action: format!("{}/gateway/api/frontTransReq.do", self.base_url),
            fields: fields.collect(),
        })
    }

    /// A notice, verified. What it says is for the caller to compare with the order.
    pub fn receive(&self, fields: &Fields, now: DateTime<Utc>) -> Result<(), Distrust> {
        self.chain.verify(fields, now)
    }

    pub async fn query(&self, key: &OrderKey, now: DateTime<Utc>) -> Result<Found, CallError> {
        let answer = self.post("queryTrans.do", query_fields(key), now).await?;
        let code = answer.get("respCode").unwrap_or_default();
        match code {
            "00" => {}
            "34" => return Ok(Found::Open),
            "03" | "04" | "05" => return Err(CallError::Unknown(code.to_owned())),
            other => return Err(refused(other, &answer)),
        }
        let origin = answer.get("origRespCode").unwrap_or_default();
        if is_success(origin) {
            let unreadable = || CallError::Untrusted("the answer cannot be read".to_owned());
            let result = TradeResult::of(&answer).ok_or_else(unreadable)?;
            return Ok(Found::Paid(Box::new(result)));
        }
        Ok(match origin {
            "03" | "04" | "05" | "01" | "12" | "34" | "60" => Found::Open,
            other => Found::Failed(other.to_owned()),
        })
    }

    /// Asks for a refund or an undoing. That it was accepted is not that it was done.
    pub async fn give_back(&self, back: &Back, now: DateTime<Utc>) -> Result<(), CallError> {
        let answer = self.post("backTransReq.do", back.fields(), now).await?;
        match answer.get("respCode").unwrap_or_default() {
            "00" => Ok(()),
            code @ ("01" | "03" | "04" | "05" | "06" | "12") => {
                Err(CallError::Unknown(code.to_owned()))
            }
            code => Err(refused(code, &answer)),
        }
    }

    async fn post(
        &self,
        path: &str,
        fields: Fields,
        now: DateTime<Utc>,
    ) -> Result<Fields, CallError> {
        let signed = self
            .merchant
            .sign(&fields)
            .map_err(|error| CallError::NotSent(error.to_string()))?;
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        let request = WireRequest {
            method: Method::POST,
            url: format!("{}/gateway/api/{path}", self.base_url),
            headers: vec![("content-type", form.to_owned())],
            body: signed.to_form().into_bytes(),
        };
        let answer = self.wire.call(request).await?;
        if answer.status != 200 {
            return Err(CallError::Unknown(format!("HTTP_{}", answer.status)));
        }
        let untrusted = |what: String| CallError::Untrusted(what);
        let line = String::from_utf8(answer.body).map_err(|error| untrusted(error.to_string()))?;
        let fields = Fields::from_line(&line).map_err(|error| untrusted(error.to_string()))?;
        self.chain
            .verify(&fields, now)
            .map_err(|error| untrusted(error.to_string()))?;
        Ok(fields)
    }
}

fn refused(code: &str, answer: &Fields) -> CallError {
    CallError::Refused {
        code: code.to_owned(),
        message: answer.get("respMsg").unwrap_or_default().to_owned(),
    }
}
