//! Giving a receipt for a payment, over the payment and the campus's book.

use chaobiao_decision::{ClaimKey, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::ReceiptBook;
use super::command::ReceiptBookCommand;
use super::error::ReceiptError;
use crate::account::{Account, AccountCommand, PaperStep};
use crate::campus::{Campus, require_campus};
use crate::payment::{
    Payment, PaymentCommand, PaymentError, PaymentRecord, ReceiptGiven, ReceiptItem, ReceiptPart,
    bills_of,
};
use crate::units::{AccountNo, BillingMonth, CampusId, Fen, PaymentId, ReceiptNo, business_date};

/// By this key the payment of a receipt is found.
pub fn receipt_claim(receipt_no: &ReceiptNo) -> ClaimKey {
    ClaimKey::new("receipt.payment", receipt_no.as_str())
}

/// Hands out a receipt at a counter of any campus: a joint one for the whole payment, or one for
/// some of its accounts and purposes. Nothing gets a receipt twice (R31).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssueReceipt {
    pub payment_id: PaymentId,
    pub campus: CampusId,
    /// None means all accounts of the payment.
    pub accounts: Vec<AccountNo>,
    /// None means water, electricity and credit together.
    pub parts: Vec<ReceiptPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptBooked {
    pub receipt_no: ReceiptNo,
    pub payment_id: PaymentId,
    pub total: Fen,
}

impl IssueReceipt {
    fn covers(&self, item: &ReceiptItem) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(&item.account_no))
            && (self.parts.is_empty() || self.parts.contains(&item.part))
    }

    /// A bill whose void receipt is still out gets no other: there would be two papers for it.
    fn check_papers_back(
        items: &[ReceiptItem],
        payment: &PaymentRecord,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        workspace.need::<Account>(items.iter().map(|item| item.account_no.to_string()))?;
        for item in items {
            let account = workspace.get::<Account>(item.account_no.as_str())?;
            let account = account.opened(&item.account_no)?;
            let bills = bills_of(&item.account_no, payment);
            if let Some(out) = account.recalled_receipt(&bills) {
                return Err(PaymentError::ReceiptStillOut(out.clone()).into());
            }
        }
        Ok(())
    }
}

impl Process for IssueReceipt {
    const NAME: &'static str = "receipt.issue_receipt";
    type Outcome = ReceiptBooked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReceiptBooked, Stop> {
        let month = BillingMonth::of(business_date(context.at));
        Stop::join([
            workspace.need::<Campus>([self.campus.to_string()]),
            workspace.need::<Payment>([self.payment_id.to_string()]),
            workspace.need::<ReceiptBook>([ReceiptBook::id(&self.campus, month)]),
        ])?;
        require_campus(&self.campus, "campusId", workspace)?;
        let payment = workspace.get::<Payment>(self.payment_id.as_str())?;
        let payment = payment.recorded(&self.payment_id)?.clone();
        let mut items = payment.items();
        items.retain(|item| self.covers(item));
        if !payment.reversed {
            Self::check_papers_back(&items, &payment, workspace)?;
        }
        let total =
            Fen::checked_sum(items.iter().map(|item| item.amount)).ok_or(PaymentError::Overflow)?;
        let receipt_no = give_number(self, total, month, workspace)?;
        let receipt = ReceiptGiven {
            payment_id: self.payment_id.clone(),
            receipt_no: receipt_no.clone(),
            campus: self.campus.clone(),
            items,
            total,
            issued_at: context.at,
            issued_by: context.actor.clone(),
        };
        let command = PaymentCommand::GiveReceipt(receipt);
        workspace.execute::<Payment>(self.payment_id.as_str(), command)?;
        // Numbers are unique already; the claim is there to be looked up.
        let taken = ReceiptError::BookNotOpen.into();
        workspace.claim_fresh(receipt_claim(&receipt_no), self.payment_id.as_str(), taken);
        Ok(ReceiptBooked {
            receipt_no,
            payment_id: self.payment_id.clone(),
            total,
        })
    }
}

fn give_number(
    request: &IssueReceipt,
    total: Fen,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<ReceiptNo, Stop> {
    let campus = &request.campus;
    let month = open_book(campus, month, workspace)?;
    let book = ReceiptBook::id(campus, month);
    let payment_id = request.payment_id.clone();
    workspace
        .execute::<ReceiptBook>(&book, ReceiptBookCommand::GiveNumber { payment_id, total })?;
    Ok(workspace.get::<ReceiptBook>(&book)?.last_receipt_no()?)
}

/// The month whose book of this campus takes the next number: this month's, opened when it is the
/// first to be written in, or a later one where a clock was ahead.
fn open_book(
    campus: &CampusId,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<BillingMonth, Stop> {
    let mut at = month;
    loop {
        match workspace.get::<ReceiptBook>(&ReceiptBook::id(campus, at))? {
            ReceiptBook::Open { .. } => return Ok(at),
            ReceiptBook::Closed { carried_to } => at = *carried_to,
            ReceiptBook::Absent => break,
        }
    }
    let year = year_of(month);
    let ids: Vec<String> = year
        .iter()
        .map(|month| ReceiptBook::id(campus, *month))
        .collect();
    workspace.need::<ReceiptBook>(ids.iter().cloned())?;
    // One book of a year is open at a time: opening the next closes it, in the same commit.
    let mut carried = 0;
    for (other, id) in year.into_iter().zip(&ids) {
        let Some(last) = workspace.get::<ReceiptBook>(id)?.last() else {
            continue;
        };
        if other > month {
            return Ok(other);
        }
        carried = last;
        workspace.execute::<ReceiptBook>(id, ReceiptBookCommand::Close { carried_to: month })?;
    }
    let open = ReceiptBookCommand::Open {
        campus: campus.clone(),
        month,
        carried,
    };
    workspace.execute::<ReceiptBook>(&ReceiptBook::id(campus, month), open)?;
    Ok(month)
}

fn year_of(month: BillingMonth) -> Vec<BillingMonth> {
    (1..=12)
        .filter_map(|number| BillingMonth::try_new(month.year(), number).ok())
        .collect()
}

/// Prints a receipt again; the paper is marked as a copy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReprintReceipt {
    pub receipt_no: ReceiptNo,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptCopied {
    pub receipt_no: ReceiptNo,
    pub payment_id: PaymentId,
}

impl Process for ReprintReceipt {
    const NAME: &'static str = "receipt.reprint_receipt";
    type Outcome = ReceiptCopied;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReceiptCopied, Stop> {
        let payment_id = payment_of(&self.receipt_no, workspace)?;
        let command = PaymentCommand::ReprintReceipt {
            receipt_no: self.receipt_no.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(payment_id.as_str(), command)?;
        Ok(ReceiptCopied {
            receipt_no: self.receipt_no.clone(),
            payment_id,
        })
    }
}

/// The payment a receipt was given for.
pub(crate) fn payment_of(receipt_no: &ReceiptNo, workspace: &Workspace) -> Result<PaymentId, Stop> {
    workspace
        .holder(&receipt_claim(receipt_no))?
        .and_then(|holder| PaymentId::try_new(holder).ok())
        .ok_or_else(|| ReceiptError::Unknown(receipt_no.clone()).into())
}

/// Takes the paper of a void receipt back, or notes why it will never come: until then the bills it
/// was for get no other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeReceiptBack {
    pub receipt_no: ReceiptNo,
    pub lost: Option<String>,
}

impl Process for TakeReceiptBack {
    const NAME: &'static str = "receipt.take_back";
    type Outcome = ReceiptCopied;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReceiptCopied, Stop> {
        let payment_id = payment_of(&self.receipt_no, workspace)?;
        let payment = workspace.get::<Payment>(payment_id.as_str())?;
        let accounts = payment.recorded(&payment_id)?.accounts();
        workspace.need::<Account>(accounts.iter().map(ToString::to_string))?;
        let receipt_no = self.receipt_no.clone();
        let command = PaymentCommand::TakeReceiptBack {
            receipt_no: receipt_no.clone(),
            lost: self.lost.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(payment_id.as_str(), command)?;
        for account_no in accounts {
            let receipt_no = receipt_no.clone();
            let step = AccountCommand::Paper(PaperStep::ReturnReceipt { receipt_no });
            workspace.execute::<Account>(account_no.as_str(), step)?;
        }
        Ok(ReceiptCopied {
            receipt_no,
            payment_id,
        })
    }
}
