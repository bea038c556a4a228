//! Undoing a payment and everything that went with it.

use chaobiao_decision::{CommandContext, Stop, Workspace};

use super::aggregate::{Payment, PaymentRecord};
use super::booking::{cheque_claim, till_method, voucher_claim};
use super::command::PaymentCommand;
use super::event::ReceiptGiven;
use crate::account::{Account, AccountCommand, PaperStep};
use crate::bank_line::{BankLine, BankLineCommand};
use crate::clearing::{CampusClearing, ClearingCommand, ClearingId};
use crate::till::take_out;
use crate::transfer_claim::{TransferClaim, TransferClaimCommand};
use crate::units::{AccountNo, BillNo, BillingMonth, PaymentId, business_date};

/// Why a payment is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoCause {
    /// Somebody found it wrong: what was taken is handed back, or is booked anew.
    Person,
    /// The bank has taken the money back.
    Bank,
    /// The bank has not honoured the cheque.
    Bounce,
}

/// Every bill the payment had paid is open again, its receipts are void and to be taken back, and
/// what lay in a till, or was owed to another campus, is so no more. All of it counts from now on:
/// days and months that are closed stay as they are.
pub fn undo(
    payment_id: &PaymentId,
    reason: &str,
    cause: UndoCause,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let payment = workspace.get::<Payment>(payment_id.as_str())?;
    let payment = payment.recorded(payment_id)?.clone();
    let accounts = payment.accounts();
    workspace.need::<Account>(accounts.iter().map(ToString::to_string))?;
    let command = PaymentCommand::Reverse {
        reason: reason.to_owned(),
        cause,
        by: context.actor.clone(),
        at: context.at,
    };
    workspace.execute::<Payment>(payment_id.as_str(), command)?;
    for account_no in &accounts {
        let payment_id = payment_id.clone();
        let command = AccountCommand::ReversePayment { payment_id };
        workspace.execute::<Account>(account_no.as_str(), command)?;
        for receipt in payment.receipts_out(account_no) {
            recall(account_no, receipt, &payment, workspace)?;
        }
    }
    release(&payment, reason, cause, workspace)?;
    let recorded = &payment.recorded;
    if let (UndoCause::Person, Some(till), Some(method)) =
        (cause, &recorded.till, till_method(recorded.method))
    {
        take_out(
            till,
            payment_id,
            method,
            recorded.amount,
            context,
            workspace,
        )?;
    }
    for share in &recorded.clearing {
        let id = ClearingId {
            from: recorded.campus.clone(),
            to: share.campus.clone(),
            month: BillingMonth::of(business_date(context.at)),
        };
        let command = ClearingCommand::Relieve {
            id: id.clone(),
            payment_id: payment_id.clone(),
            amount: share.amount,
        };
        workspace.execute::<CampusClearing>(&id.to_string(), command)?;
    }
    Ok(())
}

fn recall(
    account_no: &AccountNo,
    receipt: &ReceiptGiven,
    payment: &PaymentRecord,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let step = PaperStep::RecallReceipt {
        receipt_no: receipt.receipt_no.clone(),
        bills: bills_of(account_no, payment),
    };
    workspace.execute::<Account>(account_no.as_str(), AccountCommand::Paper(step))
}

/// The bills of an account that a payment has paid something of.
pub(crate) fn bills_of(account_no: &AccountNo, payment: &PaymentRecord) -> Vec<BillNo> {
    let allocations = payment.recorded.allocations.iter();
    allocations
        .filter(|allocation| allocation.account_no == *account_no)
        .map(|allocation| allocation.bill_no.clone())
        .collect()
}

/// The cheque, the voucher, the bank's line and the claim may go other ways now.
fn release(
    payment: &PaymentRecord,
    reason: &str,
    cause: UndoCause,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let recorded = &payment.recorded;
    let payment_id = recorded.payment_id.clone();
    if let Some(cheque) = &recorded.cheque {
        workspace.release(cheque_claim(cheque))?;
    }
    if let Some(voucher) = &recorded.voucher {
        workspace.release(voucher_claim(voucher))?;
    }
    if let (UndoCause::Person, Some(line)) = (cause, &recorded.bank_reference) {
        let payment_id = payment_id.clone();
        let command = BankLineCommand::Release { payment_id };
        workspace.execute::<BankLine>(line.as_str(), command)?;
    }
    if let Some(claim_id) = &recorded.transfer_claim {
        let command = TransferClaimCommand::Reverse {
            payment_id,
            reason: reason.trim().to_owned(),
        };
        workspace.execute::<TransferClaim>(claim_id.as_str(), command)?;
    }
    Ok(())
}
