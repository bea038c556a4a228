use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::collection_round::{
    CancelCollectionRound, CollectionRoundChanged, FinishCollectionRound, PlanCollectionRound,
    RecordCollectionVisit,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, CollectionRoundId, PaymentId, StaffLogin};

use super::query::find;
use super::types::{CollectionRound, VisitOutcome};
use crate::support::{Date, field, may, may_any, payloads, run};

#[derive(InputObject)]
pub(super) struct PlanCollectionRoundInput {
    idempotency_key: String,
    campus_id: String,
    /// Today or later.
    day: Date,
    /// The login of who goes and takes the money.
    cashier: String,
    account_nos: Vec<String>,
    note: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RecordCollectionVisitInput {
    idempotency_key: String,
    round_id: String,
    account_no: String,
    outcome: VisitOutcome,
    /// With `PAID`: the payment the cashier has recorded for the account.
    payment_id: Option<String>,
    /// With `PROMISED`: by when.
    promised_on: Option<Date>,
    /// 联系便条: what was left at the door, its number or its words.
    left_note: Option<String>,
    /// Wanted with `OTHER`.
    note: Option<String>,
}

#[derive(InputObject)]
pub(super) struct FinishCollectionRoundInput {
    idempotency_key: String,
    round_id: String,
    /// Why some were not visited; wanted where that is so.
    reason: Option<String>,
}

#[derive(InputObject)]
pub(super) struct CancelCollectionRoundInput {
    idempotency_key: String,
    round_id: String,
    reason: String,
}

payloads!(
    collection_round: CollectionRound,
    |ctx, changed: CollectionRoundChanged| find(ctx, &changed.round_id);
    PlanCollectionRoundPayload,
    RecordCollectionVisitPayload,
    FinishCollectionRoundPayload,
    CancelCollectionRoundPayload
);

fn id(text: &str) -> Result<CollectionRoundId, Rejection> {
    field("roundId", CollectionRoundId::try_new(text))
}

fn plan(input: PlanCollectionRoundInput) -> Result<PlanCollectionRound, Rejection> {
    let accounts = input.account_nos.iter().map(AccountNo::try_new).collect();
    Ok(PlanCollectionRound {
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        day: input.day.0,
        cashier: field("cashier", StaffLogin::try_new(&input.cashier))?,
        accounts: field("accountNos", accounts)?,
        note: input.note,
    })
}

fn visit(input: RecordCollectionVisitInput) -> Result<RecordCollectionVisit, Rejection> {
    let payment_id = input.payment_id.map(PaymentId::try_new).transpose();
    Ok(RecordCollectionVisit {
        round_id: id(&input.round_id)?,
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        outcome: input.outcome.into(),
        payment_id: field("paymentId", payment_id)?,
        promised_on: input.promised_on.map(|day| day.0),
        left_note: input.left_note,
        note: input.note,
    })
}

#[derive(Default)]
pub struct CollectionRoundMutation;

#[Object]
impl CollectionRoundMutation {
    /// Sends a cashier from door to door (上门收费): who is visited when.
    #[graphql(guard = "may(Permission::ManageVisits)")]
    async fn plan_collection_round(
        &self,
        ctx: &Context<'_>,
        input: PlanCollectionRoundInput,
    ) -> Result<PlanCollectionRoundPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "planCollectionRound", &key, plan(input)).await?;
        PlanCollectionRoundPayload::of(ctx, ran).await
    }

    /// Notes what came of a visit, by who goes the round. Money is taken by `recordPayment` first and
    /// named here; later visits may still bring what earlier ones did not.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn record_collection_visit(
        &self,
        ctx: &Context<'_>,
        input: RecordCollectionVisitInput,
    ) -> Result<RecordCollectionVisitPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "recordCollectionVisit", &key, visit(input)).await?;
        RecordCollectionVisitPayload::of(ctx, ran).await
    }

    /// Ends a round, by who goes it or who plans them.
    #[graphql(guard = "may_any(&[Permission::TakePayments, Permission::ManageVisits])")]
    async fn finish_collection_round(
        &self,
        ctx: &Context<'_>,
        input: FinishCollectionRoundInput,
    ) -> Result<FinishCollectionRoundPayload> {
        let process = id(&input.round_id).map(|round_id| FinishCollectionRound {
            round_id,
            reason: input.reason,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "finishCollectionRound", key, process).await?;
        FinishCollectionRoundPayload::of(ctx, ran).await
    }

    /// Calls a round off on which nothing was taken.
    #[graphql(guard = "may(Permission::ManageVisits)")]
    async fn cancel_collection_round(
        &self,
        ctx: &Context<'_>,
        input: CancelCollectionRoundInput,
    ) -> Result<CancelCollectionRoundPayload> {
        let process = id(&input.round_id).map(|round_id| CancelCollectionRound {
            round_id,
            reason: input.reason,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "cancelCollectionRound", key, process).await?;
        CancelCollectionRoundPayload::of(ctx, ran).await
    }
}
