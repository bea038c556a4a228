use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, EquipmentModelId};
use chaobiao_projections::equipment::{DueFilter, ItemFilter, due, query};

use super::types::{Equipment, EquipmentKind, EquipmentModel, VerificationCycle, VerificationDue};
use crate::support::{
    Commodity, Connection, Date, Services, bad_input, connection, internal, may, page, page_size,
};

#[derive(Default)]
pub struct EquipmentQuery;

fn campus_of(campus: Option<String>) -> Result<Option<CampusId>> {
    let campus = campus.map(CampusId::try_new).transpose();
    campus.map_err(|error| bad_input(error.to_string()))
}

#[Object]
impl EquipmentQuery {
    /// Models, by their id.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn equipment_models(
        &self,
        ctx: &Context<'_>,
        kind: Option<EquipmentKind>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<EquipmentModel>> {
        let page = page(ctx, "equipment_models", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::models(pool, kind.map(Into::into), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "equipment_models", slice, EquipmentModel)
    }

    /// Pieces of equipment, by their number.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn equipment(
        &self,
        ctx: &Context<'_>,
        kind: Option<EquipmentKind>,
        model_id: Option<String>,
        campus: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Equipment>> {
        let page = page(ctx, "equipment", first, after.as_deref())?;
        let model_id = model_id.map(EquipmentModelId::try_new).transpose();
        let filter = ItemFilter {
            kind: kind.map(Into::into),
            model_id: model_id.map_err(|error| bad_input(error.to_string()))?,
            campus: campus_of(campus)?,
        };
        let slice = query::items(Services::of(ctx)?.store().pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "equipment", slice, Equipment::from)
    }

    /// Meters to be verified or exchanged by a day, the longest overdue first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "10 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn verifications_due(
        &self,
        ctx: &Context<'_>,
        by: Date,
        campus: Option<String>,
        commodity: Option<Commodity>,
        calibre_mm: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<VerificationDue>> {
        let page = page(ctx, "verifications_due", first, after.as_deref())?;
        let filter = DueFilter {
            by: by.0,
            campus: campus_of(campus)?,
            commodity: commodity.map(Into::into),
            calibre_mm,
        };
        let slice = due(Services::of(ctx)?.store().pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "verifications_due", slice, VerificationDue::from)
    }

    /// How long meters may hang: every class ever set, the latest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 20 * child_complexity"
    )]
    async fn verification_cycles(&self, ctx: &Context<'_>) -> Result<Vec<VerificationCycle>> {
        let set = query::cycles(Services::of(ctx)?.store().pool()).await;
        let set = set.map_err(|error| internal(ctx, error))?;
        Ok(set.into_iter().map(Into::into).collect())
    }
}
