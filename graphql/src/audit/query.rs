use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::audit_trail::{self, AuditFilter};
use chrono::{DateTime, Utc};

use super::{AuditEntry, AuditKind};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who did what, when and from where, newest first. Looks at it are not recorded: they change
    /// nothing and show no personal data.
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
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<AuditEntry>> {
        let page = page(ctx, "audit_trail", first, after.as_deref())?;
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
}
