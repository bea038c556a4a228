//! Taking in the bank's statement, and what becomes of its lines.

use chaobiao_decision::{ClaimKey, CommandContext, Personal, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::BankLine;
use super::command::BankLineCommand;
use super::error::BankLineError;
use super::event::BankLineEntered;
use crate::payment::{Booking, PaymentBooked, PaymentMethod, UndoCause, book, undo};
use crate::payroll::unmatch;
use crate::units::{AccountNo, BankReference, BillNo, Fen, PaymentId, written_if_any};

/// One command, one commit: more lines are more commands.
pub(super) const LINES_MAX: usize = 200;
const TEXT_LENGTH_MAX: usize = 120;

/// A line as the bank's statement has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BankLineGiven {
    pub bank_reference: BankReference,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    pub payer: Option<String>,
    pub memo: Option<String>,
    pub account_no: Option<AccountNo>,
}

/// Enters lines of the bank's statement. A line that is there already stays as it is, so that
/// statements may overlap; one that says something else than before is refused, and all with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnterBankLines {
    pub lines: Vec<BankLineGiven>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineVerdict {
    pub bank_reference: BankReference,
    /// False when it had been entered before.
    pub is_new: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesEntered {
    pub lines: Vec<LineVerdict>,
}

impl Process for EnterBankLines {
    const NAME: &'static str = "bank_line.enter_lines";
    type Outcome = LinesEntered;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<LinesEntered, Stop> {
        if self.lines.is_empty() || self.lines.len() > LINES_MAX {
            return Err(BankLineError::LinesInvalid.into());
        }
        workspace.need::<BankLine>(
            self.lines
                .iter()
                .map(|line| line.bank_reference.to_string()),
        )?;
        let mut verdicts = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let id = line.bank_reference.as_str();
            let is_new = *workspace.get::<BankLine>(id)? == BankLine::Absent;
            let subject = format!("bank_line/{id}");
            let text = |text: Option<&str>, what| {
                let text = written_if_any(text, what, TEXT_LENGTH_MAX)
                    .map_err(|_| BankLineError::LinesInvalid)?;
                Ok::<_, BankLineError>(text.map(|text| Personal::new(&subject, text)))
            };
            let entered = BankLineEntered {
                bank_reference: line.bank_reference.clone(),
                amount: line.amount,
                booked_on: line.booked_on,
                payer: text(line.payer.as_deref(), "付款人")?,
                memo: text(line.memo.as_deref(), "附言")?,
                account_no: line.account_no.clone(),
                entered_by: context.actor.clone(),
            };
            workspace.execute::<BankLine>(id, BankLineCommand::Enter(entered))?;
            verdicts.push(LineVerdict {
                bank_reference: line.bank_reference.clone(),
                is_new,
            });
        }
        Ok(LinesEntered { lines: verdicts })
    }
}

/// 不明款挂账: says of a line that nobody knows whose it is, and why it waits (R94).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HoldBankLine {
    pub bank_reference: BankReference,
    pub reason: String,
}

impl Process for HoldBankLine {
    const NAME: &'static str = "bank_line.hold";
    type Outcome = BankReference;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BankReference, Stop> {
        let reason = self.reason.clone();
        let command = BankLineCommand::Hold { reason };
        workspace.execute::<BankLine>(self.bank_reference.as_str(), command)?;
        Ok(self.bank_reference.clone())
    }
}

/// Books a line without a transfer claim: the memo says whose it is, or unidentified money is
/// claimed at last (R94). What is over stays as credit of the first account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BookBankLine {
    pub bank_reference: BankReference,
    pub accounts: Vec<AccountNo>,
    pub bills: Vec<BillNo>,
    /// Who has paid, when it was somebody else than the holder (代缴).
    pub payer: Option<String>,
}

impl Process for BookBankLine {
    const NAME: &'static str = "bank_line.book";
    type Outcome = PaymentBooked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentBooked, Stop> {
        let line = workspace.get::<BankLine>(self.bank_reference.as_str())?;
        let line = line.entered(&self.bank_reference)?;
        line.check_free()?;
        let amount = line.line.amount;
        let booking = Booking {
            bills: self.bills.clone(),
            payer: self.payer.clone(),
            bank_reference: Some(self.bank_reference.clone()),
            ..Booking::new(PaymentMethod::Transfer, amount, self.accounts.clone())
        };
        let booked = book(booking, context, workspace)?;
        let payment_id = booked.payment_id.clone();
        let command = BankLineCommand::Book { payment_id };
        workspace.execute::<BankLine>(self.bank_reference.as_str(), command)?;
        Ok(booked)
    }
}

/// The bank has taken the money back (E4): the payment it was is undone, its receipts are void, and
/// the bills are open again. The bank's number of the return is used once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReturnBankLine {
    pub bank_reference: BankReference,
    pub return_reference: BankReference,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReturned {
    pub bank_reference: BankReference,
    pub payment_id: Option<PaymentId>,
}

impl Process for ReturnBankLine {
    const NAME: &'static str = "bank_line.return";
    type Outcome = LineReturned;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<LineReturned, Stop> {
        let line = workspace.get::<BankLine>(self.bank_reference.as_str())?;
        let line = line.entered(&self.bank_reference)?;
        let payment_id = line.payment().cloned();
        if !line.shares().is_empty() {
            unmatch(&self.bank_reference, &self.reason, context, workspace)?;
        }
        let used = BankLineError::ReturnReferenceUsed(self.return_reference.clone());
        workspace.claim(
            ClaimKey::new("bank.return", self.return_reference.as_str()),
            self.bank_reference.as_str(),
            used.into(),
        )?;
        let command = BankLineCommand::Return {
            return_reference: self.return_reference.clone(),
            reason: self.reason.clone(),
        };
        workspace.execute::<BankLine>(self.bank_reference.as_str(), command)?;
        if let Some(payment_id) = &payment_id {
            undo(
                payment_id,
                &self.reason,
                UndoCause::Bank,
                context,
                workspace,
            )?;
        }
        Ok(LineReturned {
            bank_reference: self.bank_reference.clone(),
            payment_id,
        })
    }
}
