//! The account statement as it was known, from events alone.

use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_decision::StreamId;
use chaobiao_domain::Aggregate;
use chaobiao_domain::account::{Account, LedgerBill, Statement};
use chaobiao_domain::units::{AccountNo, BillNo, business_date};
use chaobiao_eventstore::{Horizon, StoreError};
use chaobiao_projections::paging::Page;
use chrono::{DateTime, NaiveDate, Utc};

use super::types::StatementEntry;
use crate::billing::{KnownEvents, late_fees};
use crate::support::{
    Connection, Date, Fen, LogPosition, Services, YearMonth, connection, internal, page, page_size,
};

/// What an account owed and had paid, on a day, as it was known at a place in the log.
#[derive(Clone, Debug)]
pub(super) struct AccountStatement {
    pub(super) account_no: AccountNo,
    pub(super) horizon: Horizon,
    pub(super) valid_on: Option<NaiveDate>,
    pub(super) known: KnownEvents,
    pub(super) statement: Statement,
}

/// A bill with what was open of it.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StatementBill {
    bill_no: String,
    month: YearMonth,
    total: Fen,
    open_amount: Fen,
}

impl From<&LedgerBill> for StatementBill {
    fn from(bill: &LedgerBill) -> Self {
        Self {
            bill_no: bill.bill_no.to_string(),
            month: YearMonth(bill.month),
            total: bill.total.into(),
            open_amount: bill.open().into(),
        }
    }
}

/// `None` when nothing was known of the account.
pub(super) async fn as_known(
    ctx: &Context<'_>,
    account_no: AccountNo,
    (horizon, valid_on): (Horizon, Option<NaiveDate>),
) -> Result<Option<AccountStatement>> {
    let store = Services::of(ctx)?.store();
    let stream = StreamId::new(Account::TYPE, account_no.as_str());
    let history = store.history_to(&stream, horizon).await;
    let history = history.map_err(|error| internal(ctx, error))?;
    if history.is_empty() {
        return Ok(None);
    }
    let known: std::result::Result<KnownEvents, StoreError> = history
        .iter()
        .map(|event| Ok((event.recorded_at, event.decode()?)))
        .collect();
    let known = known.map_err(|error| internal(ctx, error))?;
    let statement = Statement::of(&known, valid_on).map_err(|error| internal(ctx, error))?;
    Ok(Some(AccountStatement {
        account_no,
        horizon,
        valid_on,
        known,
        statement,
    }))
}

#[Object]
impl AccountStatement {
    async fn account_no(&self) -> &str {
        self.account_no.as_str()
    }

    /// How many entries of the log it is made from; asked for again as `asOf.position` it gives
    /// the same answer for ever.
    async fn position(&self) -> LogPosition {
        LogPosition(self.horizon.position)
    }

    /// When the last of them became known.
    async fn known_at(&self) -> Option<DateTime<Utc>> {
        self.horizon.known_at
    }

    /// The day it is about; null for all that is known.
    async fn valid_on(&self) -> Option<Date> {
        self.valid_on.map(Date)
    }

    /// What was open of all bills.
    async fn open_amount(&self) -> Fen {
        self.statement.ledger().open_amount().into()
    }

    /// What was paid too much and kept for later bills.
    async fn credit(&self) -> Fen {
        self.statement.ledger().credit().into()
    }

    /// 押金
    async fn deposit(&self) -> Fen {
        self.statement.ledger().deposit().into()
    }

    /// 滞纳金: what paying late costs by the end of the day it is about, or of today, over all bills
    /// still open, beyond what was charged and is part of `openAmount`. Reversed payments count by the
    /// tariffs' policies.
    #[graphql(complexity = "20")]
    async fn late_fee(&self, ctx: &Context<'_>) -> Result<Fen> {
        let today = business_date(Services::of(ctx)?.store().clock().now());
        let bills = self.statement.ledger().open_bills().into_iter();
        let bills: Vec<BillNo> = bills.map(|bill| bill.bill_no.clone()).collect();
        let by = self.valid_on.unwrap_or(today);
        let fee = late_fees(ctx, &self.known, &bills, self.horizon, by).await?;
        Ok(fee.into())
    }

    /// Paid ones included, by month.
    #[graphql(complexity = "1 + 24 * child_complexity")]
    async fn bills(&self) -> Vec<StatementBill> {
        let bills = self.statement.ledger().bills();
        bills.into_iter().map(StatementBill::from).collect()
    }

    /// Bills, payments and credit as one timeline, the newest first.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn entries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<StatementEntry>> {
        let page: Page<usize> = page(ctx, "account_statement", first, after.as_deref())?;
        connection(
            ctx,
            "account_statement",
            page.newest_first(self.statement.entries()),
            |entry| StatementEntry::from(&entry),
        )
    }
}
