use async_graphql::{Context, Result, SimpleObject, Subscription};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::paging::Page;
use chaobiao_projections::reading_review::{self, FoundFilter, ReadingFilter, ReadingState};
use futures::Stream;

use super::Reading;
use super::anomalies::{Anomalies, news_of_anomalies};
use super::types::Rule;
use crate::support::{bad_input, live_for_all, may};

/// The readings that wait for review.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct HeldReadings {
    total_count: i32,
    /// The oldest of them.
    oldest: Vec<Reading>,
}

/// How many of the queue's readings are pushed; the rest is a query away.
const SHOWN: u32 = 20;

#[derive(Default)]
pub struct ReadingSubscription;

#[Subscription]
impl ReadingSubscription {
    /// R72: the last readings in which a rule found something, now and whenever there is another.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn anomalies(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        #[graphql(desc = "Only what this rule found.")] rule: Option<Rule>,
        #[graphql(desc = "The last `cursor` heard: nothing is told until there is more.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<Anomalies>>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = FoundFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            rule: rule.map(Into::into),
        };
        news_of_anomalies(ctx, filter, after.as_deref())
    }

    /// The readings that wait for review, now and after every change.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn readings_held(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<impl Stream<Item = Result<HeldReadings>>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let campus = campus.map_err(|error| bad_input(error.to_string()))?;
        live_for_all(
            ctx,
            &["reading_review"],
            may(Permission::ViewMeters),
            move |services| {
                let filter = ReadingFilter {
                    status: Some(ReadingState::Held),
                    campus: campus.clone(),
                    ..ReadingFilter::default()
                };
                async move {
                    let pool = services.store().pool();
                    let total = reading_review::query::held_count(pool, filter.campus.as_ref());
                    let total = total.await.map_err(|error| error.to_string())?;
                    let slice =
                        reading_review::query::list(pool, &filter, &Page::first(SHOWN)).await;
                    let rows = slice.map_err(|error| error.to_string())?.rows;
                    Ok(HeldReadings {
                        total_count: i32::try_from(total).unwrap_or(i32::MAX),
                        oldest: rows.into_iter().map(|(_, row)| Reading(row)).collect(),
                    })
                }
            },
        )
    }
}
