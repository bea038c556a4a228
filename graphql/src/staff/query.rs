use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::directory;

use super::StaffMember;
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct StaffQuery;

#[Object]
impl StaffQuery {
    /// All members of staff, those who left included, by login.
    #[graphql(
        guard = "may(Permission::ViewStaff)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn staff_members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<StaffMember>> {
        let page = page(ctx, "staff_members", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = directory::staff_members(pool, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "staff_members", slice, StaffMember)
    }
}
