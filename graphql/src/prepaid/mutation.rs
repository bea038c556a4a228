use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::prepaid::{self, NoteRestoration};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::AccountNo;

use super::query::find;
use super::types::{ChargeScheme, PrepaidAccount};
use crate::account::{Account, find_account};
use crate::support::{Fen, field, may, payloads, run};

#[derive(InputObject)]
struct ChangeChargeSchemeInput {
    idempotency_key: String,
    account_no: String,
    scheme: ChargeScheme,
    /// 条件成熟: why the account is eligible; or why it goes back.
    reason: String,
    /// Needed for `PREPAID`: a balance below this is low.
    alarm_below: Option<Fen>,
    /// Needed for `PREPAID`: what may be owed without being cut off.
    grace_credit: Option<Fen>,
}

#[derive(InputObject)]
struct NoteCutOffInput {
    idempotency_key: String,
    account_no: String,
}

#[derive(InputObject)]
struct NoteRestorationInput {
    idempotency_key: String,
    account_no: String,
}

payloads!(
    account: Account, |ctx, account_no: AccountNo| find_account(ctx, account_no.as_str());
    ChangeChargeSchemePayload
);

payloads!(
    prepaid: PrepaidAccount, |ctx, account_no: AccountNo| find(ctx, account_no.as_str());
    NoteCutOffPayload,
    NoteRestorationPayload
);

#[derive(Default)]
pub struct PrepaidMutation;

#[Object]
impl PrepaidMutation {
    /// Changes how an account pays, from today on. What is read and not billed yet is charged at
    /// once. To pay before, nothing may be open; going back, what is owed gets its notices.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn change_charge_scheme(
        &self,
        ctx: &Context<'_>,
        input: ChangeChargeSchemeInput,
    ) -> Result<ChangeChargeSchemePayload> {
        let process = || {
            Ok(prepaid::ChangeChargeScheme {
                account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
                scheme: input.scheme.into(),
                reason: input.reason.clone(),
                alarm_below: input.alarm_below.map(|amount| amount.0),
                grace_credit: input.grace_credit.map(|amount| amount.0),
            })
        };
        let ran = run(ctx, "changeChargeScheme", &input.idempotency_key, process()).await?;
        ChangeChargeSchemePayload::of(ctx, ran.map(|changed| changed.account_no)).await
    }

    /// 停供: the supply of an account has been cut off, as was ordered.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn note_cut_off(
        &self,
        ctx: &Context<'_>,
        input: NoteCutOffInput,
    ) -> Result<NoteCutOffPayload> {
        let process = || {
            Ok(prepaid::NoteCutOff {
                account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
            })
        };
        let ran = run(ctx, "noteCutOff", &input.idempotency_key, process()).await?;
        NoteCutOffPayload::of(ctx, ran.map(|changed| changed.account_no)).await
    }

    /// 恢复供应: the supply of an account has been restored, as was ordered.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn note_restoration(
        &self,
        ctx: &Context<'_>,
        input: NoteRestorationInput,
    ) -> Result<NoteRestorationPayload> {
        let process = || {
            Ok(NoteRestoration {
                account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
            })
        };
        let ran = run(ctx, "noteRestoration", &input.idempotency_key, process()).await?;
        NoteRestorationPayload::of(ctx, ran.map(|changed| changed.account_no)).await
    }
}
