use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::payment::{ChequeDetails, RecordPayment, ReversePayment};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BillNo, CampusId, PaymentId};

use super::query::visible;
use super::{Payment, PaymentMethod};
use crate::support::{Fen, UserError, field, may, run};

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
    method: PaymentMethod,
    amount: Fen,
    /// Whose bills are paid, the oldest first; what is over stays with the first of them.
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
    cheque: Option<ChequeInput>,
}

#[derive(InputObject)]
pub(super) struct ReversePaymentInput {
    idempotency_key: String,
    payment_id: String,
    reason: String,
}

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

fn record(input: RecordPaymentInput) -> Result<RecordPayment, Rejection> {
    let accounts = input.account_nos.iter().map(AccountNo::try_new).collect();
    let bills = input
        .bill_nos
        .iter()
        .flatten()
        .map(BillNo::try_new)
        .collect();
    let cheque = input.cheque.map(|cheque| ChequeDetails {
        number: cheque.number,
        bank: cheque.bank,
        drawer: cheque.drawer,
    });
    Ok(RecordPayment {
        method: input.method.into(),
        amount: input.amount.0,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        accounts: field("accountNos", accounts)?,
        bills: field("billNos", bills)?,
        cheque,
    })
}

#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
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
}
