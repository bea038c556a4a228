//! Debit and credit, as they follow from events.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::ledger;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::ledger::{BalanceRow, LedgerLine, query};

use crate::support::{
    Connection, Date, Fen, LogPosition, Services, connection, internal, may, page, page_size,
};

/// 科目.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ledger::LedgerAccount")]
pub enum LedgerAccount {
    /// 应收水电费
    Receivable,
    /// 预存款
    Credit,
    /// 押金
    Deposit,
    /// 水电费收入
    Revenue,
    /// 滞纳金收入
    LateFees,
    /// 减免与核销
    WrittenOff,
    /// 库存现金
    Cash,
    /// 在途支票
    Cheques,
    /// 银行存款
    Bank,
    /// 网关待结算
    Gateway,
    /// 工资代扣待结: deducted from wages, and not come from the payroll office yet.
    Payroll,
    /// 校内往来: what other departments have settled by vouchers.
    InternalTransfers,
    /// 待入账银行来款
    Suspense,
    /// 应收收费系统
    ChargingSystem,
    /// 收付过渡
    InTransit,
    /// 应收其他校区
    ClearingReceivable,
    /// 应付其他校区
    ClearingPayable,
}

/// One line of the ledger. It never changes; what is undone has lines of its own.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct LedgerEntry {
    /// The event it follows from.
    position: LogPosition,
    event_type: String,
    booked_on: Date,
    account: LedgerAccount,
    /// An account number, a campus, a payment, a refund, a bank reference, or a pair of campuses.
    subject: String,
    debit: Fen,
    credit: Fen,
}

impl From<LedgerLine> for LedgerEntry {
    fn from(row: LedgerLine) -> Self {
        Self {
            position: LogPosition(row.leaf_index),
            event_type: row.event_type,
            booked_on: Date(row.booked_on),
            account: row.account.into(),
            subject: row.subject,
            debit: row.debit.into(),
            credit: row.credit.into(),
        }
    }
}

/// What stands on an account.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct LedgerBalance {
    account: LedgerAccount,
    debit: Fen,
    credit: Fen,
}

impl From<BalanceRow> for LedgerBalance {
    fn from(row: BalanceRow) -> Self {
        Self {
            account: row.account.into(),
            debit: row.debit.into(),
            credit: row.credit.into(),
        }
    }
}

#[derive(Default)]
pub struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// Lines in the order of the log.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn ledger_entries(
        &self,
        ctx: &Context<'_>,
        account: Option<LedgerAccount>,
        subject: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<LedgerEntry>> {
        let page = page(ctx, "ledgerEntries", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let account = account.map(Into::into);
        let slice = query::lines(pool, account, subject.as_deref(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "ledgerEntries", slice, LedgerEntry::from)
    }

    /// 试算平衡: the sums of each account, of all that was booked by a day; debit and credit of all
    /// of them are the same.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + 14 * child_complexity"
    )]
    async fn trial_balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Included; left out, all there is.")] through: Option<Date>,
    ) -> Result<Vec<LedgerBalance>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = query::trial_balance(pool, through.map(|day| day.0)).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(LedgerBalance::from).collect())
    }
}
