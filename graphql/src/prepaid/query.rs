use async_graphql::{Context, Object, Result};
use chaobiao_domain::account;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::prepaid::{self, PrepaidFilter};

use super::types::{BalanceLevel, PrepaidAccount, SupplyState};
use crate::support::{Connection, Services, connection, internal, may_any, page, page_size};

#[derive(Default)]
pub struct PrepaidQuery;

#[Object]
impl PrepaidQuery {
    /// Accounts that pay before, by number; with `supply: CUT_OFF_ORDERED` those to be cut off now,
    /// with `supply: RESTORATION_ORDERED` those to be restored.
    #[graphql(
        guard = "may_any(&[Permission::ViewAccounts, Permission::ManageMeters])",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn prepaid_accounts(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        level: Option<BalanceLevel>,
        supply: Option<SupplyState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<PrepaidAccount>> {
        let page = page(ctx, "prepaidAccounts", first, after.as_deref())?;
        let level = level.map(account::BalanceLevel::from);
        let filter = PrepaidFilter {
            campus,
            level: level.map(|level| level.as_str().to_owned()),
            supply: supply.map(|supply| supply.name().to_owned()),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = prepaid::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "prepaidAccounts", slice, PrepaidAccount)
    }
}

/// Where an account stands that pays before; none where it pays after and is supplied.
pub(super) async fn find(ctx: &Context<'_>, account_no: &str) -> Result<Option<PrepaidAccount>> {
    let pool = Services::of(ctx)?.store().pool();
    let rows = prepaid::query::of_accounts(pool, &[account_no.to_owned()]).await;
    let row = rows.map_err(|error| internal(ctx, error))?.pop();
    Ok(row.map(PrepaidAccount))
}
