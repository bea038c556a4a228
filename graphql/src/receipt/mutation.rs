use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::receipt::{
    ExchangeForInvoice, IssueReceipt, ReprintReceipt, ReverseInvoice, TakeReceiptBack,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, InvoiceNo, PaymentId, ReceiptNo};

use super::Receipt;
use super::query::find;
use super::types::{ReceiptPart, RedReason};
use crate::support::{UserError, field, may, run};

#[derive(InputObject)]
pub(super) struct IssueReceiptInput {
    idempotency_key: String,
    payment_id: String,
    /// The counter that hands it out; any campus may.
    campus_id: String,
    /// Left out: all accounts of the payment on one receipt.
    account_nos: Option<Vec<String>>,
    /// Left out: water, electricity and credit together.
    parts: Option<Vec<ReceiptPart>>,
}

#[derive(InputObject)]
pub(super) struct ReprintReceiptInput {
    idempotency_key: String,
    receipt_no: String,
}

#[derive(InputObject)]
pub(super) struct TakeReceiptBackInput {
    idempotency_key: String,
    receipt_no: String,
    /// Why the paper will never come back (遗失说明); left out when it is here.
    lost: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ExchangeForInvoiceInput {
    idempotency_key: String,
    receipt_no: String,
    /// Twenty digits, as the tax platform gave them.
    invoice_no: String,
}

#[derive(InputObject)]
pub(super) struct ReverseInvoiceInput {
    idempotency_key: String,
    invoice_no: String,
    /// The number of the red invoice.
    red_invoice_no: String,
    reason: RedReason,
}

fn exchanging(input: &ExchangeForInvoiceInput) -> Result<ExchangeForInvoice, Rejection> {
    Ok(ExchangeForInvoice {
        receipt_no: field("receiptNo", ReceiptNo::try_new(&input.receipt_no))?,
        invoice_no: field("invoiceNo", InvoiceNo::try_new(&input.invoice_no))?,
    })
}

fn reversing(input: &ReverseInvoiceInput) -> Result<ReverseInvoice, Rejection> {
    let red = InvoiceNo::try_new(&input.red_invoice_no);
    Ok(ReverseInvoice {
        invoice_no: field("invoiceNo", InvoiceNo::try_new(&input.invoice_no))?,
        red_invoice_no: field("redInvoiceNo", red)?,
        reason: input.reason.into(),
    })
}

macro_rules! payload {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            receipt: Option<Receipt>,
            user_errors: Vec<UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }
    )+};
}

payload!(
    IssueReceiptPayload,
    ReprintReceiptPayload,
    TakeReceiptBackPayload,
    ExchangeForInvoicePayload,
    ReverseInvoicePayload
);

fn issue(input: IssueReceiptInput) -> Result<IssueReceipt, Rejection> {
    let accounts = input
        .account_nos
        .iter()
        .flatten()
        .map(AccountNo::try_new)
        .collect();
    Ok(IssueReceipt {
        payment_id: field("paymentId", PaymentId::try_new(&input.payment_id))?,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        accounts: field("accountNos", accounts)?,
        parts: input.parts.into_iter().flatten().map(Into::into).collect(),
    })
}

#[derive(Default)]
pub struct ReceiptMutation;

#[Object]
impl ReceiptMutation {
    /// Hands out a receipt for a payment. Nothing gets a receipt twice.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn issue_receipt(
        &self,
        ctx: &Context<'_>,
        input: IssueReceiptInput,
    ) -> Result<IssueReceiptPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "issueReceipt", &key, issue(input)).await?;
        let receipt = match &ran.outcome {
            Some(booked) => find(ctx, booked.receipt_no.as_str()).await?,
            None => None,
        };
        Ok(IssueReceiptPayload {
            receipt,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Prints a receipt again; the paper is marked as a copy.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn reprint_receipt(
        &self,
        ctx: &Context<'_>,
        input: ReprintReceiptInput,
    ) -> Result<ReprintReceiptPayload> {
        let receipt_no = field("receiptNo", ReceiptNo::try_new(&input.receipt_no));
        let process = receipt_no.map(|receipt_no| ReprintReceipt { receipt_no });
        let ran = run(ctx, "reprintReceipt", &input.idempotency_key, process).await?;
        let receipt = match &ran.outcome {
            Some(copied) => find(ctx, copied.receipt_no.as_str()).await?,
            None => None,
        };
        Ok(ReprintReceiptPayload {
            receipt,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Takes the paper of a void receipt back, or notes why it will never come. Until then the bills
    /// it was for get no other receipt.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn take_receipt_back(
        &self,
        ctx: &Context<'_>,
        input: TakeReceiptBackInput,
    ) -> Result<TakeReceiptBackPayload> {
        let receipt_no = field("receiptNo", ReceiptNo::try_new(&input.receipt_no));
        let process = receipt_no.map(|receipt_no| TakeReceiptBack {
            receipt_no,
            lost: input.lost,
        });
        let ran = run(ctx, "takeReceiptBack", &input.idempotency_key, process).await?;
        let receipt = match &ran.outcome {
            Some(back) => find(ctx, back.receipt_no.as_str()).await?,
            None => None,
        };
        Ok(TakeReceiptBackPayload {
            receipt,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// 换开发票: takes a receipt back for an e-invoice, whose number the tax platform has given.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn exchange_for_invoice(
        &self,
        ctx: &Context<'_>,
        input: ExchangeForInvoiceInput,
    ) -> Result<ExchangeForInvoicePayload> {
        let process = exchanging(&input);
        let ran = run(ctx, "exchangeForInvoice", &input.idempotency_key, process).await?;
        let receipt = match &ran.outcome {
            Some(changed) => find(ctx, changed.receipt_no.as_str()).await?,
            None => None,
        };
        Ok(ExchangeForInvoicePayload {
            receipt,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// 红冲: notes the red invoice that has reversed an e-invoice.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn reverse_invoice(
        &self,
        ctx: &Context<'_>,
        input: ReverseInvoiceInput,
    ) -> Result<ReverseInvoicePayload> {
        let process = reversing(&input);
        let ran = run(ctx, "reverseInvoice", &input.idempotency_key, process).await?;
        let receipt = match &ran.outcome {
            Some(changed) => find(ctx, changed.receipt_no.as_str()).await?,
            None => None,
        };
        Ok(ReverseInvoicePayload {
            receipt,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
