use async_graphql::{Context, Result, Subscription};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, RoundId};
use chaobiao_projections::unread_meters::{query, tally};
use futures::Stream;

use super::query::read;
use super::types::{Labels, ReadingRound, UnreadBy, UnreadShare};
use crate::support::{YearMonth, bad_input, live_for_all, may};

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
        live_for_all(ctx, &["unread_meters"], rule, move |services| {
            let round_id = round_id.clone();
            async move {
                let pool = services.store().pool();
                let rounds = tally::summary(pool, None, None, Some(&round_id)).await;
                let rounds = rounds.map_err(|error| error.to_string())?;
                let reasons = query::reasons(pool).await;
                let labels = Labels::of(reasons.map_err(|error| error.to_string())?);
                let round = rounds.into_iter().next();
                Ok(round.map(|round| ReadingRound::new(round, &labels)))
            }
        })
    }

    /// A month's figures by book, reader, building or campus, now and after every change.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn unread_meters(
        &self,
        ctx: &Context<'_>,
        by: UnreadBy,
        month: YearMonth,
        campus: Option<String>,
    ) -> Result<impl Stream<Item = Result<Vec<UnreadShare>>>> {
        let campus = read(campus, CampusId::try_new)?;
        let rule = may(Permission::ViewMeters);
        live_for_all(ctx, &["unread_meters"], rule, move |services| {
            let campus = campus.clone();
            async move {
                let pool = services.store().pool();
                let shares = tally::shares(pool, by.into(), month.0, campus.as_ref()).await;
                let shares = shares.map_err(|error| error.to_string())?;
                let reasons = query::reasons(pool).await;
                let labels = Labels::of(reasons.map_err(|error| error.to_string())?);
                Ok(shares
                    .into_iter()
                    .map(|share| UnreadShare::new(share, &labels))
                    .collect())
            }
        })
    }
}
