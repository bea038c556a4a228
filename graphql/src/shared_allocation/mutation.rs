use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::shared_allocation::{
    self, AgreeAllocation, AllocationChanged, CancelShares, EndAllocation, PostShares,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, Area, MeterNo, TariffId};

use super::query::{Asked, find, known_loss};
use super::types::{AllocationKey, AllocationSource, SharedAllocation, SharedMonth};
use crate::support::{Date, Decimal, UserError, YearMonth, field, may, payloads, run};

#[derive(InputObject)]
struct AllocationMemberInput {
    account_no: String,
    /// In square metres; asked for where it is shared by area.
    area: Option<Decimal>,
}

#[derive(InputObject)]
struct AgreeSharedAllocationInput {
    idempotency_key: String,
    /// The common meter: stairs, lifts, pumps. No account pays for it by itself.
    meter_no: String,
    /// What the common usage costs.
    tariff_id: String,
    /// The first day, from the last reading on or before it; left out, today.
    from: Option<Date>,
    /// Left out: all it shows.
    source: Option<AllocationSource>,
    key: AllocationKey,
    members: Vec<AllocationMemberInput>,
}

#[derive(InputObject)]
struct EndSharedAllocationInput {
    idempotency_key: String,
    meter_no: String,
    /// Shared up to the last reading on or before this day; left out, today.
    on: Option<Date>,
}

#[derive(InputObject)]
struct PostSharedAllocationInput {
    idempotency_key: String,
    meter_no: String,
    /// The day the agreement began; left out, the last.
    from: Option<Date>,
    month: YearMonth,
}

#[derive(InputObject)]
struct CancelSharedAllocationInput {
    idempotency_key: String,
    meter_no: String,
    /// The day the agreement began; left out, the last.
    from: Option<Date>,
    month: YearMonth,
    reason: String,
}

payloads!(
    shared_allocation: SharedAllocation,
    |ctx, changed: AllocationChanged| find(ctx, changed.meter_no.as_str());
    AgreeSharedAllocationPayload,
    EndSharedAllocationPayload,
    CancelSharedAllocationPayload
);

#[derive(SimpleObject)]
struct PostSharedAllocationPayload {
    content: Option<SharedMonth>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

fn agree(input: AgreeSharedAllocationInput) -> Result<AgreeAllocation, Rejection> {
    let member = |member: AllocationMemberInput| {
        let area = member.area.map(|area| Area::try_new(area.0)).transpose();
        Ok(shared_allocation::AllocationMember {
            account_no: field("members", AccountNo::try_new(&member.account_no))?,
            area: field("members", area)?,
        })
    };
    let members: Result<Vec<_>, Rejection> = input.members.into_iter().map(member).collect();
    Ok(AgreeAllocation {
        meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
        tariff_id: field("tariffId", TariffId::try_new(&input.tariff_id))?,
        from: input.from.map(|from| from.0),
        source: input.source.map(Into::into).unwrap_or_default(),
        key: input.key.into(),
        members: members?,
    })
}

#[derive(Default)]
pub struct SharedAllocationMutation;

#[Object]
impl SharedAllocationMutation {
    /// Says who pays for a common meter from a day on (公摊协议).
    #[graphql(guard = "may(Permission::ManageTariffs)")]
    async fn agree_shared_allocation(
        &self,
        ctx: &Context<'_>,
        input: AgreeSharedAllocationInput,
    ) -> Result<AgreeSharedAllocationPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "agreeSharedAllocation", &key, agree(input)).await?;
        AgreeSharedAllocationPayload::of(ctx, ran).await
    }

    /// Ends the agreement over a common meter.
    #[graphql(guard = "may(Permission::ManageTariffs)")]
    async fn end_shared_allocation(
        &self,
        ctx: &Context<'_>,
        input: EndSharedAllocationInput,
    ) -> Result<EndSharedAllocationPayload> {
        let process = || {
            Ok(EndAllocation {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                on: input.on.map(|on| on.0),
            })
        };
        let ran = run(
            ctx,
            "endSharedAllocation",
            &input.idempotency_key,
            process(),
        )
        .await?;
        EndSharedAllocationPayload::of(ctx, ran).await
    }

    /// Shares a month of a common meter out: every account gets a bill over its part, which is paid as
    /// others are. All of them or none; a month is posted once.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn post_shared_allocation(
        &self,
        ctx: &Context<'_>,
        input: PostSharedAllocationInput,
    ) -> Result<PostSharedAllocationPayload> {
        let process = match Asked::of(&input.meter_no, input.from, input.month) {
            Ok(asked) => Ok(PostShares {
                loss: known_loss(ctx, &asked).await?,
                meter_no: asked.meter_no,
                agreed_from: asked.agreed_from,
                month: asked.month,
            }),
            Err(rejection) => Err(rejection),
        };
        let key = &input.idempotency_key;
        let ran = run(ctx, "postSharedAllocation", key, process).await?;
        Ok(PostSharedAllocationPayload {
            content: ran.outcome.map(Into::into),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Takes the last month that was shared out back: its bills become void, what was paid of them is
    /// credit, and the month may be posted again.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn cancel_shared_allocation(
        &self,
        ctx: &Context<'_>,
        input: CancelSharedAllocationInput,
    ) -> Result<CancelSharedAllocationPayload> {
        let process = || {
            Ok(CancelShares {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                agreed_from: input.from.map(|from| from.0),
                month: input.month.0,
                reason: input.reason.clone(),
            })
        };
        let ran = run(
            ctx,
            "cancelSharedAllocation",
            &input.idempotency_key,
            process(),
        )
        .await?;
        CancelSharedAllocationPayload::of(ctx, ran).await
    }
}
