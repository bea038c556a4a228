use async_graphql::{Context, Result, Subscription};
use chaobiao_projections::paging::Page;
use chaobiao_projections::service_cases;
use futures::Stream;

use super::case_types::ServiceCase;
use crate::support::{live, signed_in};

/// How many of them are told of; the rest is a query away.
const SHOWN: u32 = 20;

#[derive(Default)]
pub struct CaseSubscription;

#[Subscription]
impl CaseSubscription {
    /// What the viewer has filed lately, the newest first, now and after every change.
    #[graphql(guard = "signed_in()")]
    async fn my_service_cases_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<Vec<ServiceCase>>>> {
        live(
            ctx,
            "service_cases",
            signed_in(),
            |services, viewer| async move {
                let pool = services.store().pool();
                let page = Page::first(SHOWN);
                let slice = service_cases::reported_by(pool, &viewer.actor(), &page).await;
                let rows = slice.map_err(|error| error.to_string())?.rows;
                Ok(rows.into_iter().map(|(_, row)| ServiceCase(row)).collect())
            },
        )
    }
}
