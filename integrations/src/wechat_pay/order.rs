//! What is said about orders and refunds, as JSON.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// An order to be paid inside `WeChat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsapiOrder {
    pub out_trade_no: String,
    /// At most 127 bytes of it are shown.
    pub description: String,
    pub total_fen: i64,
    pub openid: String,
    pub expires_at: DateTime<FixedOffset>,
    pub notify_url: String,
}

/// What a page needs to open the payment, under the names `WeChat` uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageCall {
    pub app_id: String,
    pub time_stamp: String,
    pub nonce_str: String,
    pub package: String,
    pub sign_type: String,
    pub pay_sign: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionAmount {
    pub total: i64,
    pub currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_total: Option<i64>,
}

/// A transaction as a notice or a query tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    pub appid: String,
    pub mchid: String,
    pub out_trade_no: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    pub trade_state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<DateTime<FixedOffset>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<TransactionAmount>,
}

impl Transaction {
    /// A payment that was given back later was a payment.
    pub fn is_paid(&self) -> bool {
        matches!(self.trade_state.as_str(), "SUCCESS" | "REFUND")
    }

    /// Nothing will come of it any more.
    pub fn is_closed(&self) -> bool {
        matches!(self.trade_state.as_str(), "CLOSED" | "REVOKED" | "PAYERROR")
    }
}

/// A refund we ask for; asked again it keeps its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    pub out_trade_no: String,
    pub out_refund_no: String,
    pub reason: String,
    pub refund_fen: i64,
    pub total_fen: i64,
}

/// A refund as the answer or a notice tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub refund_id: String,
    pub out_refund_no: String,
    #[serde(alias = "refund_status")]
    pub status: String,
}

impl JsapiOrder {
    pub(super) fn body(&self, appid: &str, mchid: &str) -> Vec<u8> {
        serde_json::json!({
            "appid": appid,
            "mchid": mchid,
            "description": clip(&self.description, 127),
            "out_trade_no": self.out_trade_no,
            "time_expire": self.expires_at.to_rfc3339(),
            "notify_url": self.notify_url,
            "amount": { "total": self.total_fen, "currency": "CNY" },
            "payer": { "openid": self.openid },
        })
        .to_string()
        .into_bytes()
    }
}

impl RefundOrder {
    pub(super) fn body(&self) -> Vec<u8> {
        serde_json::json!({
            "out_trade_no": self.out_trade_no,
            "out_refund_no": self.out_refund_no,
            "reason": clip(&self.reason, 80),
            "amount": {
                "refund": self.refund_fen,
                "total": self.total_fen,
                "currency": "CNY",
            },
        })
        .to_string()
        .into_bytes()
    }
}

/// The beginning of a text that fits, cut between characters.
fn clip(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
