use async_graphql::{Context, Object, Result};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::account;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BillNo};
use chaobiao_projections::account_statement;
use chaobiao_projections::directory::{self, AccountFilter, AccountSearch, Reach};

use super::known_bill::KnownBill;
use super::statement::{AccountStatement, as_known};
use super::{Account, AccountClass};
use crate::support::{
    AsOf, Connection, Date, Moment, Services, Viewer, bad_input, connection, customer_or, internal,
    may, may_see_account, page_size, point_in_time, record, sorted_page, sorts,
};

sorts! {
    /// What accounts may be sorted by.
    AccountSort by AccountOrderBy of directory::AccountOrderBy {
        AccountNo,
        Campus,
        Class,
        OpenAmount,
        Credit,
    }
}

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

    /// What an account owed and had paid: `validOn` a day, as known at a time. Built from the
    /// events alone; without any time it says what `account` says. A payment known to be reversed
    /// stands on no day. Null where nothing was known of the account.
    #[graphql(
        guard = "customer_or(Permission::ViewAccounts)",
        complexity = "10 + child_complexity"
    )]
    async fn account_statement(
        &self,
        ctx: &Context<'_>,
        account_no: String,
        valid_on: Option<Date>,
        known_at: Option<Moment>,
        as_of: Option<AsOf>,
    ) -> Result<Option<AccountStatement>> {
        if !may_see_account(ctx, &account_no).await? {
            return Ok(None);
        }
        let account_no =
            AccountNo::try_new(&account_no).map_err(|error| bad_input(error.to_string()))?;
        let point = point_in_time(ctx, as_of, valid_on, known_at).await?;
        as_known(ctx, account_no, point).await
    }

    /// A bill as it was known at a time, `validOn` a day (X2). Built from the events alone. Null where
    /// there was no such bill.
    #[graphql(
        guard = "customer_or(Permission::ViewAccounts)",
        complexity = "10 + child_complexity"
    )]
    async fn known_bill(
        &self,
        ctx: &Context<'_>,
        bill_no: String,
        valid_on: Option<Date>,
        known_at: Option<Moment>,
        as_of: Option<AsOf>,
    ) -> Result<Option<KnownBill>> {
        let Ok(bill_no) = BillNo::try_new(&bill_no) else {
            return Ok(None);
        };
        let pool = Services::of(ctx)?.store().pool();
        let found = account_statement::query::bills_by_number(pool, &[bill_no.to_string()]).await;
        let found = found.map_err(|error| internal(ctx, error))?.pop();
        let Some(account_no) = found.map(|bill| bill.account_no) else {
            return Ok(None);
        };
        if !may_see_account(ctx, account_no.as_str()).await? {
            return Ok(None);
        }
        let point = point_in_time(ctx, as_of, valid_on, known_at).await?;
        let statement = as_known(ctx, account_no, point).await?;
        Ok(statement.and_then(|statement| KnownBill::of(statement, &bill_no)))
    }

    /// Accounts, by number unless sorted otherwise. Whoever may not see personal data finds nobody by
    /// name or phone, and rooms only with the right to see meters.
    #[graphql(
        guard = "may(Permission::ViewAccounts)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The beginning of an account's or a meter's number, of the holder's name or of \
                    a place such as 3-305, a phone, or its last digits from four on."
        )]
        search: Option<String>,
        campus: Option<String>,
        class: Option<AccountClass>,
        sort: Option<AccountSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Account>> {
        let page = sorted_page(ctx, "accounts", sort, first, after.as_deref())?;
        let filter = AccountFilter {
            search: match search {
                Some(text) => looked_for(ctx, &text)?,
                None => None,
            },
            campus,
            class: class.map(|class| account::AccountClass::from(class).as_str().to_owned()),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = directory::accounts(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "accounts", slice, Account)
    }
}

/// What the viewer may look for by a text. To find somebody by name or phone is to see their data.
fn looked_for(ctx: &Context<'_>, text: &str) -> Result<Option<AccountSearch>> {
    let viewer = ctx.data::<Viewer>()?;
    let persons = viewer.may(Permission::ViewPersonalData);
    let reach = Reach {
        persons,
        places: persons || viewer.may(Permission::ViewMeters),
    };
    let store = Services::of(ctx)?.store();
    let search = AccountSearch::new(store.blind_index(), text, reach);
    if search.as_ref().is_some_and(AccountSearch::by_person) {
        record(ctx, AccessKind::PersonalDataSeen, "accounts.search", None);
    }
    Ok(search)
}

pub(crate) async fn find(ctx: &Context<'_>, account_no: &str) -> Result<Option<Account>> {
    let found = directory::account(Services::of(ctx)?.store().pool(), account_no).await;
    Ok(found.map_err(|error| internal(ctx, error))?.map(Account))
}
