//! 退房结算: what a holder who moves out owes and gets back.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::account::AccountOpened;
use chaobiao_domain::billing::{
    ClearHolder, MoveIn, MoveOutSettled, OtherCharge, RefundWish, SettleMoveOut,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, Phone};

use crate::account::{Account, find_account};
use crate::refund::RefundMethod;
use crate::support::{Commodity, Date, Fen, field, may, payloads, run};

#[derive(InputObject)]
struct OtherChargeInput {
    commodity: Commodity,
    amount: Fen,
    /// What it is for, such as a share of the lift.
    reason: String,
}

#[derive(InputObject)]
struct SettleMoveOutInput {
    idempotency_key: String,
    account_no: String,
    /// The day of the last readings; left out, today.
    on: Option<Date>,
    charges: Option<Vec<OtherChargeInput>>,
    /// How what is over is asked back; left out, nobody asks yet.
    refund: Option<MoveOutRefundInput>,
}

#[derive(InputObject)]
struct MoveOutRefundInput {
    method: RefundMethod,
    /// 收款账户, where the bank pays.
    payee: Option<String>,
}

#[derive(InputObject)]
struct MoveInInput {
    idempotency_key: String,
    account_no: String,
    /// A person's name, or the name of a unit.
    holder: String,
    phone: Option<String>,
    household_persons: u32,
    /// The holder pays from the last readings on or before this day; left out, today.
    on: Option<Date>,
}

#[derive(InputObject)]
struct ClearHolderInput {
    idempotency_key: String,
    account_no: String,
}

/// What a settlement came to.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MoveOutSettlement {
    account_no: String,
    /// Over the last readings, if they cost something.
    bill_no: Option<String>,
    /// What was due in all before anything was set off.
    due: Fen,
    /// What is still to be paid before the holder can be cleared.
    open_amount: Fen,
    /// What is to be given back.
    credit: Fen,
    /// 结清证明, once nothing is open.
    certificate_no: Option<String>,
    /// What was asked back; it waits for somebody's approval.
    refund_id: Option<String>,
}

impl From<MoveOutSettled> for MoveOutSettlement {
    fn from(settled: MoveOutSettled) -> Self {
        Self {
            account_no: settled.account_no.into(),
            bill_no: settled.bill_no.map(String::from),
            due: settled.due.into(),
            open_amount: settled.open.into(),
            credit: settled.credit.into(),
            certificate_no: settled.certificate_no.map(String::from),
            refund_id: settled.refund_id.map(String::from),
        }
    }
}

async fn shown(settled: &MoveOutSettled) -> Result<Option<MoveOutSettlement>> {
    Ok(Some(settled.clone().into()))
}

payloads!(
    settlement: MoveOutSettlement, |_ctx, settled: MoveOutSettled| shown(settled);
    SettleMoveOutPayload,
    ClearHolderPayload
);

fn settlement(input: SettleMoveOutInput) -> Result<SettleMoveOut, Rejection> {
    let charges = input.charges.unwrap_or_default().into_iter();
    let charges = charges.map(|charge| OtherCharge {
        commodity: charge.commodity.into(),
        amount: charge.amount.0,
        reason: charge.reason,
    });
    Ok(SettleMoveOut {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        on: input.on.map(|on| on.0),
        charges: charges.collect(),
        refund: input.refund.map(|refund| RefundWish {
            method: refund.method.into(),
            payee: refund.payee,
        }),
    })
}

payloads!(
    account: Account, |ctx, moved: AccountOpened| find_account(ctx, moved.account_no.as_str());
    MoveInPayload
);

fn move_in(input: MoveInInput) -> Result<MoveIn, Rejection> {
    Ok(MoveIn {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        holder: input.holder,
        phone: field("phone", input.phone.map(Phone::try_new).transpose())?,
        household_persons: input.household_persons,
        on: input.on.map(|on| on.0),
    })
}

#[derive(Default)]
pub struct MoveOutMutation;

#[Object]
impl MoveOutMutation {
    /// Settles an account whose holder moves out (退房结算): the last readings, other charges and late
    /// fees by today are charged, deposit and credit set off, and the meters released. Where nothing is
    /// open then, the holder's bindings end and the holder is cleared. What is over is given back as every
    /// refund is, over four eyes.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn settle_move_out(
        &self,
        ctx: &Context<'_>,
        input: SettleMoveOutInput,
    ) -> Result<SettleMoveOutPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "settleMoveOut", &key, settlement(input)).await?;
        SettleMoveOutPayload::of(ctx, ran).await
    }

    /// 结清: clears the holder of a settled account once what was still open is paid.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn clear_holder(
        &self,
        ctx: &Context<'_>,
        input: ClearHolderInput,
    ) -> Result<ClearHolderPayload> {
        let account_no = field("accountNo", AccountNo::try_new(&input.account_no));
        let process = account_no.map(|account_no| ClearHolder { account_no });
        let ran = run(ctx, "clearHolder", &input.idempotency_key, process).await?;
        ClearHolderPayload::of(ctx, ran).await
    }

    /// 入住, 过户: a cleared account is its next holder's, who pays for the meters of the one before
    /// from their last readings, and starts with no debt and no tiers used. The account keeps its
    /// number.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn move_in(&self, ctx: &Context<'_>, input: MoveInInput) -> Result<MoveInPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "moveIn", &key, move_in(input)).await?;
        MoveInPayload::of(ctx, ran).await
    }
}
