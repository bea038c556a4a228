use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{MeterNo, business_date};
use chaobiao_projections::metering_points::{CheckFilter, query};

use super::types::{ClassReadingMethod, MeterCheck, MeterLocation, MeterReadingMethod};
use crate::support::{
    Connection, Date, Services, bad_input, connection, internal, may, page, page_size,
};

#[derive(Default)]
pub struct MeteringPointQuery;

fn known(meter_no: String) -> Result<MeterNo> {
    MeterNo::try_new(meter_no).map_err(|error| bad_input(error.to_string()))
}

#[Object]
impl MeteringPointQuery {
    /// Where a meter is said to be, the newest mark first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn meter_locations(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<MeterLocation>> {
        let page = page(ctx, "meter_locations", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::locations(pool, &known(meter_no)?, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "meter_locations", slice, MeterLocation::from)
    }

    /// 表计核对, the newest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn meter_checks(
        &self,
        ctx: &Context<'_>,
        meter_no: Option<String>,
        #[graphql(default, desc = "Only those that wait to be put right.")] open: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<MeterCheck>> {
        let page = page(ctx, "meter_checks", first, after.as_deref())?;
        let filter = CheckFilter {
            meter_no: meter_no.map(known).transpose()?,
            open,
        };
        let slice = query::checks(Services::of(ctx)?.store().pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "meter_checks", slice, MeterCheck::from)
    }

    /// How a meter is read.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn reading_method(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        #[graphql(desc = "Today, when not given.")] on: Option<Date>,
    ) -> Result<MeterReadingMethod> {
        let meter_no = known(meter_no)?;
        let services = Services::of(ctx)?;
        let pool = services.store().pool();
        let today = business_date(services.store().clock().now());
        let day = on.map_or(today, |on| on.0);
        let method = query::method_on(pool, &meter_no, day).await;
        let own = query::methods(pool, &meter_no).await;
        Ok(MeterReadingMethod {
            method: method
                .map_err(|error| internal(ctx, error))?
                .map(Into::into),
            own: own
                .map_err(|error| internal(ctx, error))?
                .into_iter()
                .map(Into::into)
                .collect(),
        })
    }

    /// How meters are read unless something else is set for one: by class and commodity, the
    /// latest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 20 * child_complexity"
    )]
    async fn class_reading_methods(&self, ctx: &Context<'_>) -> Result<Vec<ClassReadingMethod>> {
        let set = query::class_methods(Services::of(ctx)?.store().pool()).await;
        let set = set.map_err(|error| internal(ctx, error))?;
        Ok(set.into_iter().map(Into::into).collect())
    }
}
