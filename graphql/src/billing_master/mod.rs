//! 谁开账: whether a campus's bills are made by the charging system or here, and from when.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::billing_master;
use chaobiao_domain::billing_master::{MasterChanged, SetBillingMaster};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::account_statement;
use chaobiao_projections::billing_masters::{self, MasterRow};
use chrono::{DateTime, Utc};

use crate::support::{
    Services, YearMonth, bad_input, field, internal, may, may_any, payloads, run,
};

/// Whose bills count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "billing_master::BillingMaster")]
pub enum BillingMaster {
    /// 收费系统: its bills are taken in, shown and collected here.
    ChargingSystem,
    /// 本系统
    Here,
}

/// Who makes a campus's bills from a month on, until the next one.
#[derive(Clone, Debug, SimpleObject)]
pub struct BillingMasterSetting {
    campus_id: String,
    from: YearMonth,
    master: BillingMaster,
    /// Whether bills of the charging system grow late fees by the tariffs kept here.
    late_fees_here: bool,
    reason: String,
    /// Such as `staff:li`.
    set_by: String,
    set_at: DateTime<Utc>,
}

impl From<MasterRow> for BillingMasterSetting {
    fn from(row: MasterRow) -> Self {
        Self {
            campus_id: row.campus.into(),
            from: YearMonth(row.from),
            master: row.master.into(),
            late_fees_here: row.late_fees_here,
            reason: row.reason,
            set_by: row.set_by,
            set_at: row.set_at,
        }
    }
}

async fn settings(
    ctx: &Context<'_>,
    campus: Option<&CampusId>,
) -> Result<Vec<BillingMasterSetting>> {
    let pool = Services::of(ctx)?.store().pool();
    let rows = billing_masters::query::masters(pool, campus).await;
    let rows = rows.map_err(|error| internal(ctx, error))?;
    Ok(rows.into_iter().map(Into::into).collect())
}

#[derive(Default)]
pub struct BillingMasterQuery;

#[Object]
impl BillingMasterQuery {
    /// What was said of who bills, by campus, the newest month first. A month before any is billed
    /// here.
    #[graphql(
        guard = "may_any(&[Permission::ViewAccounts, Permission::ManageCampuses])",
        complexity = "1 + 10 * child_complexity"
    )]
    async fn billing_masters(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<Vec<BillingMasterSetting>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let campus = campus.map_err(|error| bad_input(error.to_string()))?;
        settings(ctx, campus.as_ref()).await
    }
}

#[derive(InputObject)]
struct SetBillingMasterInput {
    idempotency_key: String,
    campus_id: String,
    master: BillingMaster,
    /// The first month it bills: one that has not begun, but for the first setting of a campus
    /// that has no bills.
    from: YearMonth,
    #[graphql(default)]
    late_fees_here: bool,
    reason: String,
}

async fn settings_of(
    ctx: &Context<'_>,
    changed: &MasterChanged,
) -> Result<Option<Vec<BillingMasterSetting>>> {
    Ok(Some(settings(ctx, Some(&changed.campus)).await?))
}

payloads!(
    /// Of the campus, the newest month first.
    billing_masters: Vec<BillingMasterSetting>,
    |ctx, changed: MasterChanged| settings_of(ctx, changed);
    SetBillingMasterPayload
);

async fn set(
    ctx: &Context<'_>,
    input: &SetBillingMasterInput,
) -> Result<Result<SetBillingMaster, Rejection>> {
    let campus = match field("campusId", CampusId::try_new(&input.campus_id)) {
        Ok(campus) => campus,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let pool = Services::of(ctx)?.store().pool();
    let billed = account_statement::query::billed_since(pool, &campus, input.from.0).await;
    Ok(Ok(SetBillingMaster {
        campus,
        master: input.master.into(),
        from: input.from.0,
        late_fees_here: input.late_fees_here,
        reason: input.reason.clone(),
        billed: billed.map_err(|error| internal(ctx, error))?,
    }))
}

#[derive(Default)]
pub struct BillingMasterMutation;

#[Object]
impl BillingMasterMutation {
    /// Says who makes a campus's bills from a month on (收费系统开账, 本系统开账). Refused where that
    /// could bill a month twice.
    #[graphql(guard = "may(Permission::ManageCampuses)")]
    async fn set_billing_master(
        &self,
        ctx: &Context<'_>,
        input: SetBillingMasterInput,
    ) -> Result<SetBillingMasterPayload> {
        let process = set(ctx, &input).await?;
        let ran = run(ctx, "setBillingMaster", &input.idempotency_key, process).await?;
        SetBillingMasterPayload::of(ctx, ran).await
    }
}
