use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::payment::{
    BounceCheque, ChequeDetails, ClearCheque, PaymentBooked, RecordDeposit, RecordInternalTransfer,
    RecordPayment, ReversePayment,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BillNo, CampusId, PaymentId};

use super::query::visible;
use super::{Payment, PaymentMethod};
use crate::support::{Date, Fen, UserError, field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct ChequeInput {
    number: String,
    bank: String,
    /// 出票人, where it is not the payer.
    drawer: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RecordPaymentInput {
    idempotency_key: String,
    /// Where the money is taken, whatever campus the accounts belong to.
    campus_id: String,
    /// Cash or cheque: everything else reaches the bank, and is booked by what the bank says.
    method: PaymentMethod,
    amount: Fen,
    /// Whose bills are paid, the oldest first; what is over stays with the first of them.
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
    cheque: Option<ChequeInput>,
    /// Who pays, when it is somebody else than the holder (代缴).
    payer: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RecordDepositInput {
    idempotency_key: String,
    account_no: String,
    /// Where the money is taken.
    campus_id: String,
    /// Cash or cheque.
    method: PaymentMethod,
    amount: Fen,
    cheque: Option<ChequeInput>,
    /// Who pays, when it is somebody else than the holder (代缴).
    payer: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RecordInternalTransferInput {
    idempotency_key: String,
    /// 凭证号, used once in a year.
    voucher_no: String,
    voucher_on: Date,
    /// The department that pays.
    department: String,
    amount: Fen,
    /// Whose bills are paid, the oldest first; what is over stays with the first of them.
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
}

#[derive(InputObject)]
pub(super) struct ReversePaymentInput {
    idempotency_key: String,
    payment_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ClearChequeInput {
    idempotency_key: String,
    payment_id: String,
}

#[derive(InputObject)]
pub(super) struct BounceChequeInput {
    idempotency_key: String,
    payment_id: String,
    /// As the bank gives it.
    reason: String,
}

payloads!(
    payment: Payment, |ctx, payment_id: PaymentId| visible(ctx, payment_id.as_str());
    ClearChequePayload,
    BounceChequePayload
);

payloads!(
    payment: Payment, |ctx, booked: PaymentBooked| visible(ctx, booked.payment_id.as_str());
    RecordDepositPayload,
    RecordInternalTransferPayload
);

#[derive(SimpleObject)]
pub(super) struct RecordPaymentPayload {
    payment: Option<Payment>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(SimpleObject)]
pub(super) struct ReversePaymentPayload {
    payment: Option<Payment>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

impl From<ChequeInput> for ChequeDetails {
    fn from(cheque: ChequeInput) -> Self {
        Self {
            number: cheque.number,
            bank: cheque.bank,
            drawer: cheque.drawer,
        }
    }
}

fn deposit(input: RecordDepositInput) -> Result<RecordDeposit, Rejection> {
    Ok(RecordDeposit {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        method: input.method.into(),
        amount: input.amount.0,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        cheque: input.cheque.map(ChequeDetails::from),
        payer: input.payer,
    })
}

fn record(input: RecordPaymentInput) -> Result<RecordPayment, Rejection> {
    let accounts = input.account_nos.iter().map(AccountNo::try_new).collect();
    let bills = input
        .bill_nos
        .iter()
        .flatten()
        .map(BillNo::try_new)
        .collect();
    Ok(RecordPayment {
        method: input.method.into(),
        amount: input.amount.0,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        accounts: field("accountNos", accounts)?,
        bills: field("billNos", bills)?,
        cheque: input.cheque.map(ChequeDetails::from),
        payer: input.payer,
    })
}

fn internal_transfer(
    input: RecordInternalTransferInput,
) -> Result<RecordInternalTransfer, Rejection> {
    let accounts = input.account_nos.iter().map(AccountNo::try_new).collect();
    let bills = input.bill_nos.iter().flatten();
    let bills = bills.map(BillNo::try_new).collect();
    Ok(RecordInternalTransfer {
        voucher_no: input.voucher_no,
        voucher_on: input.voucher_on.0,
        department: input.department,
        amount: input.amount.0,
        accounts: field("accountNos", accounts)?,
        bills: field("billNos", bills)?,
    })
}

#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// A department pays from its funds by a voucher (校内转账); what is over is kept as credit of the
    /// first account.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn record_internal_transfer(
        &self,
        ctx: &Context<'_>,
        input: RecordInternalTransferInput,
    ) -> Result<RecordInternalTransferPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(
            ctx,
            "recordInternalTransfer",
            &key,
            internal_transfer(input),
        )
        .await?;
        RecordInternalTransferPayload::of(ctx, ran).await
    }

    /// Takes money at a counter for one or more accounts.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn record_payment(
        &self,
        ctx: &Context<'_>,
        input: RecordPaymentInput,
    ) -> Result<RecordPaymentPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "recordPayment", &key, record(input)).await?;
        let payment = match &ran.outcome {
            Some(booked) => visible(ctx, booked.payment_id.as_str()).await?,
            None => None,
        };
        Ok(RecordPaymentPayload {
            payment,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Takes a deposit (押金): it is held for the account and pays nothing until it is set off.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn record_deposit(
        &self,
        ctx: &Context<'_>,
        input: RecordDepositInput,
    ) -> Result<RecordDepositPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "recordDeposit", &key, deposit(input)).await?;
        RecordDepositPayload::of(ctx, ran).await
    }

    /// Undoes a payment (冲正): every bill it had paid is open again. Not by whoever took it.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn reverse_payment(
        &self,
        ctx: &Context<'_>,
        input: ReversePaymentInput,
    ) -> Result<ReversePaymentPayload> {
        let payment_id = field("paymentId", PaymentId::try_new(&input.payment_id));
        let process = payment_id.map(|payment_id| ReversePayment {
            payment_id,
            reason: input.reason,
        });
        let ran = run(ctx, "reversePayment", &input.idempotency_key, process).await?;
        let payment = match &ran.outcome {
            Some(payment_id) => visible(ctx, payment_id.as_str()).await?,
            None => None,
        };
        Ok(ReversePaymentPayload {
            payment,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// The bank has honoured a cheque.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn clear_cheque(
        &self,
        ctx: &Context<'_>,
        input: ClearChequeInput,
    ) -> Result<ClearChequePayload> {
        let payment_id = field("paymentId", PaymentId::try_new(&input.payment_id));
        let process = payment_id.map(|payment_id| ClearCheque { payment_id });
        let ran = run(ctx, "clearCheque", &input.idempotency_key, process).await?;
        ClearChequePayload::of(ctx, ran).await
    }

    /// 退票: the bank has not honoured a cheque. Its bills are open again and its receipts void, from
    /// today on; what was closed stays closed. Not by whoever took it.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn bounce_cheque(
        &self,
        ctx: &Context<'_>,
        input: BounceChequeInput,
    ) -> Result<BounceChequePayload> {
        let payment_id = field("paymentId", PaymentId::try_new(&input.payment_id));
        let process = payment_id.map(|payment_id| BounceCheque {
            payment_id,
            reason: input.reason,
        });
        let ran = run(ctx, "bounceCheque", &input.idempotency_key, process).await?;
        BounceChequePayload::of(ctx, ran).await
    }
}
