//! Orders, and what is said of them.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};

use super::fields::Fields;

const BEIJING: TimeDelta = TimeDelta::hours(8);
const WRITTEN: &str = "%Y%m%d%H%M%S";

/// `YYYYMMDDhhmmss` in Beijing, as every time is written here.
pub fn beijing(at: DateTime<Utc>) -> String {
    (at.naive_utc() + BEIJING).format(WRITTEN).to_string()
}

/// What names an order: number and sending time belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKey {
    /// 8 to 32 letters and digits.
    pub order_id: String,
    pub txn_time: DateTime<Utc>,
}

/// An order to be paid on `UnionPay`'s page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontOrder {
    pub key: OrderKey,
    pub amount_fen: i64,
    pub pay_until: DateTime<Utc>,
    /// Where the payer's browser comes back to. What it brings proves nothing.
    pub front_url: String,
    pub back_url: String,
}

/// A form the payer's browser posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontForm {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

/// A refund of an order, or of one of the same day its undoing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// Of the refund itself: a new one, and the same one when asked again.
    pub key: OrderKey,
    pub origin_query_id: String,
    pub amount_fen: i64,
    pub back_url: String,
    /// 消费撤销: the same settlement day, all of it.
    pub undo: bool,
}

fn common(kind: &str, sub: &str, key: &OrderKey) -> Fields {
    Fields::default()
        .with("version", "5.1.0")
        .with("encoding", "UTF-8")
        .with("txnType", kind)
        .with("txnSubType", sub)
        .with("bizType", "000201")
        .with("accessType", "0")
        .with("channelType", "08")
        .with("orderId", key.order_id.as_str())
        .with("txnTime", beijing(key.txn_time))
}

impl FrontOrder {
    pub(super) fn fields(&self) -> Fields {
        common("01", "01", &self.key)
            .with("txnAmt", self.amount_fen.to_string())
            .with("currencyCode", "156")
            .with("frontUrl", self.front_url.as_str())
            .with("backUrl", self.back_url.as_str())
            .with("payTimeout", beijing(self.pay_until))
    }
}

impl Back {
    pub(super) fn fields(&self) -> Fields {
        let kind = if self.undo { "31" } else { "04" };
        common(kind, "00", &self.key)
            .with("channelType", "07")
            .with("txnAmt", self.amount_fen.to_string())
            .with("origQryId", self.origin_query_id.as_str())
            .with("backUrl", self.back_url.as_str())
    }
}

pub(super) fn query_fields(key: &OrderKey) -> Fields {
    common("00", "00", key)
        .with("channelType", "07")
        .with("bizType", "000000")
}

/// What a verified notice or query says of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Result {
    pub mer_id: String,
    pub order_id: String,
    /// As it was written when the order was sent.
    pub txn_time: String,
    pub txn_type: String,
    pub query_id: String,
    pub amount_fen: i64,
    pub currency: String,
    /// Masked, as it comes.
    pub account: Option<String>,
    pub trace_time: Option<DateTime<FixedOffset>>,
}

/// 00, or A6: success with a defect. Everything else is no success.
pub(super) fn is_success(code: &str) -> bool {
    matches!(code, "00" | "A6")
}

impl Result {
    /// `None` where something that every transaction has is missing.
    pub fn of(fields: &Fields) -> Option<Self> {
        let text = |name| fields.get(name).map(str::to_owned);
        let amount = fields.get("txnAmt")?;
        let digits = (1..=12).contains(&amount.len()) && amount.bytes().all(|b| b.is_ascii_digit());
        Some(Self {
            mer_id: text("merId")?,
            order_id: text("orderId")?,
            txn_time: text("txnTime")?,
            txn_type: text("txnType")?,
            query_id: text("queryId")?,
            amount_fen: amount.parse().ok().filter(|_| digits)?,
            currency: text("currencyCode").unwrap_or_else(|| "156".to_owned()),
            account: text("accNo").filter(|number| number.contains('*')),
            trace_time: traced(fields),
        })
    }

    /// Whether a notice says that it went well; only those are sent at all.
    pub fn succeeded(fields: &Fields) -> bool {
        fields.get("respCode").is_some_and(is_success)
    }
}

/// `traceTime` has no year: it is the order's, or at the turn of one the next.
fn traced(fields: &Fields) -> Option<DateTime<FixedOffset>> {
    let sent = NaiveDateTime::parse_from_str(fields.get("txnTime")?, WRITTEN).ok()?;
    let trace = fields.get("traceTime")?;
    let in_year = |year: i32| {
        let text = format!("{year}{trace}");
        NaiveDateTime::parse_from_str(&text, WRITTEN).ok()
    };
    let year = chrono::Datelike::year(&sent);
    let traced = in_year(year).filter(|traced| *traced + TimeDelta::days(180) > sent);
    let traced = traced.or_else(|| in_year(year + 1))?;
    let zone = FixedOffset::east_opt(8 * 3600)?;
    traced.and_local_timezone(zone).single()
}
