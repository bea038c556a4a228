use async_graphql::{Context, Object, Result};
use chaobiao_domain::account;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::directory::{self, AccountFilter};

use super::{Account, AccountClass};
use crate::support::{
    Connection, Services, connection, customer_or, internal, may, may_see_account, page, page_size,
};

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// An account by its number; to customers only when it is bound to them.
    #[graphql(guard = "customer_or(Permission::ViewAccounts)")]
    async fn account(&self, ctx: &Context<'_>, account_no: String) -> Result<Option<Account>> {
        if may_see_account(ctx, &account_no).await? {
            find(ctx, &account_no).await
        } else {
            Ok(None)
        }
    }

    /// Accounts by number.
    #[graphql(
        guard = "may(Permission::ViewAccounts)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The beginning of a number.")] search: Option<String>,
        campus: Option<String>,
        class: Option<AccountClass>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Account>> {
        let page = page(ctx, "accounts", first, after.as_deref())?;
        let filter = AccountFilter {
            search: search.filter(|text| !text.is_empty()),
            campus,
            class: class.map(|class| account::AccountClass::from(class).as_str().to_owned()),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = directory::accounts(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "accounts", slice, Account)
    }
}

pub(super) async fn find(ctx: &Context<'_>, account_no: &str) -> Result<Option<Account>> {
    let found = directory::account(Services::of(ctx)?.store().pool(), account_no).await;
    Ok(found.map_err(|error| internal(ctx, error))?.map(Account))
}
