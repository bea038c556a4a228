use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_projections::payments::{self, PaymentFilter};
use chaobiao_projections::tills::{self, TillRow};
use chrono::{DateTime, Utc};

use crate::payment::Payment;
use crate::support::{
    Connection, Date, Fen, Services, YearMonth, bad_input, connection, internal, page, page_size,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum TillState {
    Open,
    /// Counted and signed by the cashier: nothing more is recorded in it.
    Signed,
    /// By somebody else.
    Approved,
}

/// What is in a till of one kind, as booked and as counted.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct TillAmount {
    /// As booked.
    expected: Fen,
    /// Null until it is signed.
    counted: Option<Fen>,
    /// 长款; below zero, 短款.
    difference: Option<Fen>,
}

/// 钱箱: what one cashier takes on one campus on one day.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Till {
    till_id: String,
    campus: String,
    date: Date,
    cashier: String,
    state: TillState,
    cash: TillAmount,
    cheque: TillAmount,
    /// How many payments were taken.
    payments: i32,
    /// Why the count differs.
    reason: Option<String>,
    signed_at: Option<DateTime<Utc>>,
    approved_by: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    /// Why it was sent back last.
    reopened_reason: Option<String>,
}

#[ComplexObject]
impl Till {
    /// What was taken into it, the newest first, reversed ones included.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn taken(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Payment>> {
        let page = page(ctx, "till_payments", first, after.as_deref())?;
        let till_id = self.till_id.parse();
        let filter = PaymentFilter {
            till: Some(till_id.map_err(|error| bad_input(format!("{error}")))?),
            ..PaymentFilter::default()
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = payments::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "till_payments", slice, Payment::from)
    }
}

impl From<TillRow> for Till {
    fn from(row: TillRow) -> Self {
        let amount = |expected: chaobiao_domain::units::Fen, counted: Option<_>| TillAmount {
            expected: expected.into(),
            counted: counted.map(Fen),
            difference: counted
                .and_then(|counted| counted.checked_sub(expected))
                .map(Fen),
        };
        Self {
            cash: amount(row.cash, row.counted_cash),
            cheque: amount(row.cheque, row.counted_cheque),
            till_id: row.till_id.to_string(),
            campus: row.till_id.campus.into(),
            date: Date(row.till_id.date),
            cashier: row.till_id.cashier.into(),
            state: match row.state.as_str() {
                "signed" => TillState::Signed,
                "approved" => TillState::Approved,
                _ => TillState::Open,
            },
            payments: row.payments,
            reason: row.reason,
            signed_at: row.signed_at,
            approved_by: row.approved_by,
            approved_at: row.approved_at,
            reopened_reason: row.reopened_reason,
        }
    }
}

/// 月结: a campus's month in which nothing more is recorded.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ClosedCashMonth {
    campus: String,
    month: YearMonth,
    closed_by: String,
    closed_at: DateTime<Utc>,
}

impl From<tills::ClosedMonth> for ClosedCashMonth {
    fn from(row: tills::ClosedMonth) -> Self {
        Self {
            campus: row.campus.into(),
            month: YearMonth(row.month),
            closed_by: row.closed_by,
            closed_at: row.closed_at,
        }
    }
}
