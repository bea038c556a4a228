use async_graphql::{Context, Object, Result};
use chaobiao_projections::tariffs;

use super::Tariff;
use crate::support::{Services, internal, public};

#[derive(Default)]
pub struct TariffQuery;

#[Object]
impl TariffQuery {
    /// All tariffs. Prices are public.
    #[graphql(guard = "public()")]
    async fn tariffs(&self, ctx: &Context<'_>) -> Result<Vec<Tariff>> {
        let rows = tariffs::query::all(Services::of(ctx)?.store().pool()).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(Tariff).collect())
    }

    #[graphql(guard = "public()")]
    async fn tariff(&self, ctx: &Context<'_>, tariff_id: String) -> Result<Option<Tariff>> {
        find(ctx, &tariff_id).await
    }
}

pub(super) async fn find(ctx: &Context<'_>, tariff_id: &str) -> Result<Option<Tariff>> {
    let row = tariffs::query::by_id(Services::of(ctx)?.store().pool(), tariff_id).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(Tariff))
}
