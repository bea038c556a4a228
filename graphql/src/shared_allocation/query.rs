use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::shared_allocation::{LossKnown, MeasureLoss, PreviewShares};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillingMonth, MeterNo};
use chaobiao_eventstore::CommandError;
use chaobiao_projections::meter_tree::{LossFilter, losses};
use chaobiao_projections::shared_allocations::query;
use chrono::NaiveDate;
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
        let refused = |rejection: Rejection| SharedMonthPreview {
            content: None,
            user_errors: vec![rejection.into()],
        };
        let preview = match Asked::of(&meter_no, from, month) {
            Ok(asked) => PreviewShares {
                loss: known_loss(ctx, &asked).await?,
                meter_no: asked.meter_no,
                agreed_from: asked.agreed_from,
                month: asked.month,
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

/// Which month of which agreement is meant.
pub(super) struct Asked {
    pub(super) meter_no: MeterNo,
    pub(super) agreed_from: Option<NaiveDate>,
    pub(super) month: BillingMonth,
}

impl Asked {
    pub(super) fn of(
        meter_no: &str,
        from: Option<Date>,
        month: YearMonth,
    ) -> Result<Self, Rejection> {
        Ok(Self {
            meter_no: field("meterNo", MeterNo::try_new(meter_no))?,
            agreed_from: from.map(|from| from.0),
            month: month.0,
        })
    }
}

/// Looks the loss of a master up that is to be shared; `None` where none is, or nothing is known.
pub(super) async fn known_loss(ctx: &Context<'_>, asked: &Asked) -> Result<Option<LossKnown>> {
    let services = Services::of(ctx)?;
    let actor = ctx.data::<Viewer>()?.actor();
    let context = CommandContext::new(Uuid::nil(), actor, services.store().clock().now());
    let measure = MeasureLoss {
        meter_no: asked.meter_no.clone(),
        agreed_from: asked.agreed_from,
        month: asked.month,
    };
    // On the heap: nested in the root's future it would be deeper than the compiler goes.
    let period = match Box::pin(services.bus.preview(&context, &measure)).await {
        Ok(Some(period)) => period,
        // What refuses here refuses the command itself, which says so.
        Ok(None) | Err(CommandError::Refused(_)) => return Ok(None),
        Err(error) => return Err(fault(ctx, error)),
    };
    let filter = LossFilter {
        from: period.from(),
        to: period.to(),
        master_no: Some(asked.meter_no.clone()),
        campus: None,
        commodity: None,
    };
    let pool = services.store().pool();
    let mut connection = pool.acquire().await.map_err(|error| internal(ctx, error))?;
    let found = losses(&mut connection, &filter).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.first().map(|row| LossKnown {
        period,
        usage: row.figures.master,
        loss: row.loss.quantity,
        limit: row.bounds.high,
        unread: row.unread(),
    }))
}

/// The last agreement over a meter.
pub(super) async fn find(ctx: &Context<'_>, meter_no: &str) -> Result<Option<SharedAllocation>> {
    let found = query::last(Services::of(ctx)?.store().pool(), meter_no).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.map(SharedAllocation))
}
