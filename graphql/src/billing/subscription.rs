use async_graphql::{Context, Result, Subscription};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::binding_queue;
use chaobiao_projections::unpaid_notices::query;
use futures::Stream;

use super::Notice;
use crate::support::{customer_or, live, require_account};

#[derive(Default)]
pub struct BillingSubscription;

#[Subscription]
impl BillingSubscription {
    /// What is still to be paid of an account, now and after every change.
    #[graphql(guard = "customer_or(Permission::ViewAccounts)")]
    async fn notices_changed(
        &self,
        ctx: &Context<'_>,
        account_no: String,
    ) -> Result<impl Stream<Item = Result<Vec<Notice>>>> {
        require_account(ctx, &account_no).await?;
        let rule = customer_or(Permission::ViewAccounts);
        live(ctx, "unpaid_notices", rule, move |services, viewer| {
            let account_no = account_no.clone();
            async move {
                let pool = services.store().pool();
                // A binding may end while somebody looks on.
                if let Some(customer) = viewer.customer() {
                    let id = customer.customer_id.as_str();
                    let bound = binding_queue::is_bound(pool, id, &account_no).await;
                    if !bound.map_err(|error| error.to_string())? {
                        return Ok(Vec::new());
                    }
                }
                let notices = query::of_accounts(pool, &[account_no]).await;
                let notices = notices.map_err(|error| error.to_string())?;
                Ok(notices.into_iter().map(Notice::from).collect())
            }
        })
    }
}
