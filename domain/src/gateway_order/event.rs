use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{
    AccountNo, BillNo, CampusId, CustomerId, Fen, GatewayOrderNo, GatewayRefundNo, PaymentId,
};

/// Which gateway takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayChannel {
    /// 微信支付
    WechatPay,
    /// 银联在线
    UnionPay,
}

impl GatewayChannel {
    pub const ALL: [Self; 2] = [Self::WechatPay, Self::UnionPay];

    /// The name used in events and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WechatPay => "wechat_pay",
            Self::UnionPay => "union_pay",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::WechatPay => "微信支付",
            Self::UnionPay => "银联在线",
        }
    }
}

/// What is to be paid, where and until when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub order_no: GatewayOrderNo,
    pub channel: GatewayChannel,
    /// Whom the gateway is to pay: our number there.
    pub merchant: String,
    pub customer_id: CustomerId,
    /// Whose bills are paid; what is over stays with the first.
    pub accounts: Vec<AccountNo>,
    pub bills: Vec<BillNo>,
    pub amount: Fen,
    pub campus: CampusId,
    pub placed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The payer, where the gateway has to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openid: Option<Personal<String>>,
}

/// How a verified report reached us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum ReportSource {
    Notice {
        notice_id: String,
    },
    /// The answer to a query of ours.
    Query,
}

/// What a gateway says of money it has taken. Only what was verified becomes one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub source: ReportSource,
    pub channel: GatewayChannel,
    pub merchant: String,
    /// The gateway's own number of the payment.
    pub transaction_id: String,
    pub amount: Fen,
    /// Such as `CNY`.
    pub currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// What was received, to the byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Personal<String>>,
}

/// Why money is not taken for a payment before somebody has looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeCause {
    /// Another amount than was asked for.
    Amount,
    /// Paid to somebody else.
    Merchant,
    Currency,
    /// By another gateway than the order was placed at.
    Channel,
    /// Paid a second time under another number.
    PaidTwice,
    /// The gateway's number is another order's already.
    TransactionReused,
    /// The gateway has not answered as often as it was asked.
    Unanswered,
}

impl DisputeCause {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Amount => "金额不符",
            Self::Merchant => "商户号不符",
            Self::Currency => "币种不符",
            Self::Channel => "支付渠道不符",
            Self::PaidTwice => "重复支付",
            Self::TransactionReused => "支付流水号重复",
            Self::Unanswered => "支付平台多次未答复",
        }
    }
}

/// What came of a call to the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CallOutcome {
    /// It was taken.
    Accepted,
    /// It certainly had no effect.
    Refused { code: String },
    /// It may have had one.
    Unknown { detail: String },
}

/// What a query found, where it was not money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Finding {
    /// Nobody has paid yet.
    Open,
    /// Nobody can pay any more.
    Closed,
    Failed {
        code: String,
    },
    Unknown {
        detail: String,
    },
}

/// The gateway is to be asked, and when again if it does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryAsked {
    pub number: u32,
    /// The time to pay is over: nobody shall pay any more, then the answer is final.
    pub closing: bool,
    pub at: DateTime<Utc>,
    pub next_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAsked {
    pub refund_no: GatewayRefundNo,
    pub transaction_id: String,
    pub amount: Fen,
    pub reason: String,
    pub at: DateTime<Utc>,
    pub by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GatewayOrderEvent {
    Placed(OrderPlaced),
    /// The gateway was given the order.
    HandedOver {
        #[serde(flatten)]
        outcome: CallOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        at: DateTime<Utc>,
    },
    /// A report of an order we do not know, or not yet.
    ReportHeld(Report),
    QueryAsked(QueryAsked),
    QueryAnswered {
        number: u32,
        #[serde(flatten)]
        finding: Finding,
        at: DateTime<Utc>,
    },
    /// Paid as asked for.
    Confirmed(Report),
    Disputed {
        cause: DisputeCause,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Report>,
    },
    DisputeResolved {
        note: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    /// Nobody has paid, and nobody can any more.
    Closed {
        at: DateTime<Utc>,
    },
    /// The one payment of this order.
    Settled {
        payment_id: PaymentId,
    },
    RefundAsked(RefundAsked),
    RefundQueryAsked(QueryAsked),
    RefundAnswered {
        #[serde(flatten)]
        outcome: CallOutcome,
        at: DateTime<Utc>,
    },
    Refunded {
        at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payment_id: Option<PaymentId>,
    },
    /// The gateway will not give it back: somebody has to.
    RefundFailed {
        code: String,
        at: DateTime<Utc>,
    },
}

impl DomainEvent for GatewayOrderEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Placed(_) => "gateway_order.placed",
            Self::HandedOver { .. } => "gateway_order.handed_over",
            Self::ReportHeld(_) => "gateway_order.report_held",
            Self::QueryAsked(_) => "gateway_order.query_asked",
            Self::QueryAnswered { .. } => "gateway_order.query_answered",
            Self::Confirmed(_) => "gateway_order.confirmed",
            Self::Disputed { .. } => "gateway_order.disputed",
            Self::DisputeResolved { .. } => "gateway_order.dispute_resolved",
            Self::Closed { .. } => "gateway_order.closed",
            Self::Settled { .. } => "gateway_order.settled",
            Self::RefundAsked(_) => "gateway_order.refund_asked",
            Self::RefundQueryAsked(_) => "gateway_order.refund_query_asked",
            Self::RefundAnswered { .. } => "gateway_order.refund_answered",
            Self::Refunded { .. } => "gateway_order.refunded",
            Self::RefundFailed { .. } => "gateway_order.refund_failed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
