use async_graphql::{Context, Result, Subscription};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::RoundId;
use chaobiao_projections::unread_meters::query;
use futures::Stream;

use super::types::ReadingRound;
use crate::support::{bad_input, live, may};

#[derive(Default)]
pub struct ReadingRoundSubscription;

#[Subscription]
impl ReadingRoundSubscription {
    /// A round's figures, now and after every change.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn unread_meters_changed(
        &self,
        ctx: &Context<'_>,
        round_id: String,
    ) -> Result<impl Stream<Item = Result<Option<ReadingRound>>>> {
        let round_id = RoundId::try_new(&round_id).map_err(|error| bad_input(error.to_string()))?;
        let rule = may(Permission::ViewMeters);
        live(ctx, "unread_meters", rule, move |services, _viewer| {
            let round_id = round_id.clone();
            async move {
                let pool = services.store().pool();
                let rounds = query::summary(pool, None, None, Some(&round_id)).await;
                let rounds = rounds.map_err(|error| error.to_string())?;
                Ok(rounds.into_iter().next().map(ReadingRound::from))
            }
        })
    }
}
