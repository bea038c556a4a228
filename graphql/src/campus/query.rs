use async_graphql::{Context, Object, Result};
use chaobiao_projections::directory;

use super::{Campus, WorkYear};
use crate::support::{Services, internal, public, staff};

#[derive(Default)]
pub struct CampusQuery;

#[Object]
impl CampusQuery {
    /// All campuses; anybody may know when their offices are open.
    #[graphql(guard = "public()", complexity = "1 + 10 * child_complexity")]
    async fn campuses(&self, ctx: &Context<'_>) -> Result<Vec<Campus>> {
        let rows = directory::campuses(Services::of(ctx)?.store().pool()).await;
        Ok(rows
            .map_err(|error| internal(ctx, error))?
            .into_iter()
            .map(Campus)
            .collect())
    }

    /// The lists of days off that were loaded, by year.
    #[graphql(guard = "staff()", complexity = "1 + 20 * child_complexity")]
    async fn work_calendar(&self, ctx: &Context<'_>) -> Result<Vec<WorkYear>> {
        let lists = directory::work_years(Services::of(ctx)?.store().pool()).await;
        Ok(lists
            .map_err(|error| internal(ctx, error))?
            .into_iter()
            .map(WorkYear::from)
            .collect())
    }
}
