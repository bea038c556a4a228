use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, StaffLogin, TillId};
use chaobiao_projections::tills::{self, TillFilter};

use super::types::{ClosedCashMonth, Till};
use crate::support::{
    Connection, Date, Services, bad_input, connection, internal, may, page, page_size,
};

#[derive(Default)]
pub struct TillQuery;

#[Object]
impl TillQuery {
    /// Tills, the newest day first.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn tills(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        date: Option<Date>,
        cashier: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Till>> {
        let page = page(ctx, "tills", first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let cashier = cashier.map(StaffLogin::try_new).transpose();
        let filter = TillFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            day: date.map(|date| date.0),
            cashier: cashier.map_err(|error| bad_input(error.to_string()))?,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = tills::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "tills", slice, Till::from)
    }

    /// One till, with what was taken into it.
    #[graphql(guard = "may(Permission::ViewPayments)")]
    async fn till(&self, ctx: &Context<'_>, till_id: String) -> Result<Option<Till>> {
        match till_id.parse() {
            Ok(till_id) => find(ctx, &till_id).await,
            Err(_) => Ok(None),
        }
    }

    /// The months of a year that are closed, by campus.
    #[graphql(guard = "may(Permission::ViewPayments)")]
    async fn closed_cash_months(
        &self,
        ctx: &Context<'_>,
        year: i32,
    ) -> Result<Vec<ClosedCashMonth>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = tills::query::closed_months(pool, year).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(ClosedCashMonth::from).collect())
    }
}

pub(super) async fn find(ctx: &Context<'_>, till_id: &TillId) -> Result<Option<Till>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = tills::query::by_id(pool, till_id).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(Till::from))
}
