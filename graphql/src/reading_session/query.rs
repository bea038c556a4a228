use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{MeterNo, ReasonCode, SessionId, StaffLogin, start_of_business_day};
use chaobiao_projections::paging::Page;
use chaobiao_projections::session_log::{LogFilter, query};

use super::types::{ReadingSession, SessionLogEntry, SessionLogKind};
use crate::reading_round::{Labels, read};
use crate::support::{Connection, Date, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct ReadingSessionQuery;

#[Object]
impl ReadingSessionQuery {
    /// Outings, the latest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn reading_sessions(
        &self,
        ctx: &Context<'_>,
        reader: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ReadingSession>> {
        let page = page(ctx, "reading_sessions", first, after.as_deref())?;
        let reader = read(reader, StaffLogin::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::sessions(pool, reader.as_ref(), None, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "reading_sessions", slice, ReadingSession::from)
    }

    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn reading_session(
        &self,
        ctx: &Context<'_>,
        session_id: String,
    ) -> Result<Option<ReadingSession>> {
        match SessionId::try_new(&session_id) {
            Ok(session_id) => find(ctx, &session_id).await,
            Err(_) => Ok(None),
        }
    }

    /// What readers did in the field, the latest first (R80).
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn session_log(
        &self,
        ctx: &Context<'_>,
        session_id: Option<String>,
        meter_no: Option<String>,
        #[graphql(desc = "The login of who did it.")] reader: Option<String>,
        reason_code: Option<String>,
        kind: Option<SessionLogKind>,
        from: Option<Date>,
        #[graphql(desc = "The last day.")] to: Option<Date>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<SessionLogEntry>> {
        let page = page(ctx, "session_log", first, after.as_deref())?;
        let filter = LogFilter {
            session_id: read(session_id, SessionId::try_new)?,
            meter_no: read(meter_no, MeterNo::try_new)?,
            reader: read(reader, StaffLogin::try_new)?,
            reason: read(reason_code, ReasonCode::try_new)?,
            kind: kind.map(Into::into),
            from: from.map(|from| start_of_business_day(from.0)),
            to: to.and_then(|to| to.0.succ_opt()).map(start_of_business_day),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::entries(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        let labels = Labels::load(ctx).await?;
        connection(ctx, "session_log", slice, |row| {
            SessionLogEntry::new(row, &labels)
        })
    }
}

pub(super) async fn find(
    ctx: &Context<'_>,
    session_id: &SessionId,
) -> Result<Option<ReadingSession>> {
    let pool = Services::of(ctx)?.store().pool();
    let found = query::sessions(pool, None, Some(session_id), &Page::first(1)).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    let mut found = found.rows.into_iter();
    Ok(found.next().map(|(_, row)| row.into()))
}
