use async_graphql::{Context, Result, SimpleObject, Subscription};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::binding_queue::{self, BindingFilter};
use chaobiao_projections::paging::Page;
use futures::Stream;

use crate::support::{live_for_all, may};

/// What waits to be decided.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct WorkQueue {
    bindings_pending: i32,
    bindings_overdue: i32,
}

#[derive(Default)]
pub struct BindingSubscription;

#[Subscription]
impl BindingSubscription {
    /// What waits to be decided, now and after every change.
    #[graphql(guard = "may(Permission::DecideBindings)")]
    async fn work_queue_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of the account.")] campus: Option<String>,
    ) -> Result<impl Stream<Item = Result<WorkQueue>>> {
        live_for_all(
            ctx,
            &["binding_queue"],
            may(Permission::DecideBindings),
            move |services| {
                let campus = campus.clone();
                async move {
                    let store = services.store();
                    let pending = BindingFilter {
                        state: Some("pending".to_owned()),
                        campus,
                        ..BindingFilter::default()
                    };
                    let overdue = BindingFilter {
                        due_before: Some(store.clock().now()),
                        ..pending.clone()
                    };
                    let mut counts = Vec::with_capacity(2);
                    for filter in [&pending, &overdue] {
                        let slice =
                            binding_queue::bindings(store.pool(), filter, &Page::first(1)).await;
                        let total = slice.map_err(|error| error.to_string())?.total.unwrap_or(0);
                        counts.push(i32::try_from(total).unwrap_or(i32::MAX));
                    }
                    Ok(WorkQueue {
                        bindings_pending: counts[0],
                        bindings_overdue: counts[1],
                    })
                }
            },
        )
    }
}
