use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::gateway_order;
use chaobiao_projections::gateway_orders::OrderRow;
use chrono::{DateTime, Utc};

use crate::payment::{Payment, visible};
use crate::support::{Fen, Viewer};

/// Which gateway takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "gateway_order::GatewayChannel")]
pub enum GatewayChannel {
    /// 微信支付
    WechatPay,
    /// 银联在线
    UnionPay,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OnlinePaymentStatus {
    /// Nobody knows yet whether it is paid.
    Waiting,
    /// Paid, the payment is being booked.
    Confirmed,
    /// Paid and booked.
    Settled,
    /// Not paid, and no more to be.
    Closed,
    /// Somebody has to look.
    Disputed,
    Refunding,
    Refunded,
    /// The gateway has taken money for an order nobody here has placed.
    Unplaced,
}

impl OnlinePaymentStatus {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Waiting, "waiting"),
        (Self::Confirmed, "confirmed"),
        (Self::Settled, "settled"),
        (Self::Closed, "closed"),
        (Self::Disputed, "disputed"),
        (Self::Refunding, "refunding"),
        (Self::Refunded, "refunded"),
        (Self::Unplaced, "unplaced"),
    ];

    pub(super) fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(status, _)| *status == self);
        found.map_or("waiting", |(_, text)| text)
    }

    fn read(text: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, known)| *known == text);
        found.map_or(Self::Waiting, |(status, _)| *status)
    }
}

/// Why somebody has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "gateway_order::DisputeCause")]
pub enum DisputeCause {
    Amount,
    Merchant,
    Currency,
    Channel,
    PaidTwice,
    TransactionReused,
    Unanswered,
}

/// What is wrong with an order, for staff.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OnlinePaymentDispute {
    cause: DisputeCause,
    /// In words.
    label: &'static str,
    /// What the gateway says was paid.
    reported_amount: Option<Fen>,
    /// The gateway's number of it.
    reported_transaction_id: Option<String>,
}

/// Money asked for at a payment gateway (网上支付订单).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct OnlinePayment {
    /// 商户订单号
    order_no: String,
    channel: GatewayChannel,
    amount: Fen,
    status: OnlinePaymentStatus,
    account_nos: Vec<String>,
    placed_at: DateTime<Utc>,
    /// Until when it can be paid.
    expires_at: Option<DateTime<Utc>>,
    /// The gateway's number of the payment that counts.
    transaction_id: Option<String>,
    #[graphql(skip)]
    payment_id: Option<String>,
    #[graphql(skip)]
    row: Box<OrderRow>,
}

impl From<OrderRow> for OnlinePayment {
    fn from(row: OrderRow) -> Self {
        Self {
            order_no: row.order_no.to_string(),
            channel: row.channel.into(),
            amount: row.amount.into(),
            status: OnlinePaymentStatus::read(&row.status),
            account_nos: row.account_nos.clone(),
            placed_at: row.placed_at,
            expires_at: row.expires_at,
            transaction_id: row.transaction_id.clone(),
            payment_id: row.payment_id.clone(),
            row: Box::new(row),
        }
    }
}

#[ComplexObject]
impl OnlinePayment {
    /// The payment it became; the receipt is given for that, at any counter.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>> {
        match &self.payment_id {
            Some(payment_id) => visible(ctx, payment_id).await,
            None => Ok(None),
        }
    }

    /// What somebody has to look at; shown to staff.
    async fn dispute(&self, ctx: &Context<'_>) -> Result<Option<OnlinePaymentDispute>> {
        if ctx.data::<Viewer>()?.staff().is_none() {
            return Ok(None);
        }
        Ok(self.row.cause.map(|cause| OnlinePaymentDispute {
            cause: cause.into(),
            label: cause.label(),
            reported_amount: self.row.reported_amount.map(Fen),
            reported_transaction_id: self.row.reported_id.clone(),
        }))
    }

    /// What the gateway last left open or refused; shown to staff.
    async fn trouble(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self.row.trouble.clone().filter(|_| staff))
    }

    /// What was noted when the last dispute was resolved; shown to staff.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self.row.note.clone().filter(|_| staff))
    }
}
