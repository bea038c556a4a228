use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId};
use chaobiao_projections::payments::{self, PaymentFilter};
use chrono::{DateTime, Utc};

use super::{Payment, PaymentMethod};
use crate::support::{
    Connection, Services, Viewer, bad_input, connection, customer_or, internal, may_see_account,
    page_size, require_account, sorted_page, sorts,
};

sorts! {
    /// What payments may be sorted by.
    PaymentSort by PaymentOrderBy of payments::PaymentOrderBy {
        PaidAt,
        Amount,
        Method,
        Campus,
        TakenBy,
    }
}

#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// Payments, the newest first unless sorted otherwise. Customers name one of their accounts.
    #[graphql(
        guard = "customer_or(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        account_no: Option<String>,
        #[graphql(desc = "Where the money was taken.")] campus: Option<String>,
        method: Option<PaymentMethod>,
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "Not included.")] to: Option<DateTime<Utc>>,
        sort: Option<PaymentSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Payment>> {
        let page = sorted_page(ctx, "payments", sort, first, after.as_deref())?;
        match &account_no {
            Some(account_no) => require_account(ctx, account_no).await?,
            None if ctx.data::<Viewer>()?.staff().is_none() => {
                return Err(bad_input("请指定户号 accountNo"));
            }
            None => {}
        }
        let account_no = account_no.map(AccountNo::try_new).transpose();
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = PaymentFilter {
            account_no: account_no.map_err(|error| bad_input(error.to_string()))?,
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            till: None,
            method: method.map(Into::into),
            from,
            to,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = payments::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "payments", slice, Payment::from)
    }

    /// One payment; to customers only when it paid an account of theirs.
    #[graphql(guard = "customer_or(Permission::ViewPayments)")]
    async fn payment(&self, ctx: &Context<'_>, payment_id: String) -> Result<Option<Payment>> {
        visible(ctx, &payment_id).await
    }
}

/// A payment as far as the viewer may see it.
pub(crate) async fn visible(ctx: &Context<'_>, payment_id: &str) -> Result<Option<Payment>> {
    let pool = Services::of(ctx)?.store().pool();
    let id = [payment_id.to_owned()];
    if ctx.data::<Viewer>()?.staff().is_none() {
        let parts = payments::query::parts(pool, &id).await;
        let mut allowed = false;
        for part in parts.map_err(|error| internal(ctx, error))? {
            allowed |= may_see_account(ctx, part.account_no.as_str()).await?;
        }
        if !allowed {
            return Ok(None);
        }
    }
    let rows = payments::query::by_ids(pool, &id)
        .await
        .map_err(|error| internal(ctx, error))?;
    Ok(rows.into_iter().next().map(Payment::from))
}
