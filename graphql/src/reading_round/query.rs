use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, ReasonCode, RoundId, StaffLogin, business_date};
use chaobiao_projections::sorting::SortedPage;
use chaobiao_projections::unread_meters::{self, UnreadFilter, query, tally};

use super::types::{
    DelayReason, FieldConflict, Labels, ReadingRound, UnreadBy, UnreadMeter, UnreadReason,
    UnreadShare,
};
use crate::support::{
    Connection, Services, Viewer, YearMonth, bad_input, connection, internal, may, page, page_size,
    sorted_page, sorts,
};

sorts! {
    /// What unread meters may be sorted by.
    UnreadSort by UnreadOrderBy of unread_meters::UnreadOrderBy {
        /// Round by round in the order of the walk.
        Walk,
        MeterNo,
        Place,
        Reader,
        DueOn,
        Visits,
        Reason,
    }
}

#[derive(Default)]
pub struct ReadingRoundQuery;

#[Object]
impl ReadingRoundQuery {
    /// 未抄表计清单, by round and walk unless sorted otherwise.
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
        building: Option<String>,
        #[graphql(desc = "The login of who walks the round.")] reader: Option<String>,
        month: Option<YearMonth>,
        reason: Option<UnreadReason>,
        #[graphql(desc = "A reason of the centre's own; goes before `reason`.")]
        reason_code: Option<String>,
        sort: Option<UnreadSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<UnreadMeter>> {
        let reason = reason.map(|reason| {
            let reason: chaobiao_domain::reading_round::UnreadReason = reason.into();
            reason.as_str().to_owned()
        });
        let filter = UnreadFilter {
            round_id: read(round_id, RoundId::try_new)?,
            book: read(book, BookNo::try_new)?,
            campus: read(campus, CampusId::try_new)?,
            building,
            reader: read(reader, StaffLogin::try_new)?,
            month: month.map(|month| month.0),
            reason: read(reason_code.or(reason), ReasonCode::try_new)?,
            tasks_on: None,
        };
        let page = sorted_page(ctx, "unread_meters", sort, first, after.as_deref())?;
        unread(ctx, "unread_meters", &filter, &page).await
    }

    /// What the viewer has still to read today, in the order of the walk: meters of rounds under
    /// way that neither report by themselves nor are being read by their customers.
    #[graphql(
        guard = "may(Permission::SubmitReadings)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn reading_tasks(
        &self,
        ctx: &Context<'_>,
        round_id: Option<String>,
        #[graphql(desc = "Somebody else's tasks, for who sends readers out.")] reader: Option<
            String,
        >,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<UnreadMeter>> {
        let viewer = ctx.data::<Viewer>()?;
        let login = match (reader, viewer) {
            (Some(reader), viewer) if viewer.may(Permission::ManageRounds) => Some(reader),
            (_, Viewer::Staff(staff)) => Some(staff.login.to_string()),
            _ => None,
        };
        let today = business_date(Services::of(ctx)?.store().clock().now());
        let filter = UnreadFilter {
            round_id: read(round_id, RoundId::try_new)?,
            reader: read(login, StaffLogin::try_new)?,
            tasks_on: Some(today),
            ..UnreadFilter::default()
        };
        let page = page(ctx, "reading_tasks", first, after.as_deref())?;
        unread(ctx, "reading_tasks", &filter, &page).await
    }

    /// A month's walks put together by book, reader, building or campus (R79).
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn unread_summary(
        &self,
        ctx: &Context<'_>,
        by: UnreadBy,
        month: YearMonth,
        campus: Option<String>,
    ) -> Result<Vec<UnreadShare>> {
        let campus = read(campus, CampusId::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let shares = tally::shares(pool, by.into(), month.0, campus.as_ref()).await;
        let shares = shares.map_err(|error| internal(ctx, error))?;
        let labels = Labels::load(ctx).await?;
        Ok(shares
            .into_iter()
            .map(|share| UnreadShare::new(share, &labels))
            .collect())
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
        let campus = read(campus, CampusId::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let rounds = tally::summary(pool, Some(month.0), campus.as_ref(), None).await;
        let rounds = rounds.map_err(|error| internal(ctx, error))?;
        let labels = Labels::load(ctx).await?;
        Ok(rounds
            .into_iter()
            .map(|round| ReadingRound::new(round, &labels))
            .collect())
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

    /// Why meters are not read, as the centre calls it.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "10 + 10 * child_complexity"
    )]
    async fn delay_reasons(&self, ctx: &Context<'_>) -> Result<Vec<DelayReason>> {
        let reasons = query::reasons(Services::of(ctx)?.store().pool()).await;
        let reasons = reasons.map_err(|error| internal(ctx, error))?;
        Ok(reasons.into_iter().map(DelayReason::from).collect())
    }

    /// Late readings that wait for a decision: the viewer's own, or all of them for who sends
    /// readers out.
    #[graphql(
        guard = "may(Permission::SubmitReadings)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn field_conflicts(
        &self,
        ctx: &Context<'_>,
        round_id: Option<String>,
    ) -> Result<Vec<FieldConflict>> {
        let round_id = read(round_id, RoundId::try_new)?;
        let viewer = ctx.data::<Viewer>()?;
        let everybodys = viewer.may(Permission::ManageRounds);
        // Of all campuses only for who is confined to none.
        let everybodys = everybodys && (round_id.is_some() || viewer.reach().is_none());
        let own = (!everybodys).then(|| viewer.actor());
        let pool = Services::of(ctx)?.store().pool();
        let conflicts = query::conflicts(pool, round_id.as_ref(), own.as_ref()).await;
        let conflicts = conflicts.map_err(|error| internal(ctx, error))?;
        Ok(conflicts.into_iter().map(FieldConflict::from).collect())
    }
}

/// A filter's text as the value it stands for.
pub(crate) fn read<T, E: ToString>(
    text: Option<String>,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<Option<T>> {
    text.map(parse)
        .transpose()
        .map_err(|error| bad_input(error.to_string()))
}

async fn unread(
    ctx: &Context<'_>,
    list: &str,
    filter: &UnreadFilter,
    page: &SortedPage<unread_meters::UnreadOrderBy>,
) -> Result<Connection<UnreadMeter>> {
    let pool = Services::of(ctx)?.store().pool();
    let slice = query::list(pool, filter, page).await;
    let mut slice = slice.map_err(|error| internal(ctx, error))?;
    if ctx.look_ahead().field("totalCount").exists() {
        let total = query::count(pool, filter).await;
        slice.total = Some(total.map_err(|error| internal(ctx, error))?);
    }
    let labels = Labels::load(ctx).await?;
    connection(ctx, list, slice, |row| UnreadMeter::new(row, &labels))
}

pub(crate) async fn find(ctx: &Context<'_>, round_id: &RoundId) -> Result<Option<ReadingRound>> {
    let pool = Services::of(ctx)?.store().pool();
    let rounds = tally::summary(pool, None, None, Some(round_id)).await;
    let rounds = rounds.map_err(|error| internal(ctx, error))?;
    let labels = Labels::load(ctx).await?;
    let round = rounds.into_iter().next();
    Ok(round.map(|round| ReadingRound::new(round, &labels)))
}
