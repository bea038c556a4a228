use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::{Waiver, WaiverRecord};
use super::command::WaiverCommand;
use super::error::WaiverError;
use super::event::{Concession, WaiverRequested};
use crate::account::{
    Account, AccountCommand, AccountError, LateFeeCharged, LedgerBill, WaiverKind,
};
use crate::billing::{account_of, write_credit_note};
use crate::payment::{Payment, late_fees};
use crate::units::{BillNo, Commodity, Fen, PaymentId, WaiverId, business_date};

/// The waiver a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverChanged {
    pub waiver_id: WaiverId,
}

/// A bill, and what its late fee has grown by since it was last charged.
fn look_up(
    bill_no: &BillNo,
    on: NaiveDate,
    workspace: &mut Workspace,
) -> Result<(LedgerBill, Fen), Stop> {
    let unknown = || WaiverError::BillUnknown(bill_no.clone());
    let account_no = account_of(bill_no).map_err(|_| unknown())?;
    let account = workspace.get::<Account>(account_no.as_str())?;
    let account = account.opened(&account_no).map_err(|_| unknown())?;
    let bill = account.ledger().bill(bill_no).ok_or_else(unknown)?.clone();
    let grown = late_fees([(&account_no, bill_no)], on, workspace)?;
    Ok((bill, grown.get(bill_no).copied().unwrap_or_default()))
}

fn find(waiver_id: &WaiverId, workspace: &mut Workspace) -> Result<WaiverRecord, Stop> {
    let waiver = workspace.get::<Waiver>(waiver_id.as_str())?;
    Ok(waiver.requested(waiver_id)?.clone())
}

/// Asks that something of a bill be given up (R94), or that a wrong one be lowered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestWaiver {
    pub bill_no: BillNo,
    pub kind: Concession,
    /// Of a credit note: whose part of the bill it lowers.
    pub commodity: Option<Commodity>,
    pub amount: Fen,
    pub reason: String,
}

impl Process for RequestWaiver {
    const NAME: &'static str = "waiver.request";
    type Outcome = WaiverChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<WaiverChanged, Stop> {
        let (bill, grown) = look_up(&self.bill_no, business_date(context.at), workspace)?;
        let there = match (self.kind, self.commodity) {
            (Concession::LateFee, None) => bill.late_fee_charged().checked_add(grown),
            (Concession::BillRest | Concession::SmallRest, None) => Some(bill.open()),
            (Concession::CreditNote, Some(_)) if bill.is_void() => {
                return Err(AccountError::BillVoid(self.bill_no.clone()).into());
            }
            (Concession::CreditNote, Some(commodity)) => Some(bill.standing_part(commodity)),
            _ => return Err(WaiverError::CommodityInvalid.into()),
        };
        let there = there.unwrap_or_default();
        if !self.amount.is_positive() || self.amount > there {
            return Err(WaiverError::NotCovered { there }.into());
        }
        let waiver_id = WaiverId::try_new(context.derive_id("waiver").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let requested = WaiverRequested {
            waiver_id: waiver_id.clone(),
            account_no: account_of(&self.bill_no)?,
            bill_no: self.bill_no.clone(),
            kind: self.kind,
            commodity: self.commodity,
            amount: self.amount,
            reason: self.reason.clone(),
            requested_by: context.actor.clone(),
            requested_at: context.at,
        };
        let command = WaiverCommand::Request(Box::new(requested));
        workspace.execute::<Waiver>(waiver_id.as_str(), command)?;
        Ok(WaiverChanged { waiver_id })
    }
}

/// Approves a waiver, which is done with it. Neither who asked for it nor who took money for the bill
/// may, however little it is about. A late fee that has grown since it was last charged is charged first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveWaiver {
    pub waiver_id: WaiverId,
}

impl ApproveWaiver {
    /// X13: money taken and kept would look like a waiver.
    fn check_not_taker(
        requested: &WaiverRequested,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        let account = workspace.get::<Account>(requested.account_no.as_str())?;
        let ledger = account.opened(&requested.account_no)?.ledger();
        let payments: BTreeSet<PaymentId> = ledger.payments_of(&requested.bill_no).collect();
        workspace.need::<Payment>(payments.iter().map(ToString::to_string))?;
        for payment_id in &payments {
            let payment = workspace.get::<Payment>(payment_id.as_str())?;
            if payment.recorded(payment_id)?.recorded.taken_by == context.actor {
                return Err(WaiverError::ApprovedByTaker.into());
            }
        }
        Ok(())
    }
}

impl Process for ApproveWaiver {
    const NAME: &'static str = "waiver.approve";
    type Outcome = WaiverChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<WaiverChanged, Stop> {
        let requested = find(&self.waiver_id, workspace)?.requested;
        let command = WaiverCommand::Approve {
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Waiver>(self.waiver_id.as_str(), command)?;
        Self::check_not_taker(&requested, context, workspace)?;
        let account_no = requested.account_no.as_str();
        let Some(kind) = requested.kind.write_off() else {
            // The aggregate has none without a commodity.
            let commodity = requested.commodity.ok_or(WaiverError::CommodityInvalid)?;
            let less = (commodity, requested.amount);
            write_credit_note(
                &requested.bill_no,
                less,
                &requested.reason,
                context,
                workspace,
            )?;
            return Ok(WaiverChanged {
                waiver_id: self.waiver_id.clone(),
            });
        };
        if kind == WaiverKind::LateFee {
            let by = business_date(context.at);
            let (bill, grown) = look_up(&requested.bill_no, by, workspace)?;
            if grown.is_positive() && requested.amount > bill.late_fee_open() {
                let fee = LateFeeCharged {
                    bill_no: requested.bill_no.clone(),
                    month: bill.month,
                    amount: grown,
                    by,
                };
                workspace.execute::<Account>(account_no, AccountCommand::ChargeLateFee(fee))?;
            }
        }
        let command = AccountCommand::WriteOff {
            waiver_id: self.waiver_id.clone(),
            kind,
            bill_no: requested.bill_no,
            amount: requested.amount,
        };
        workspace.execute::<Account>(account_no, command)?;
        Ok(WaiverChanged {
            waiver_id: self.waiver_id.clone(),
        })
    }
}

/// Turns a waiver down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejectWaiver {
    pub waiver_id: WaiverId,
    pub reason: String,
}

impl Process for RejectWaiver {
    const NAME: &'static str = "waiver.reject";
    type Outcome = WaiverChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<WaiverChanged, Stop> {
        find(&self.waiver_id, workspace)?;
        let command = WaiverCommand::Reject {
            reason: self.reason.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Waiver>(self.waiver_id.as_str(), command)?;
        Ok(WaiverChanged {
            waiver_id: self.waiver_id.clone(),
        })
    }
}

/// Takes an approved waiver back (撤销), once: the bill asks for it again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReverseWaiver {
    pub waiver_id: WaiverId,
    pub reason: String,
}

impl Process for ReverseWaiver {
    const NAME: &'static str = "waiver.reverse";
    type Outcome = WaiverChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<WaiverChanged, Stop> {
        let requested = find(&self.waiver_id, workspace)?.requested;
        if requested.kind == Concession::CreditNote {
            return Err(WaiverError::CreditNoteStands.into());
        }
        let account_no = requested.account_no;
        let command = WaiverCommand::Reverse {
            reason: self.reason.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Waiver>(self.waiver_id.as_str(), command)?;
        let waiver_id = self.waiver_id.clone();
        let command = AccountCommand::ReverseWriteOff { waiver_id };
        workspace.execute::<Account>(account_no.as_str(), command)?;
        Ok(WaiverChanged {
            waiver_id: self.waiver_id.clone(),
        })
    }
}
