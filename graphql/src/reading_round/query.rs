use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, RoundId};
use chaobiao_projections::unread_meters::{UnreadFilter, query};

use super::types::{ReadingRound, UnreadMeter, UnreadReason};
use crate::support::{
    Connection, Services, YearMonth, bad_input, connection, internal, may, page, page_size,
};

#[derive(Default)]
pub struct ReadingRoundQuery;

#[Object]
impl ReadingRoundQuery {
    /// 未抄表计清单, by round and walk.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn unread_meters(
        &self,
        ctx: &Context<'_>,
        round_id: Option<String>,
        book: Option<String>,
        campus: Option<String>,
        month: Option<YearMonth>,
        reason: Option<UnreadReason>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<UnreadMeter>> {
        let page = page(ctx, "unread_meters", first, after.as_deref())?;
        let round_id = round_id.map(RoundId::try_new).transpose();
        let book = book.map(BookNo::try_new).transpose();
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = UnreadFilter {
            round_id: round_id.map_err(|error| bad_input(error.to_string()))?,
            book: book.map_err(|error| bad_input(error.to_string()))?,
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            month: month.map(|month| month.0),
            reason: reason.map(Into::into),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::list(pool, &filter, &page).await;
        let mut slice = slice.map_err(|error| internal(ctx, error))?;
        if slice.total.is_none() && ctx.look_ahead().field("totalCount").exists() {
            let total = query::count(pool, &filter).await;
            slice.total = Some(total.map_err(|error| internal(ctx, error))?);
        }
        connection(ctx, "unread_meters", slice, UnreadMeter::from)
    }

    /// The rounds of a month with what is read, held and unread in them.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn reading_rounds(
        &self,
        ctx: &Context<'_>,
        month: YearMonth,
        campus: Option<String>,
    ) -> Result<Vec<ReadingRound>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let campus = campus.map_err(|error| bad_input(error.to_string()))?;
        let pool = Services::of(ctx)?.store().pool();
        let rounds = query::summary(pool, Some(month.0), campus.as_ref(), None).await;
        let rounds = rounds.map_err(|error| internal(ctx, error))?;
        Ok(rounds.into_iter().map(ReadingRound::from).collect())
    }

    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn reading_round(
        &self,
        ctx: &Context<'_>,
        round_id: String,
    ) -> Result<Option<ReadingRound>> {
        let Ok(round_id) = RoundId::try_new(&round_id) else {
            return Ok(None);
        };
        find(ctx, &round_id).await
    }
}

pub(super) async fn find(ctx: &Context<'_>, round_id: &RoundId) -> Result<Option<ReadingRound>> {
    let pool = Services::of(ctx)?.store().pool();
    let rounds = query::summary(pool, None, None, Some(round_id)).await;
    let rounds = rounds.map_err(|error| internal(ctx, error))?;
    Ok(rounds.into_iter().next().map(ReadingRound::from))
}
