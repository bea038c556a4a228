//! Claiming a transfer, and bearing it out or turning it down.

use chaobiao_decision::{Actor, ClaimKey, CommandContext, Personal, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::TransferClaim;
use super::command::TransferClaimCommand;
use super::error::TransferClaimError;
use super::event::{TransferMismatch, TransferSubmitted, TransferVerified};
use crate::account::{Account, AccountCommand, PaperStep};
use crate::bank_line::{BankLine, BankLineCommand};
use crate::campus::require_campus;
use crate::payment::{Booking, PaymentAllocation, PaymentMethod, book};
use crate::units::{
    AccountNo, BankReference, BillNo, CampusId, Fen, PaymentId, Phone, PhotoHash, TransferClaimId,
    business_date,
};

/// As many as one payment may settle.
pub(super) const ACCOUNTS_MAX: usize = 100;

/// A screenshot and whether its store has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimPhoto {
    pub photo: PhotoHash,
    pub is_stored: bool,
}

/// Says that money was transferred: by a resident with a screenshot (R28, R55), or by a cashier to
/// whom it was shown at a counter. A claim only: nothing is paid, but nobody is dunned meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SubmitTransfer {
    pub accounts: Vec<AccountNo>,
    pub bills: Vec<BillNo>,
    pub amount: Fen,
    pub photo: Option<ClaimPhoto>,
    pub transferred_on: Option<NaiveDate>,
    /// The counter's; residents have none.
    pub campus: Option<CampusId>,
    /// Whom to write to, where a counter registers it.
    pub phone: Option<Phone>,
}

/// The claim a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimChanged {
    pub claim_id: TransferClaimId,
}

fn photo_claim(photo: &PhotoHash) -> ClaimKey {
    ClaimKey::new("transfer.photo", photo.as_str())
}

impl SubmitTransfer {
    fn check_accounts(&self, actor: &Actor, workspace: &mut Workspace) -> Result<(), Stop> {
        let mut unseen: Vec<&BillNo> = self.bills.iter().collect();
        for account_no in &self.accounts {
            let account = workspace.get::<Account>(account_no.as_str())?;
            let account = account.opened(account_no)?;
            if let Actor::Customer(customer) = actor
                && !account.bound_to().any(|bound| bound.as_str() == customer)
            {
                return Err(TransferClaimError::AccountNotYours(account_no.clone()).into());
            }
            unseen.retain(|bill_no| account.ledger().bill(bill_no).is_none());
        }
        match unseen.first() {
            Some(bill_no) => Err(TransferClaimError::BillUnknown((*bill_no).clone()).into()),
            None => Ok(()),
        }
    }
}

impl Process for SubmitTransfer {
    const NAME: &'static str = "transfer_claim.submit";
    type Outcome = ClaimChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ClaimChanged, Stop> {
        if self.accounts.is_empty() || self.accounts.len() > ACCOUNTS_MAX {
            return Err(TransferClaimError::AccountsInvalid.into());
        }
        let is_customer = matches!(context.actor, Actor::Customer(_));
        match &self.photo {
            Some(photo) if !photo.is_stored => return Err(TransferClaimError::PhotoUnknown.into()),
            None if is_customer => return Err(TransferClaimError::PhotoMissing.into()),
            Some(_) | None => {}
        }
        if self
            .transferred_on
            .is_some_and(|day| day > business_date(context.at))
        {
            return Err(TransferClaimError::DateInFuture.into());
        }
        workspace.need::<Account>(self.accounts.iter().map(ToString::to_string))?;
        self.check_accounts(&context.actor, workspace)?;
        if let Some(campus) = &self.campus {
            require_campus(campus, "campusId", workspace)?;
        }
        let claim_id = TransferClaimId::try_new(context.derive_id("transfer").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let photo = self.photo.as_ref().map(|photo| photo.photo.clone());
        if let Some(photo) = &photo {
            let used = TransferClaimError::PhotoUsed.into();
            workspace.claim(photo_claim(photo), claim_id.as_str(), used)?;
        }
        let phone = self.phone.clone();
        let submitted = TransferSubmitted {
            claim_id: claim_id.clone(),
            accounts: self.accounts.clone(),
            bills: self.bills.clone(),
            amount: self.amount,
            photo,
            transferred_on: self.transferred_on,
            campus: self.campus.clone(),
            phone: phone.map(|phone| Personal::new(format!("transfer_claim/{claim_id}"), phone)),
            submitted_by: context.actor.clone(),
            submitted_at: context.at,
        };
        let command = TransferClaimCommand::Submit(Box::new(submitted));
        workspace.execute::<TransferClaim>(claim_id.as_str(), command)?;
        dun(&self.accounts, &claim_id, false, workspace)?;
        Ok(ClaimChanged { claim_id })
    }
}

/// Pauses or resumes the dunning of all accounts of a claim.
fn dun(
    accounts: &[AccountNo],
    claim_id: &TransferClaimId,
    resume: bool,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    for account_no in accounts {
        let claim_id = claim_id.clone();
        let step = if resume {
            PaperStep::ResumeDunning { claim_id }
        } else {
            PaperStep::PauseDunning { claim_id }
        };
        workspace.execute::<Account>(account_no.as_str(), AccountCommand::Paper(step))?;
    }
    Ok(())
}

/// Bears a claim out by a line of the bank's statement. Where the amounts differ, a mismatch is
/// noted and nothing paid, until somebody accepts what the bank has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyTransfer {
    pub claim_id: TransferClaimId,
    pub bank_reference: BankReference,
    pub accept_bank_amount: bool,
}

/// What came of it: a payment, or a mismatch and no payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferChecked {
    pub claim_id: TransferClaimId,
    pub payment_id: Option<PaymentId>,
    pub allocations: Vec<PaymentAllocation>,
}

impl Process for VerifyTransfer {
    const NAME: &'static str = "transfer_claim.verify";
    type Outcome = TransferChecked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TransferChecked, Stop> {
        Stop::join([
            workspace.need::<TransferClaim>([self.claim_id.to_string()]),
            workspace.need::<BankLine>([self.bank_reference.to_string()]),
        ])?;
        let claim = workspace.get::<TransferClaim>(self.claim_id.as_str())?;
        let claim = claim.submitted(&self.claim_id)?;
        claim.check_waiting()?;
        let claimed = claim.submitted.clone();
        let line = workspace.get::<BankLine>(self.bank_reference.as_str())?;
        let line = line.entered(&self.bank_reference)?;
        line.check_free()?;
        let received = line.line.amount;
        let claim_id = self.claim_id.clone();
        if received != claimed.amount && !self.accept_bank_amount {
            let mismatch = TransferMismatch {
                bank_reference: self.bank_reference.clone(),
                claimed: claimed.amount,
                received,
                noted_by: context.actor.clone(),
            };
            let command = TransferClaimCommand::NoteMismatch(mismatch);
            workspace.execute::<TransferClaim>(claim_id.as_str(), command)?;
            return Ok(TransferChecked {
                claim_id,
                payment_id: None,
                allocations: Vec::new(),
            });
        }
        let booking = Booking {
            bills: claimed.bills,
            campus: claimed.campus,
            bank_reference: Some(self.bank_reference.clone()),
            transfer_claim: Some(claim_id.clone()),
            ..Booking::new(PaymentMethod::Transfer, received, claimed.accounts.clone())
        };
        let booked = book(booking, context, workspace)?;
        let payment_id = booked.payment_id.clone();
        let command = BankLineCommand::Book {
            payment_id: payment_id.clone(),
        };
        workspace.execute::<BankLine>(self.bank_reference.as_str(), command)?;
        let verified = TransferVerified {
            bank_reference: self.bank_reference.clone(),
            payment_id: payment_id.clone(),
            amount: received,
            verified_by: context.actor.clone(),
        };
        let command = TransferClaimCommand::Verify(verified);
        workspace.execute::<TransferClaim>(claim_id.as_str(), command)?;
        dun(&claimed.accounts, &claim_id, true, workspace)?;
        Ok(TransferChecked {
            claim_id,
            payment_id: Some(payment_id),
            allocations: booked.allocations,
        })
    }
}

/// Turns a claim down; whoever made it is told why, and may send the picture in again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejectTransfer {
    pub claim_id: TransferClaimId,
    pub reason: String,
}

impl Process for RejectTransfer {
    const NAME: &'static str = "transfer_claim.reject";
    type Outcome = ClaimChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ClaimChanged, Stop> {
        let claim = workspace.get::<TransferClaim>(self.claim_id.as_str())?;
        let claimed = claim.submitted(&self.claim_id)?.submitted.clone();
        workspace.need::<Account>(claimed.accounts.iter().map(ToString::to_string))?;
        let command = TransferClaimCommand::Reject {
            reason: self.reason.clone(),
            by: context.actor.clone(),
        };
        workspace.execute::<TransferClaim>(self.claim_id.as_str(), command)?;
        dun(&claimed.accounts, &self.claim_id, true, workspace)?;
        if let Some(photo) = &claimed.photo {
            workspace.release(photo_claim(photo))?;
        }
        Ok(ClaimChanged {
            claim_id: self.claim_id.clone(),
        })
    }
}
