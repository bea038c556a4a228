use chaobiao_decision::{Actor, ClaimKey, CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::{PAYEE_LENGTH_MAX, Refund, RefundRecord};
use super::command::RefundCommand;
use super::error::RefundError;
use super::event::{RefundMethod, RefundPaid, RefundRequested};
use crate::account::{Account, AccountCommand, Purse, account_subject};
use crate::payment::{ChequeState, Payment, PaymentMethod};
use crate::till;
use crate::units::{
    AccountNo, BankReference, Fen, PaymentId, RefundId, TillId, written, written_if_any,
};

/// The refund a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundChanged {
    pub refund_id: RefundId,
}

/// Whose money it is, as far as the account holds so much of it.
fn sources(
    account_no: &AccountNo,
    purse: Purse,
    amount: Fen,
    workspace: &mut Workspace,
) -> Result<Vec<PaymentId>, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    let ledger = account.opened(account_no)?.ledger();
    let lots = ledger.refundable(purse, amount)?;
    let payments: Vec<PaymentId> = lots.into_iter().map(|lot| lot.payment_id).collect();
    workspace.need::<Payment>(payments.iter().map(ToString::to_string))?;
    for payment_id in &payments {
        let payment = workspace.get::<Payment>(payment_id.as_str())?;
        let payment = payment.recorded(payment_id)?;
        let is_cheque = payment.recorded.method == PaymentMethod::Cheque;
        if is_cheque && payment.cheque != ChequeState::Cleared {
            return Err(RefundError::ChequePending(payment_id.clone()).into());
        }
    }
    Ok(payments)
}

/// X13: whoever took the money does not decide that it goes out again.
fn check_not_taker(
    by: &Actor,
    refund: &RefundRequested,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let sources = sources(&refund.account_no, refund.purse, refund.amount, workspace)?;
    for payment_id in &sources {
        let payment = workspace.get::<Payment>(payment_id.as_str())?;
        if payment.recorded(payment_id)?.recorded.taken_by == *by {
            return Err(RefundError::ApprovedByTaker.into());
        }
    }
    Ok(())
}

fn find(refund_id: &RefundId, workspace: &mut Workspace) -> Result<RefundRecord, Stop> {
    let refund = workspace.get::<Refund>(refund_id.as_str())?;
    Ok(refund.requested(refund_id)?.clone())
}

/// Asks that credit or a deposit be given back. Nothing is set aside: a bill that comes before the
/// money is paid out has the better right to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestRefund {
    pub account_no: AccountNo,
    pub purse: Purse,
    pub amount: Fen,
    pub method: RefundMethod,
    /// 收款账户, where the bank pays.
    pub payee: Option<String>,
    pub reason: String,
}

impl Process for RequestRefund {
    const NAME: &'static str = "refund.request";
    type Outcome = RefundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RefundChanged, Stop> {
        let refund_id = RefundId::try_new(context.derive_id("refund").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let payee = written_if_any(self.payee.as_deref(), "收款账户", PAYEE_LENGTH_MAX)
            .map_err(|_| RefundError::PayeeInvalid)?;
        if payee.is_some() != (self.method == RefundMethod::Bank) {
            return Err(RefundError::PayeeInvalid.into());
        }
        sources(&self.account_no, self.purse, self.amount, workspace)?;
        let requested = RefundRequested {
            refund_id: refund_id.clone(),
            account_no: self.account_no.clone(),
            purse: self.purse,
            amount: self.amount,
            method: self.method,
            payee: payee.map(|payee| Personal::new(account_subject(&self.account_no), payee)),
            reason: self.reason.clone(),
            requested_by: context.actor.clone(),
            requested_at: context.at,
        };
        let command = RefundCommand::Request(Box::new(requested));
        workspace.execute::<Refund>(refund_id.as_str(), command)?;
        Ok(RefundChanged { refund_id })
    }
}

/// Approves a refund; neither who asked for it nor who took any of the money may.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveRefund {
    pub refund_id: RefundId,
}

impl Process for ApproveRefund {
    const NAME: &'static str = "refund.approve";
    type Outcome = RefundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RefundChanged, Stop> {
        let refund = find(&self.refund_id, workspace)?;
        let command = RefundCommand::Approve {
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Refund>(self.refund_id.as_str(), command)?;
        check_not_taker(&context.actor, &refund.requested, workspace)?;
        Ok(RefundChanged {
            refund_id: self.refund_id.clone(),
        })
    }
}

/// Turns a refund down, or takes an approved one back before it is paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejectRefund {
    pub refund_id: RefundId,
    pub reason: String,
}

impl Process for RejectRefund {
    const NAME: &'static str = "refund.reject";
    type Outcome = RefundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RefundChanged, Stop> {
        find(&self.refund_id, workspace)?;
        let command = RefundCommand::Reject {
            reason: self.reason.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Refund>(self.refund_id.as_str(), command)?;
        Ok(RefundChanged {
            refund_id: self.refund_id.clone(),
        })
    }
}

/// Pays an approved refund out: in cash from the till of whoever pays, or as the bank has done.
/// Somebody else than who approved it does, and only what the account still holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayRefund {
    pub refund_id: RefundId,
    pub method: RefundMethod,
    /// Of the bank's transfer.
    pub bank_reference: Option<BankReference>,
}

impl Process for PayRefund {
    const NAME: &'static str = "refund.pay";
    type Outcome = RefundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RefundChanged, Stop> {
        let refund = find(&self.refund_id, workspace)?;
        let approver = refund.check_approved()?;
        let requested = &refund.requested;
        if requested.method != self.method
            || self.bank_reference.is_some() != (self.method == RefundMethod::Bank)
        {
            return Err(RefundError::ReferenceInvalid.into());
        }
        // Other money than at the approval may be given back.
        check_not_taker(approver, requested, workspace)?;
        if let Some(reference) = &self.bank_reference {
            let used = RefundError::ReferenceUsed(reference.clone()).into();
            let key = ClaimKey::new("refund.bank_reference", reference.as_str());
            workspace.claim(key, self.refund_id.as_str(), used)?;
        }
        let account_no = &requested.account_no;
        let account = workspace.get::<Account>(account_no.as_str())?;
        let campus = account.opened(account_no)?.campus.clone();
        let mut paid = RefundPaid {
            amount: requested.amount,
            method: self.method,
            campus: campus.clone(),
            till: None,
            bank_reference: self.bank_reference.clone(),
            paid_by: context.actor.clone(),
            paid_at: context.at,
        };
        if self.method == RefundMethod::Cash {
            paid.till = Some(in_cash(&refund, &paid, false, context, workspace)?);
        }
        let command = RefundCommand::Pay(paid);
        workspace.execute::<Refund>(self.refund_id.as_str(), command)?;
        let command = AccountCommand::Refund {
            refund_id: self.refund_id.clone(),
            purse: requested.purse,
            amount: requested.amount,
        };
        workspace.execute::<Account>(account_no.as_str(), command)?;
        Ok(RefundChanged {
            refund_id: self.refund_id.clone(),
        })
    }
}

fn in_cash(
    refund: &RefundRecord,
    paid: &RefundPaid,
    is_back: bool,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<TillId, Stop> {
    let refund_id = &refund.requested.refund_id;
    till::refund(
        &paid.campus,
        refund_id,
        paid.amount,
        is_back,
        context,
        workspace,
    )
}

/// The money of a refund has come back: the account holds it again. It is asked for anew, if it is
/// still to go out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReturnRefund {
    pub refund_id: RefundId,
    pub reason: String,
}

impl Process for ReturnRefund {
    const NAME: &'static str = "refund.return";
    type Outcome = RefundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RefundChanged, Stop> {
        let refund = find(&self.refund_id, workspace)?;
        let paid = refund.check_paid()?;
        let reason = written(&self.reason, "原因", super::aggregate::REASON_LENGTH_MAX)
            .map_err(|_| RefundError::ReasonInvalid)?;
        let till = match paid.method {
            RefundMethod::Cash => Some(in_cash(&refund, paid, true, context, workspace)?),
            RefundMethod::Bank => None,
        };
        let command = RefundCommand::Return {
            reason,
            till,
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Refund>(self.refund_id.as_str(), command)?;
        let refund_id = self.refund_id.clone();
        let command = AccountCommand::ReturnRefund { refund_id };
        let account_no = &refund.requested.account_no;
        workspace.execute::<Account>(account_no.as_str(), command)?;
        Ok(RefundChanged {
            refund_id: self.refund_id.clone(),
        })
    }
}
