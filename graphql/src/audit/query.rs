use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::audit_trail::{self, AuditFilter, AuditListed, open_spans};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::types::AuditSample;
use super::{AuditEntry, AuditKind, AuditList, AuditProof, proof};
use crate::support::{
    Connection, Services, bad_input, connection, internal, may, page_size, sorted_page, sorts,
};

sorts! {
    /// What the trail may be sorted by.
    AuditSort by AuditOrderBy of audit_trail::AuditOrderBy {
        /// As things happened.
        At,
    }
}

/// How far back the list of what was done after hours goes where nobody says.
const RECENT: TimeDelta = TimeDelta::days(31);
/// Days are looked up one by one.
const AFTER_HOURS_MAX: TimeDelta = TimeDelta::days(367);
const SAMPLE_MAX: u32 = 100;
const SEED_LENGTH: std::ops::RangeInclusive<usize> = 1..=60;

/// Puts a list into the filter, with its span of time where it needs one.
async fn put_list(
    ctx: &Context<'_>,
    list: Option<AuditList>,
    mut filter: AuditFilter,
) -> Result<AuditFilter> {
    let Some(list) = list.map(audit_trail::AuditList::from) else {
        return Ok(filter);
    };
    let store = Services::of(ctx)?.store();
    let mut open = Vec::new();
    if list == audit_trail::AuditList::AfterHours {
        let to = filter.to.unwrap_or_else(|| store.clock().now());
        let from = filter.from.unwrap_or(to - RECENT);
        if to - from > AFTER_HOURS_MAX {
            return Err(bad_input("下班后操作一次最多查一年"));
        }
        open = open_spans(store.pool(), from, to)
            .await
            .map_err(|error| internal(ctx, error))?;
        filter.from = Some(from);
    }
    filter.list = Some(AuditListed::of(list, open));
    Ok(filter)
}

fn stream_of(stream: Option<String>) -> (Option<String>, Option<String>) {
    match stream.as_deref().map(|stream| stream.split_once('/')) {
        Some(Some((kind, id))) => (Some(kind.to_owned()), Some(id.to_owned())),
        _ => (stream, None),
    }
}

#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who did what, when and from where, newest first unless sorted otherwise. Looks at it are not
    /// recorded: they change nothing and show no personal data.
    #[graphql(
        guard = "may(Permission::ViewAudit)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Such as `staff:li`.")] actor: Option<String>,
        #[graphql(desc = "Such as `account/8001`, or `account` for all of them.")] stream: Option<
            String,
        >,
        kind: Option<AuditKind>,
        list: Option<AuditList>,
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "Not included.")] to: Option<DateTime<Utc>>,
        sort: Option<AuditSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<AuditEntry>> {
        let page = sorted_page(ctx, "audit_trail", sort, first, after.as_deref())?;
        let (stream_type, stream_id) = stream_of(stream);
        let kind = kind.map(|kind| kind.stored().to_owned());
        let filter = AuditFilter {
            actor,
            stream_type,
            stream_id,
            kind,
            from,
            to,
            list: None,
        };
        let filter = put_list(ctx, list, filter).await?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = audit_trail::entries(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "audit_trail", slice, AuditEntry)
    }

    /// 随机抽样: so many lines of a list, of a kind of record or of the whole trail, drawn by a seed. The
    /// same seed draws the same from the same lines, so that nobody chooses what is looked at.
    #[graphql(
        guard = "may(Permission::ViewAudit)",
        complexity = "50 + 100 * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each says what is drawn from")]
    async fn audit_sample(
        &self,
        ctx: &Context<'_>,
        list: Option<AuditList>,
        #[graphql(desc = "Such as `account`.")] stream: Option<String>,
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "Not included.")] to: Option<DateTime<Utc>>,
        #[graphql(desc = "At most 100.")] size: i32,
        seed: String,
    ) -> Result<AuditSample> {
        let size = u32::try_from(size).ok();
        let size = size.filter(|size| (1..=SAMPLE_MAX).contains(size));
        let size = size.ok_or_else(|| bad_input("抽样件数为 1 到 100"))?;
        let seed = seed.trim();
        if !SEED_LENGTH.contains(&seed.chars().count()) {
            return Err(bad_input("抽样种子为 1 到 60 个字"));
        }
        let (stream_type, stream_id) = stream_of(stream);
        let filter = AuditFilter {
            stream_type,
            stream_id,
            from,
            to,
            ..AuditFilter::default()
        };
        let filter = put_list(ctx, list, filter).await?;
        let pool = Services::of(ctx)?.store().pool();
        let drawn = audit_trail::sample(pool, &filter, size, seed).await;
        let drawn = drawn.map_err(|error| internal(ctx, error))?;
        Ok(AuditSample::from(drawn))
    }

    /// Proof that an event is in the published log; null where there is none, or no signed head
    /// covers it yet.
    #[graphql(guard = "may(Permission::ViewAudit)", complexity = "20")]
    async fn audit_proof(&self, ctx: &Context<'_>, event_id: String) -> Result<Option<AuditProof>> {
        let event_id = Uuid::parse_str(&event_id);
        let event_id = event_id.map_err(|_| bad_input("eventId 不是事件编号"))?;
        proof::proof(ctx, event_id).await
    }
}
