use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::till::{
    ApproveTill, CloseCashMonth, CountedAmount, ReopenTill, SignTill, TillChanged, TillMethod,
};
use chaobiao_domain::units::{CampusId, TillId};

use super::query::find;
use super::types::Till;
use crate::support::{Fen, UserError, YearMonth, field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct SignTillInput {
    idempotency_key: String,
    till_id: String,
    /// As counted.
    cash: Fen,
    cheque: Fen,
    /// Why the count differs; wanted where it does.
    reason: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ApproveTillInput {
    idempotency_key: String,
    till_id: String,
}

#[derive(InputObject)]
pub(super) struct ReopenTillInput {
    idempotency_key: String,
    till_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct CloseCashMonthInput {
    idempotency_key: String,
    campus_id: String,
    month: YearMonth,
}

payloads!(
    till: Till, |ctx, changed: TillChanged| find(ctx, &changed.till_id);
    SignTillPayload,
    ApproveTillPayload,
    ReopenTillPayload
);

#[derive(SimpleObject)]
pub(super) struct CloseCashMonthPayload {
    /// The month that is closed now.
    month: Option<YearMonth>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

fn id(text: &str) -> Result<TillId, Rejection> {
    field("tillId", text.parse())
}

fn signing(input: SignTillInput) -> Result<SignTill, Rejection> {
    let counted = |method, amount: Fen| CountedAmount {
        method,
        amount: amount.0,
    };
    Ok(SignTill {
        till_id: id(&input.till_id)?,
        counted: vec![
            counted(TillMethod::Cash, input.cash),
            counted(TillMethod::Cheque, input.cheque),
        ],
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct TillMutation;

#[Object]
impl TillMutation {
    /// 日结: the cashier counts the own till and signs; from then on nothing is recorded in it.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn sign_till(&self, ctx: &Context<'_>, input: SignTillInput) -> Result<SignTillPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "signTill", &key, signing(input)).await?;
        SignTillPayload::of(ctx, ran).await
    }

    /// Approves a day close; nobody approves their own.
    #[graphql(guard = "may(Permission::ApproveTills)")]
    async fn approve_till(
        &self,
        ctx: &Context<'_>,
        input: ApproveTillInput,
    ) -> Result<ApproveTillPayload> {
        let process = id(&input.till_id).map(|till_id| ApproveTill { till_id });
        let ran = run(ctx, "approveTill", &input.idempotency_key, process).await?;
        ApproveTillPayload::of(ctx, ran).await
    }

    /// Sends a day close back to be counted anew.
    #[graphql(guard = "may(Permission::ApproveTills)")]
    async fn reopen_till(
        &self,
        ctx: &Context<'_>,
        input: ReopenTillInput,
    ) -> Result<ReopenTillPayload> {
        let process = id(&input.till_id).map(|till_id| ReopenTill {
            till_id,
            reason: input.reason,
        });
        let ran = run(ctx, "reopenTill", &input.idempotency_key, process).await?;
        ReopenTillPayload::of(ctx, ran).await
    }

    /// 月结: closes a campus's month that is over, when all its tills are approved.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn close_cash_month(
        &self,
        ctx: &Context<'_>,
        input: CloseCashMonthInput,
    ) -> Result<CloseCashMonthPayload> {
        let campus = field("campusId", CampusId::try_new(&input.campus_id));
        let process = campus.map(|campus| CloseCashMonth {
            campus,
            month: input.month.0,
        });
        let ran = run(ctx, "closeCashMonth", &input.idempotency_key, process).await?;
        Ok(CloseCashMonthPayload {
            month: ran.outcome.map(YearMonth),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
