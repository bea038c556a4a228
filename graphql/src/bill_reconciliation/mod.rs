//! 与收费系统对账: its list of bills and arrears beside ours, by account and month.

use async_graphql::{ComplexObject, Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::bill_reconciliation;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{self, ReconciliationId};
use chaobiao_projections::bill_reconciliations::{DifferenceRow, ReconciliationRow, query};
use chrono::{DateTime, Utc};

use crate::support::{
    Connection, Fen, Services, YearMonth, connection, internal, may_any, page, page_size,
};

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "bill_reconciliation::ReconciledKind")]
pub enum ReconciledKind {
    /// They have a bill, we have none.
    MissingHere,
    /// We have a bill, they have none.
    MissingThere,
    /// The bills ask for different amounts.
    Amount,
    /// More of it is open there: money taken here is not booked there.
    OpenThere,
    /// More of it is open here: money taken there is not known here.
    OpenHere,
}

/// One difference; amounts include late fees.
#[derive(Clone, Debug, SimpleObject)]
pub struct BillDifferenceFound {
    kind: ReconciledKind,
    account_no: String,
    month: YearMonth,
    there: Option<Fen>,
    here: Option<Fen>,
    open_there: Option<Fen>,
    open_here: Option<Fen>,
}

impl From<DifferenceRow> for BillDifferenceFound {
    fn from(row: DifferenceRow) -> Self {
        Self {
            kind: row.kind.into(),
            account_no: row.account_no,
            month: YearMonth(row.month),
            there: row.there.map(Into::into),
            here: row.here.map(Into::into),
            open_there: row.open_there.map(Into::into),
            open_here: row.open_here.map(Into::into),
        }
    }
}

/// What the bills of one side come to, late fees included.
#[derive(Clone, Debug, SimpleObject)]
struct BillSums {
    bills: i32,
    asked: Fen,
    open: Fen,
}

/// A list of the charging system's, as it was compared last (与收费系统对账).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BillReconciliation {
    #[graphql(skip)]
    id: ReconciliationId,
    reconciliation_id: String,
    file_name: String,
    /// Whose accounts it has; null for all.
    campus_id: Option<String>,
    months: Vec<String>,
    /// How often it was compared.
    run: i32,
    there: BillSums,
    here: BillSums,
    /// `here` less `there`, of what bills ask for.
    difference: Fen,
    /// The same of what is open.
    open_difference: Fen,
    agreed: i32,
    differing: i32,
    /// False while it goes on, and where it was interrupted: the same file is compared anew.
    finished: bool,
    compared_at: DateTime<Utc>,
    /// Such as `system:import`.
    compared_by: String,
}

impl From<ReconciliationRow> for BillReconciliation {
    fn from(row: ReconciliationRow) -> Self {
        let less = |ours: units::Fen, theirs: units::Fen| {
            units::Fen::new(ours.value().saturating_sub(theirs.value()))
        };
        Self {
            reconciliation_id: row.reconciliation_id.to_string(),
            id: row.reconciliation_id,
            file_name: row.file_name,
            campus_id: row.campus,
            months: row.months,
            run: row.run,
            difference: less(row.here_asked, row.there_asked).into(),
            open_difference: less(row.here_open, row.there_open).into(),
            there: BillSums {
                bills: row.there_bills,
                asked: row.there_asked.into(),
                open: row.there_open.into(),
            },
            here: BillSums {
                bills: row.here_bills,
                asked: row.here_asked.into(),
                open: row.here_open.into(),
            },
            agreed: row.agreed,
            differing: row.differing,
            finished: row.finished,
            compared_at: row.compared_at,
            compared_by: row.compared_by,
        }
    }
}

#[ComplexObject]
impl BillReconciliation {
    /// In the order they were found.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn differences(
        &self,
        ctx: &Context<'_>,
        kind: Option<ReconciledKind>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<BillDifferenceFound>> {
        let page = page(ctx, "bill_differences", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::differences(pool, &self.id, kind.map(Into::into), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "bill_differences", slice, BillDifferenceFound::from)
    }
}

#[derive(Default)]
pub struct BillReconciliationQuery;

#[Object]
impl BillReconciliationQuery {
    /// Lists that were compared, the newest first.
    #[graphql(
        guard = "may_any(&[Permission::ReconcileBank, Permission::ViewAudit])",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn bill_reconciliations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<BillReconciliation>> {
        let page = page(ctx, "bill_reconciliations", first, after.as_deref())?;
        let slice = query::list(Services::of(ctx)?.store().pool(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "bill_reconciliations", slice, BillReconciliation::from)
    }

    #[graphql(guard = "may_any(&[Permission::ReconcileBank, Permission::ViewAudit])")]
    async fn bill_reconciliation(
        &self,
        ctx: &Context<'_>,
        reconciliation_id: String,
    ) -> Result<Option<BillReconciliation>> {
        let Ok(id) = ReconciliationId::try_new(reconciliation_id) else {
            return Ok(None);
        };
        let found = query::by_id(Services::of(ctx)?.store().pool(), &id).await;
        let found = found.map_err(|error| internal(ctx, error))?;
        Ok(found.map(BillReconciliation::from))
    }
}
