//! Changing a bill that was issued: by a note over an amount, or by making it void and billing its
//! month again.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::process::{BillIssued, IssueBill};
use super::rebill::{note_no, reason};
use crate::account::{Account, AccountCommand, AccountRecord, CommodityAmount, LedgerBill, Note};
use crate::billing_month::{booked_in, require_open};
use crate::units::{AccountNo, BillNo, Commodity, Fen, NoteNo, business_date};

/// How long a first notice that a debit note brings about gives to pay.
const PAYMENT_DAYS: u64 = 15;

/// The bill a command was about, with the note that was written on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillChanged {
    pub bill_no: BillNo,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_no: Option<NoteNo>,
}

/// A bill's number begins with its account's.
pub fn account_of(bill_no: &BillNo) -> Result<AccountNo, BillingError> {
    let (account_no, _month) = bill_no
        .as_str()
        .rsplit_once('-')
        .ok_or_else(|| BillingError::BillUnknown(bill_no.clone()))?;
    AccountNo::try_new(account_no).map_err(|_| BillingError::BillUnknown(bill_no.clone()))
}

fn find<'a>(
    bill_no: &BillNo,
    workspace: &'a mut Workspace,
) -> Result<(&'a AccountRecord, &'a LedgerBill), Stop> {
    let unknown = || BillingError::BillUnknown(bill_no.clone());
    let account_no = account_of(bill_no)?;
    let account = workspace.get::<Account>(account_no.as_str())?;
    let account = account.opened(&account_no).map_err(|_| unknown())?;
    let bill = account.ledger().bill(bill_no).ok_or_else(unknown)?;
    Ok((account, bill))
}

/// What the charging system bills only it can change.
fn require_own(bill: &LedgerBill) -> Result<(), BillingError> {
    if bill.is_imported() {
        Err(BillingError::BillImported(bill.bill_no.clone()))
    } else {
        Ok(())
    }
}

/// Which way a note goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillAdjustment {
    /// 调减: the bill asks for less.
    Credit,
    /// 调增: the bill asks for more.
    Debit,
}

/// Writes a debit note on a bill. A credit note, which lowers what is owed, is asked for as a waiver is,
/// since it takes a second person ([`crate::waiver::RequestWaiver`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdjustBill {
    pub bill_no: BillNo,
    pub kind: BillAdjustment,
    pub commodity: Commodity,
    pub amount: Fen,
    pub reason: String,
}

impl Process for AdjustBill {
    const NAME: &'static str = "billing.adjust_bill";
    type Outcome = BillChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillChanged, Stop> {
        let reason = reason(&self.reason)?;
        if !self.amount.is_positive() {
            return Err(BillingError::AmountNotPositive.into());
        }
        if self.kind == BillAdjustment::Credit {
            return Err(BillingError::CreditTakesTwo.into());
        }
        let more = CommodityAmount {
            commodity: self.commodity,
            amount: self.amount,
        };
        write_note(&self.bill_no, more, reason, context, workspace)
    }
}

/// Lowers a bill by a note, as somebody asked and somebody else has approved.
pub(crate) fn write_credit_note(
    bill_no: &BillNo,
    (commodity, amount): (Commodity, Fen),
    why: &str,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<BillChanged, Stop> {
    let amount = amount.checked_neg().ok_or(BillingError::Overflow)?;
    let less = CommodityAmount { commodity, amount };
    write_note(bill_no, less, reason(why)?, context, workspace)
}

fn write_note(
    bill_no: &BillNo,
    part: CommodityAmount,
    reason: String,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<BillChanged, Stop> {
    let (account, bill) = find(bill_no, workspace)?;
    require_own(bill)?;
    let (account_no, campus) = (account.account_no.clone(), account.campus.clone());
    let (month, note_no) = (bill.month, note_no(account, bill_no, part.amount)?);
    let today = business_date(context.at);
    let note = Note {
        note_no: note_no.clone(),
        bill_no: bill_no.clone(),
        month,
        booked_in: booked_in(&campus, month, workspace)?,
        issued_on: today,
        amount: part.amount,
        parts: vec![part],
        reason,
    };
    let due_on = today.checked_add_days(Days::new(PAYMENT_DAYS));
    let due_on: NaiveDate = due_on.ok_or(BillingError::Overflow)?;
    let command = AccountCommand::AdjustBill { note, due_on };
    workspace.execute::<Account>(account_no.as_str(), command)?;
    Ok(BillChanged {
        bill_no: bill_no.clone(),
        note_no: Some(note_no),
    })
}

/// Makes an account's last bill void (作废); what was paid of it becomes credit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VoidBill {
    pub bill_no: BillNo,
    pub reason: String,
}

impl Process for VoidBill {
    const NAME: &'static str = "billing.void_bill";
    type Outcome = BillChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillChanged, Stop> {
        let reason = reason(&self.reason)?;
        let (account, bill) = find(&self.bill_no, workspace)?;
        require_own(bill)?;
        let (account_no, campus) = (account.account_no.clone(), account.campus.clone());
        let (month, is_void) = (bill.month, bill.is_void());
        if !is_void {
            require_open(&campus, month, workspace)?;
        }
        let command = AccountCommand::VoidBill {
            bill_no: self.bill_no.clone(),
            voided_on: business_date(context.at),
            reason,
        };
        workspace.execute::<Account>(account_no.as_str(), command)?;
        Ok(BillChanged {
            bill_no: self.bill_no.clone(),
            note_no: None,
        })
    }
}

/// Bills the month of a void bill again, under the next revision's number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReissueBill {
    /// The void one.
    pub bill_no: BillNo,
    pub due_on: Option<NaiveDate>,
}

impl Process for ReissueBill {
    const NAME: &'static str = "billing.reissue_bill";
    type Outcome = BillIssued;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillIssued, Stop> {
        let (account, bill) = find(&self.bill_no, workspace)?;
        if bill.is_shared() {
            return Err(BillingError::BillShared(self.bill_no.clone()).into());
        }
        let issue = IssueBill {
            account_no: account.account_no.clone(),
            month: bill.month,
            due_on: self.due_on,
        };
        issue.decide(context, workspace)
    }
}
