use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::BankReference;
use chaobiao_projections::bank_lines;

use super::types::{BankLine, BankLineState};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct BankLineQuery;

#[Object]
impl BankLineQuery {
    /// Lines of the bank's statement, the newest first; unidentified money is what is `HELD`.
    #[graphql(
        guard = "may(Permission::ReconcileBank)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn bank_lines(
        &self,
        ctx: &Context<'_>,
        state: Option<BankLineState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<BankLine>> {
        let page = page(ctx, "bankLines", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = bank_lines::query::list(pool, state.map(BankLineState::stored), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "bankLines", slice, BankLine::from)
    }
}

pub(crate) async fn find(ctx: &Context<'_>, reference: &BankReference) -> Result<Option<BankLine>> {
    let pool = Services::of(ctx)?.store().pool();
    let rows = bank_lines::query::by_references(pool, &[reference.to_string()]).await;
    let rows = rows.map_err(|error| internal(ctx, error))?;
    Ok(rows.into_iter().next().map(BankLine::from))
}
