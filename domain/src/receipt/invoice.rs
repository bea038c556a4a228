//! Exchanging a receipt for an e-invoice, and reversing that. The numbers come from the tax platform;
//! issuing through it is no part of this.

use chaobiao_decision::{ClaimKey, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::process::payment_of;
use crate::account::{Account, AccountCommand, PaperStep};
use crate::payment::{Payment, PaymentCommand, PaymentError, RedReason};
use crate::units::{InvoiceNo, PaymentId, ReceiptNo};

/// By this key the payment of an invoice is found; red ones have numbers of the same kind.
fn invoice_claim(invoice_no: &InvoiceNo) -> ClaimKey {
    ClaimKey::new("receipt.invoice", invoice_no.as_str())
}

/// Takes a receipt back for an e-invoice (R93).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeForInvoice {
    pub receipt_no: ReceiptNo,
    pub invoice_no: InvoiceNo,
}

/// The payment and the receipt a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceChanged {
    pub receipt_no: ReceiptNo,
    pub payment_id: PaymentId,
}

impl Process for ExchangeForInvoice {
    const NAME: &'static str = "receipt.exchange_for_invoice";
    type Outcome = InvoiceChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<InvoiceChanged, Stop> {
        let payment_id = payment_of(&self.receipt_no, workspace)?;
        let key = invoice_claim(&self.invoice_no);
        if workspace.holder(&key)?.is_some() {
            return Err(PaymentError::InvoiceNumberUsed(self.invoice_no.clone()).into());
        }
        let command = PaymentCommand::Exchange {
            receipt_no: self.receipt_no.clone(),
            invoice_no: self.invoice_no.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(payment_id.as_str(), command)?;
        let used = PaymentError::InvoiceNumberUsed(self.invoice_no.clone()).into();
        workspace.claim(key, payment_id.as_str(), used)?;
        Ok(InvoiceChanged {
            receipt_no: self.receipt_no.clone(),
            payment_id,
        })
    }
}

/// 红冲: reverses an e-invoice by a red one. Where the payment was undone, its bills may get other
/// receipts from then on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReverseInvoice {
    pub invoice_no: InvoiceNo,
    pub red_invoice_no: InvoiceNo,
    pub reason: RedReason,
}

impl Process for ReverseInvoice {
    const NAME: &'static str = "receipt.reverse_invoice";
    type Outcome = InvoiceChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<InvoiceChanged, Stop> {
        let unknown = || PaymentError::InvoiceUnknown(self.invoice_no.clone());
        let payment_id = workspace
            .holder(&invoice_claim(&self.invoice_no))?
            .and_then(|holder| PaymentId::try_new(holder).ok())
            .ok_or_else(unknown)?;
        let payment = workspace.get::<Payment>(payment_id.as_str())?;
        let payment = payment.recorded(&payment_id)?;
        let receipt_no = payment.receipt_of(&self.invoice_no).cloned();
        let receipt_no = receipt_no.ok_or_else(unknown)?;
        let accounts = payment.accounts();
        workspace.need::<Account>(accounts.iter().map(ToString::to_string))?;
        let command = PaymentCommand::ReverseInvoice {
            invoice_no: self.invoice_no.clone(),
            red_invoice_no: self.red_invoice_no.clone(),
            reason: self.reason,
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(payment_id.as_str(), command)?;
        let key = invoice_claim(&self.red_invoice_no);
        let used = PaymentError::InvoiceNumberUsed(self.red_invoice_no.clone());
        if workspace.holder(&key)?.is_some() {
            return Err(used.into());
        }
        workspace.claim(key, payment_id.as_str(), used.into())?;
        for account_no in accounts {
            let receipt_no = receipt_no.clone();
            let step = AccountCommand::Paper(PaperStep::ReturnReceipt { receipt_no });
            workspace.execute::<Account>(account_no.as_str(), step)?;
        }
        Ok(InvoiceChanged {
            receipt_no,
            payment_id,
        })
    }
}
