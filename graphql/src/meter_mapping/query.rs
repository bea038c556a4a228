use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::MeterNo;
use chaobiao_projections::meter_mappings::{MappingFilter, query};

use super::types::{MeterMapping, MeterNumberKind};
use crate::support::{
    Connection, Date, Services, bad_input, connection, internal, may, page, page_size,
};

#[derive(Default)]
pub struct MeterMappingQuery;

#[Object]
impl MeterMappingQuery {
    /// 对应关系, past and present, by meter, kind and time.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn meter_mappings(
        &self,
        ctx: &Context<'_>,
        meter_no: Option<String>,
        number: Option<String>,
        kind: Option<MeterNumberKind>,
        #[graphql(desc = "Only those that hold on that day.")] on: Option<Date>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<MeterMapping>> {
        let page = page(ctx, "meter_mappings", first, after.as_deref())?;
        let meter_no = meter_no.map(MeterNo::try_new).transpose();
        let filter = MappingFilter {
            meter_no: meter_no.map_err(|error| bad_input(error.to_string()))?,
            number,
            kind: kind.map(Into::into),
            on: on.map(|on| on.0),
        };
        let slice = query::list(Services::of(ctx)?.store().pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "meter_mappings", slice, MeterMapping::from)
    }
}
