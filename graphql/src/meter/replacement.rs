use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::meter;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::replacements::{self, ReplacementFilter};
use chrono::{DateTime, Utc};

use crate::support::{
    Commodity, Connection, Decimal, Services, Viewer, bad_input, connection, internal, may, page,
    page_size,
};

/// Why a device came off the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::RemovalReason")]
pub(super) enum RemovalReason {
    /// 轮换
    Rotation,
    /// 故障
    Fault,
    /// 变更容量
    CapacityChange,
    /// 拆除
    Decommissioned,
}

/// 换表记录: one device that took another's place.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Replacement {
    meter_no: String,
    commodity: Commodity,
    campus: String,
    replaced_at: DateTime<Utc>,
    reason: RemovalReason,
    /// Such as `staff:li`; for staff only.
    replaced_by: Option<String>,
    removed_hardware_no: String,
    removed_multiplier: Decimal,
    closing_index: Decimal,
    installed_hardware_no: String,
    installed_multiplier: Decimal,
    opening_index: Decimal,
    /// Of the old dial; `/photos/<hash>` shows it.
    closing_photo: Option<String>,
    /// Of the new one.
    opening_photo: Option<String>,
}

impl Replacement {
    fn new(row: replacements::Replacement, viewer: &Viewer) -> Self {
        Self {
            meter_no: row.meter_no.into(),
            commodity: row.commodity.into(),
            campus: row.campus.into(),
            replaced_at: row.replaced_at,
            reason: row.reason.into(),
            replaced_by: viewer.staff().is_some().then_some(row.replaced_by),
            removed_hardware_no: row.removed_hardware_no.into(),
            removed_multiplier: row.removed_multiplier.into(),
            closing_index: row.closing_index.into(),
            installed_hardware_no: row.installed_hardware_no.into(),
            installed_multiplier: row.installed_multiplier.into(),
            opening_index: row.opening_index.into(),
            closing_photo: row.closing_photo.map(Into::into),
            opening_photo: row.opening_photo.map(Into::into),
        }
    }
}

/// A page of replacements.
pub(super) async fn replacements_of(
    ctx: &Context<'_>,
    filter: &ReplacementFilter,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<Connection<Replacement>> {
    let page = page(ctx, "replacements", first, after)?;
    let pool = Services::of(ctx)?.store().pool();
    let slice = replacements::query::list(pool, filter, &page).await;
    let slice = slice.map_err(|error| internal(ctx, error))?;
    let viewer = ctx.data::<Viewer>()?;
    connection(ctx, "replacements", slice, |row| {
        Replacement::new(row, viewer)
    })
}

#[derive(Default)]
pub struct ReplacementQuery;

#[Object]
impl ReplacementQuery {
    /// 换表记录, the newest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn replacements(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        reason: Option<RemovalReason>,
        #[graphql(default, desc = "Only those after which another multiplier counts.")]
        multiplier_changed: bool,
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "Not included.")] to: Option<DateTime<Utc>>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Replacement>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = ReplacementFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            meter_no: None,
            reason: reason.map(Into::into),
            multiplier_changed,
            from,
            to,
        };
        replacements_of(ctx, &filter, first, after.as_deref()).await
    }
}
