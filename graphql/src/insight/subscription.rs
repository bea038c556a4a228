use async_graphql::{Context, Result, Subscription};
use chaobiao_domain::units::{BillingMonth, CampusId, business_date};
use chaobiao_projections::insight::overview;
use futures::Stream;

use super::figures::Overview;
use super::query::may_see_overview;
use crate::reading_round::read;
use crate::support::{YearMonth, live_for_all};

/// What a change of the overview shows in.
const READ_MODELS: [&str; 4] = [
    "unread_meters",
    "reading_review",
    "payments",
    "unpaid_notices",
];

#[derive(Default)]
pub struct InsightSubscription;

#[Subscription]
impl InsightSubscription {
    /// The centre at a glance, now and after every change.
    #[graphql(guard = "may_see_overview()")]
    async fn overview_changed(
        &self,
        ctx: &Context<'_>,
        month: Option<YearMonth>,
        campus: Option<String>,
    ) -> Result<impl Stream<Item = Result<Overview>>> {
        let campus = read(campus, CampusId::try_new)?;
        live_for_all(ctx, &READ_MODELS, may_see_overview(), move |services| {
            let campus = campus.clone();
            async move {
                let store = services.store();
                let today = business_date(store.clock().now());
                let month = month.map_or(BillingMonth::of(today), |month| month.0);
                overview::overview(store.pool(), month, campus.as_ref(), today)
                    .await
                    .map(Overview::from)
                    .map_err(|error| error.to_string())
            }
        })
    }
}
