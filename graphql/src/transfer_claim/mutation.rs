use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::transfer_claim::{
    ClaimChanged, ClaimPhoto, RejectTransfer, SubmitTransfer, TransferChecked, VerifyTransfer,
};
use chaobiao_domain::units::{AccountNo, BankReference, BillNo, CampusId, Phone, TransferClaimId};

use super::query::find;
use super::types::TransferClaim;
use crate::support::{Date, Fen, customers, field, may, named_photo, payloads, run};

#[derive(InputObject)]
pub(super) struct ClaimTransferInput {
    idempotency_key: String,
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
    amount: Fen,
    /// The hash of the screenshot, as `POST /photos` answered.
    photo: String,
    transferred_on: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct RegisterTransferInput {
    idempotency_key: String,
    /// The counter it is shown at.
    campus_id: String,
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
    amount: Fen,
    /// The hash of a picture of what was shown, as `POST /photos` answered.
    photo: Option<String>,
    transferred_on: Option<Date>,
    /// Where to write when the receipt is ready.
    phone: Option<String>,
}

#[derive(InputObject)]
pub(super) struct VerifyTransferInput {
    idempotency_key: String,
    claim_id: String,
    /// The line of the bank's statement that is the transfer.
    bank_reference: String,
    /// Books what the bank has, even where more or less was claimed.
    #[graphql(default)]
    accept_bank_amount: bool,
}

#[derive(InputObject)]
pub(super) struct RejectTransferInput {
    idempotency_key: String,
    claim_id: String,
    reason: String,
}

payloads!(
    claim: TransferClaim, |ctx, changed: ClaimChanged| find(ctx, changed.claim_id.as_str());
    ClaimTransferPayload,
    RegisterTransferPayload,
    RejectTransferPayload
);
payloads!(
    claim: TransferClaim, |ctx, checked: TransferChecked| find(ctx, checked.claim_id.as_str());
    VerifyTransferPayload
);

struct Given {
    accounts: Vec<String>,
    bills: Option<Vec<String>>,
    amount: Fen,
    transferred_on: Option<Date>,
    campus: Option<String>,
    phone: Option<String>,
}

fn submission(
    given: &Given,
    photo: Result<Option<ClaimPhoto>, Rejection>,
) -> Result<SubmitTransfer, Rejection> {
    let accounts = given.accounts.iter().map(AccountNo::try_new).collect();
    let bills = given.bills.iter().flatten().map(BillNo::try_new).collect();
    let campus = given.campus.as_ref().map(CampusId::try_new).transpose();
    let phone = given.phone.as_ref().map(|phone| phone.parse::<Phone>());
    Ok(SubmitTransfer {
        accounts: field("accountNos", accounts)?,
        bills: field("billNos", bills)?,
        amount: given.amount.0,
        photo: photo?,
        transferred_on: given.transferred_on.map(|day| day.0),
        campus: field("campusId", campus)?,
        phone: field("phone", phone.transpose())?,
    })
}

async fn screenshot(
    ctx: &Context<'_>,
    hash: Option<&str>,
) -> Result<Result<Option<ClaimPhoto>, Rejection>> {
    let photo = named_photo(ctx, "photo", hash).await?;
    Ok(photo.map(|photo| {
        photo.map(|photo| ClaimPhoto {
            photo: photo.photo,
            is_stored: photo.stored.is_some(),
        })
    }))
}

fn claim_id(text: &str) -> Result<TransferClaimId, Rejection> {
    field("claimId", TransferClaimId::try_new(text))
}

fn verification(input: &VerifyTransferInput) -> Result<VerifyTransfer, Rejection> {
    let reference = BankReference::try_new(&input.bank_reference);
    Ok(VerifyTransfer {
        claim_id: claim_id(&input.claim_id)?,
        bank_reference: field("bankReference", reference)?,
        accept_bank_amount: input.accept_bank_amount,
    })
}

#[derive(Default)]
pub struct TransferClaimMutation;

#[Object]
impl TransferClaimMutation {
    /// A resident says to have transferred money, and shows the screenshot. Nothing is paid yet, but
    /// the accounts are not dunned until it is decided.
    #[graphql(guard = "customers()")]
    async fn claim_transfer(
        &self,
        ctx: &Context<'_>,
        input: ClaimTransferInput,
    ) -> Result<ClaimTransferPayload> {
        let photo = screenshot(ctx, Some(&input.photo)).await?;
        let given = Given {
            accounts: input.account_nos,
            bills: input.bill_nos,
            amount: input.amount,
            transferred_on: input.transferred_on,
            campus: None,
            phone: None,
        };
        let process = submission(&given, photo);
        let ran = run(ctx, "claimTransfer", &input.idempotency_key, process).await?;
        ClaimTransferPayload::of(ctx, ran).await
    }

    /// A cashier registers a transfer that was shown at the counter; the claim is the slip.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn register_transfer(
        &self,
        ctx: &Context<'_>,
        input: RegisterTransferInput,
    ) -> Result<RegisterTransferPayload> {
        let photo = screenshot(ctx, input.photo.as_deref()).await?;
        let given = Given {
            accounts: input.account_nos,
            bills: input.bill_nos,
            amount: input.amount,
            transferred_on: input.transferred_on,
            campus: Some(input.campus_id),
            phone: input.phone,
        };
        let process = submission(&given, photo);
        let ran = run(ctx, "registerTransfer", &input.idempotency_key, process).await?;
        RegisterTransferPayload::of(ctx, ran).await
    }

    /// Bears a claim out by a line of the bank's statement. Where the amounts differ, the claim is
    /// `MISMATCHED` and nothing paid, until the bank's amount is accepted. Not by whoever
    /// registered it.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn verify_transfer(
        &self,
        ctx: &Context<'_>,
        input: VerifyTransferInput,
    ) -> Result<VerifyTransferPayload> {
        let process = verification(&input);
        let ran = run(ctx, "verifyTransfer", &input.idempotency_key, process).await?;
        VerifyTransferPayload::of(ctx, ran).await
    }

    /// Turns a claim down; whoever made it is told why.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn reject_transfer(
        &self,
        ctx: &Context<'_>,
        input: RejectTransferInput,
    ) -> Result<RejectTransferPayload> {
        let process = claim_id(&input.claim_id).map(|claim_id| RejectTransfer {
            claim_id,
            reason: input.reason,
        });
        let ran = run(ctx, "rejectTransfer", &input.idempotency_key, process).await?;
        RejectTransferPayload::of(ctx, ran).await
    }
}
