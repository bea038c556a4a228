use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::connectors::query;

use super::types::{Connector, ConnectorRun};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct ConnectorQuery;

#[Object]
impl ConnectorQuery {
    /// Where readings of other platforms are fetched from (平台对接).
    #[graphql(
        guard = "may(Permission::ManageMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn connectors(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Connector>> {
        let page = page(ctx, "connectors", first, after.as_deref())?;
        let slice = query::list(Services::of(ctx)?.store().pool(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "connectors", slice, Connector::from)
    }

    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn connector(
        &self,
        ctx: &Context<'_>,
        connector_id: String,
    ) -> Result<Option<Connector>> {
        find(ctx, &connector_id).await
    }

    /// The runs of a connector, the newest first.
    #[graphql(
        guard = "may(Permission::ManageMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn connector_runs(
        &self,
        ctx: &Context<'_>,
        connector_id: String,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ConnectorRun>> {
        let page = page(ctx, "connectorRuns", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::runs(pool, &connector_id, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "connectorRuns", slice, ConnectorRun::from)
    }
}

pub(super) async fn find(ctx: &Context<'_>, connector_id: &str) -> Result<Option<Connector>> {
    let found = query::one(Services::of(ctx)?.store().pool(), connector_id).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.map(Connector::from))
}
