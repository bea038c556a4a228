use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::audit_trail::{self, AuditFilter};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{AuditEntry, AuditKind, AuditProof, proof};
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
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "Not included.")] to: Option<DateTime<Utc>>,
        sort: Option<AuditSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<AuditEntry>> {
        let page = sorted_page(ctx, "audit_trail", sort, first, after.as_deref())?;
        let (stream_type, stream_id) = match stream.as_deref().map(|stream| stream.split_once('/'))
        {
            Some(Some((kind, id))) => (Some(kind.to_owned()), Some(id.to_owned())),
            _ => (stream, None),
        };
        let kind = kind.map(|kind| kind.stored().to_owned());
        let filter = AuditFilter {
            actor,
            stream_type,
            stream_id,
            kind,
            from,
            to,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = audit_trail::entries(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "audit_trail", slice, AuditEntry)
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
