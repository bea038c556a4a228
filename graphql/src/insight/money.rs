use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{self, CampusId, business_date};
use chaobiao_projections::insight::{self, DebtorFilter, arrears, collections};

use crate::payment::PaymentMethod;
use crate::reading_round::read;
use crate::support::{
    Connection, Date, Fen, Services, bad_input, connection, internal, may, page_size, sorted_page,
    sorts,
};

/// What is open of a campus's notices that have been due for about the same time.
#[derive(Clone, Debug, SimpleObject)]
struct ArrearsBand {
    campus: String,
    /// Days past due from which the band counts; null for what is not due yet.
    days_from: Option<i32>,
    /// Days past due up to which it counts; null for whatever is older.
    days_to: Option<i32>,
    accounts: i64,
    notices: i64,
    open_amount: Fen,
}

impl From<insight::ArrearsBand> for ArrearsBand {
    fn from(band: insight::ArrearsBand) -> Self {
        Self {
            days_from: band.days_from(),
            days_to: band.days_to(),
            campus: band.campus.into(),
            accounts: band.accounts,
            notices: band.notices,
            open_amount: band.open.into(),
        }
    }
}

/// An account with notices past due.
#[derive(Clone, Debug, SimpleObject)]
struct Debtor {
    account_no: String,
    campus: String,
    notices: i64,
    /// What is open of those past due.
    overdue_amount: Fen,
    oldest_due_on: Date,
}

impl From<insight::Debtor> for Debtor {
    fn from(debtor: insight::Debtor) -> Self {
        Self {
            account_no: debtor.account_no.into(),
            campus: debtor.campus.into(),
            notices: debtor.notices,
            overdue_amount: debtor.overdue.into(),
            oldest_due_on: Date(debtor.oldest_due_on),
        }
    }
}

/// What one person took at one campus in one way.
#[derive(Clone, Debug, SimpleObject)]
struct Collected {
    campus: String,
    /// Such as `staff:li`.
    taken_by: String,
    method: PaymentMethod,
    payments: i64,
    taken: Fen,
    /// Payments undone in these days, whenever they were taken.
    reversals: i64,
    reversed: Fen,
    /// Taken less reversed.
    net: Fen,
}

impl From<insight::Collected> for Collected {
    fn from(row: insight::Collected) -> Self {
        let net = units::Fen::new(row.taken.value().saturating_sub(row.reversed.value()));
        Self {
            campus: row.campus.into(),
            taken_by: row.taken_by,
            method: row.method.into(),
            payments: row.payments,
            taken: row.taken.into(),
            reversals: row.reversals,
            reversed: row.reversed.into(),
            net: net.into(),
        }
    }
}

sorts! {
    /// What debtors may be sorted by.
    DebtorSort by DebtorOrderBy of insight::DebtorOrderBy {
        OldestDueOn,
        AccountNo,
        Notices,
        OverdueAmount,
    }
}

#[derive(Default)]
pub struct MoneyFiguresQuery;

#[Object]
impl MoneyFiguresQuery {
    /// What is owed, by how long it has been due (账龄).
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "50 + 20 * child_complexity"
    )]
    async fn arrears_ageing(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<Vec<ArrearsBand>> {
        let campus = read(campus, CampusId::try_new)?;
        let store = Services::of(ctx)?.store();
        let today = business_date(store.clock().now());
        let bands = arrears::ageing(store.pool(), campus.as_ref(), today).await;
        let bands = bands.map_err(|error| internal(ctx, error))?;
        Ok(bands.into_iter().map(ArrearsBand::from).collect())
    }

    /// Who owes, the oldest debt first unless sorted otherwise: the list to dun by (催缴). Whoever has a
    /// transfer waiting for the bank is not dunned meanwhile, and left out unless asked for.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "10 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn debtors(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        #[graphql(
            default = 1,
            desc = "Only what has been due for so many days at least."
        )]
        days_past_due: i32,
        #[graphql(desc = "Only who owes so much at least.")] at_least: Option<Fen>,
        #[graphql(default = false, desc = "Also those whose dunning is paused.")]
        include_paused: bool,
        sort: Option<DebtorSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Debtor>> {
        let page = sorted_page(ctx, "debtors", sort, first, after.as_deref())?;
        let days_past_due =
            u32::try_from(days_past_due).map_err(|_| bad_input("逾期天数不能为负"))?;
        let filter = DebtorFilter {
            campus: read(campus, CampusId::try_new)?,
            days_past_due,
            at_least: at_least.map_or(units::Fen::ZERO, |fen| fen.0),
            paused: include_paused,
        };
        let store = Services::of(ctx)?.store();
        let today = business_date(store.clock().now());
        let slice = arrears::debtors(store.pool(), &filter, today, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "debtors", slice, Debtor::from)
    }

    /// Money as it came in from one day to another, both included (收款统计).
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "50 + 20 * child_complexity"
    )]
    async fn collections(
        &self,
        ctx: &Context<'_>,
        from: Date,
        to: Date,
        campus: Option<String>,
    ) -> Result<Vec<Collected>> {
        let (from, to) = (from.0, to.0);
        if from > to {
            return Err(bad_input("起始日期不能晚于结束日期"));
        }
        let campus = read(campus, CampusId::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let rows = collections::collected(pool, (from, to), campus.as_ref()).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(Collected::from).collect())
    }
}
