use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::binding_queue::{self, BindingFilter};

use super::{Binding, BindingStatus};
use crate::support::{
    Connection, Services, connection, internal, may, page_size, sorted_page, sorts,
};

sorts! {
    /// What requests to bind may be sorted by.
    BindingSort by BindingOrderBy of binding_queue::BindingOrderBy {
        DueAt,
        RequestedAt,
        AccountNo,
    }
}

#[derive(Default)]
pub struct BindingQuery;

#[Object]
impl BindingQuery {
    /// Requests to bind accounts, by due time unless sorted otherwise; without `status` those that wait.
    #[graphql(
        guard = "may(Permission::DecideBindings)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn binding_queue(
        &self,
        ctx: &Context<'_>,
        status: Option<BindingStatus>,
        #[graphql(default, desc = "Only those that should have been decided by now.")]
        overdue_only: bool,
        #[graphql(desc = "Of the account.")] campus: Option<String>,
        sort: Option<BindingSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Binding>> {
        let page = sorted_page(ctx, "binding_queue", sort, first, after.as_deref())?;
        let store = Services::of(ctx)?.store();
        let filter = BindingFilter {
            state: Some(status.unwrap_or(BindingStatus::Pending).stored().to_owned()),
            due_before: overdue_only.then(|| store.clock().now()),
            customer_id: None,
            campus,
        };
        let slice = binding_queue::bindings(store.pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "binding_queue", slice, Binding)
    }
}
