use async_graphql::{Context, Result, Subscription};
use chaobiao_projections::outages::{self, OutageFilter};
use chaobiao_projections::paging::Page;
use futures::Stream;

use super::outage_types::{Outage, reach};
use crate::support::{live, public};

#[derive(Default)]
pub struct OutageSubscription;

#[Subscription]
impl OutageSubscription {
    /// The outages that are announced or under way, now and after every change.
    #[graphql(guard = "public()")]
    async fn outages_changed(
        &self,
        ctx: &Context<'_>,
        campus_id: Option<String>,
    ) -> Result<impl Stream<Item = Result<Vec<Outage>>>> {
        live(ctx, "outages", public(), move |services, viewer| {
            let campus = campus_id.clone();
            async move {
                let store = services.store();
                let filter = OutageFilter {
                    campus,
                    current_at: Some(store.clock().now()),
                    reach: reach(&viewer),
                };
                let page = Page::first(Page::<()>::MAX);
                let slice = outages::outages(store.pool(), &filter, &page).await;
                let slice = slice.map_err(|error| error.to_string())?;
                Ok(slice.rows.into_iter().map(|(_, row)| row.into()).collect())
            }
        })
    }
}
