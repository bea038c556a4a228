use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_decision::CommandContext;
use chaobiao_domain::shared_allocation::PreviewShares;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::MeterNo;
use chaobiao_eventstore::CommandError;
use chaobiao_projections::shared_allocations::query;
use uuid::Uuid;

use super::types::{SharedAllocation, SharedMonth};
use crate::support::{
    Connection, Date, Services, UserError, Viewer, YearMonth, connection, fault, field, internal,
    may, page, page_size,
};

/// What would be shared out now.
#[derive(SimpleObject)]
pub(super) struct SharedMonthPreview {
    content: Option<SharedMonth>,
    /// Why nothing would be.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct SharedAllocationQuery;

#[Object]
impl SharedAllocationQuery {
    /// Agreements over common meters (公摊协议), by meter and day.
    #[graphql(
        guard = "may(Permission::ViewAccounts)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn shared_allocations(
        &self,
        ctx: &Context<'_>,
        meter_no: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<SharedAllocation>> {
        let page = page(ctx, "shared_allocations", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = query::list(pool, meter_no.as_deref(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "shared_allocations", slice, SharedAllocation)
    }

    /// What `postSharedAllocation` would charge now, account by account. Writes nothing.
    #[graphql(
        guard = "may(Permission::RunBilling)",
        complexity = "50 + child_complexity"
    )]
    async fn preview_shared_allocation(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        #[graphql(desc = "The day the agreement began; left out, the last.")] from: Option<Date>,
        month: YearMonth,
    ) -> Result<SharedMonthPreview> {
        let refused = |rejection: chaobiao_decision::Rejection| SharedMonthPreview {
            content: None,
            user_errors: vec![rejection.into()],
        };
        let preview = match field("meterNo", MeterNo::try_new(&meter_no)) {
            Ok(meter_no) => PreviewShares {
                meter_no,
                agreed_from: from.map(|from| from.0),
                month: month.0,
            },
            Err(rejection) => return Ok(refused(rejection)),
        };
        let services = Services::of(ctx)?;
        let actor = ctx.data::<Viewer>()?.actor();
        // Nothing is written, so nothing depends on the id.
        let context = CommandContext::new(Uuid::nil(), actor, services.store().clock().now());
        // On the heap: nested in the root's future it would be deeper than the compiler goes.
        match Box::pin(services.bus.preview(&context, &preview)).await {
            Ok(previewed) => Ok(SharedMonthPreview {
                content: Some(previewed.into()),
                user_errors: Vec::new(),
            }),
            Err(CommandError::Refused(rejection)) => Ok(refused(rejection)),
            Err(error) => Err(fault(ctx, error)),
        }
    }
}

/// The last agreement over a meter.
pub(super) async fn find(ctx: &Context<'_>, meter_no: &str) -> Result<Option<SharedAllocation>> {
    let found = query::last(Services::of(ctx)?.store().pool(), meter_no).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.map(SharedAllocation))
}
