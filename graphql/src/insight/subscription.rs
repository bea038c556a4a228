use async_graphql::{Context, Result, Subscription};
use chaobiao_domain::units::{BillingMonth, CampusId, business_date};
use chaobiao_projections::insight::overview;
use futures::{Stream, stream};

use super::figures::Overview;
use super::query::may_see_overview;
use crate::reading_round::read;
use crate::support::{YearMonth, live};

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
        let mut streams = Vec::with_capacity(READ_MODELS.len());
        for read_model in READ_MODELS {
            let campus = campus.clone();
            let shown = live(
                ctx,
                read_model,
                may_see_overview(),
                move |services, _viewer| {
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
                },
            )?;
            streams.push(shown);
        }
        Ok(changes(stream::select_all(streams)))
    }
}

/// Several streams say the same when one thing changes: it is passed on once.
fn changes(
    shown: impl Stream<Item = Result<Overview>> + Send + 'static,
) -> impl Stream<Item = Result<Overview>> {
    use futures::StreamExt as _;

    let mut last = None;
    shown.filter(move |overview| {
        let news = match overview {
            Ok(overview) => last.as_ref() != Some(overview),
            Err(_) => true,
        };
        if let (true, Ok(overview)) = (news, overview) {
            last = Some(overview.clone());
        }
        std::future::ready(news)
    })
}
