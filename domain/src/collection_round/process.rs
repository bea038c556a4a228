//! Planning a round, and what came of its visits; which money it was, the payments themselves say.

use chaobiao_decision::{Actor, ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::{CollectionRound, RoundRecord};
use super::command::CollectionRoundCommand;
use super::error::CollectionRoundError;
use super::event::{AccountVisited, RoundCancelled, RoundFinished, RoundPlanned, VisitOutcome};
use crate::account::Account;
use crate::campus::require_campus;
use crate::payment::{Payment, PaymentRecord};
use crate::staff::{Permission, Staff, require_staff, role};
use crate::units::{AccountNo, CampusId, CollectionRoundId, PaymentId, StaffLogin, business_date};

/// The round a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionRoundChanged {
    pub round_id: CollectionRoundId,
}

/// Sends a cashier from door to door (上门收费).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanCollectionRound {
    pub campus: CampusId,
    pub day: NaiveDate,
    pub cashier: StaffLogin,
    pub accounts: Vec<AccountNo>,
    pub note: Option<String>,
}

impl PlanCollectionRound {
    fn check_cashier(&self, workspace: &mut Workspace) -> Result<(), Stop> {
        require_staff(&self.cashier, "cashier", workspace)?;
        if !role::may(self.cashier.as_str(), Permission::TakePayments, workspace)? {
            return Err(CollectionRoundError::CashierMayNotCollect(self.cashier.clone()).into());
        }
        match workspace.get::<Staff>(self.cashier.as_str())? {
            Staff::Employed { record, .. }
                if record.campus.as_ref().is_some_and(|it| *it != self.campus) =>
            {
                Err(CollectionRoundError::CashierElsewhere(self.cashier.clone()).into())
            }
            _ => Ok(()),
        }
    }

    fn check_accounts(&self, workspace: &mut Workspace) -> Result<(), Stop> {
        workspace.need::<Account>(self.accounts.iter().map(ToString::to_string))?;
        for account_no in &self.accounts {
            let account = workspace.get::<Account>(account_no.as_str())?;
            let account = account
                .opened(account_no)
                .map_err(|error| Rejection::from(error).on("accountNos"))?;
            if account.campus != self.campus {
                return Err(CollectionRoundError::AccountElsewhere(account_no.clone()).into());
            }
        }
        Ok(())
    }
}

impl Process for PlanCollectionRound {
    const NAME: &'static str = "collection_round.plan";
    type Outcome = CollectionRoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectionRoundChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        self.check_cashier(workspace)?;
        let round_id = CollectionRoundId::try_new(context.derive_id("round").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let planned = RoundPlanned {
            round_id: round_id.clone(),
            campus: self.campus.clone(),
            day: self.day,
            cashier: self.cashier.clone(),
            accounts: self.accounts.clone(),
            note: self.note.clone(),
            planned_by: context.actor.clone(),
            planned_at: context.at,
        };
        // First, since it bounds how many accounts are loaded.
        let command = CollectionRoundCommand::Plan(Box::new(planned));
        workspace.execute::<CollectionRound>(round_id.as_str(), command)?;
        self.check_accounts(workspace)?;
        Ok(CollectionRoundChanged { round_id })
    }
}

/// Notes what came of a visit. What was paid is a payment already, booked as at the counter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordCollectionVisit {
    pub round_id: CollectionRoundId,
    pub account_no: AccountNo,
    pub outcome: VisitOutcome,
    pub payment_id: Option<PaymentId>,
    pub promised_on: Option<NaiveDate>,
    pub left_note: Option<String>,
    pub note: Option<String>,
}

impl RecordCollectionVisit {
    /// Whether all the account has paid in the round was undone since.
    fn is_undone(&self, round: &RoundRecord, workspace: &mut Workspace) -> Result<bool, Stop> {
        let payments = round.visit(&self.account_no).map(|visit| &visit.payments);
        for payment_id in payments.into_iter().flatten() {
            let payment = workspace.get::<Payment>(payment_id.as_str())?;
            if !payment.recorded(payment_id)?.reversed {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The payment must be the cashier's, of these days, and the account's; it counts in one round.
    fn check_payment(
        &self,
        payment_id: &PaymentId,
        round: &RoundRecord,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        let payment = workspace
            .get::<Payment>(payment_id.as_str())?
            .recorded(payment_id)?;
        if payment.reversed {
            return Err(CollectionRoundError::PaymentReversed(payment_id.clone()).into());
        }
        if payment.recorded.taken_by != Actor::Staff(round.cashier.to_string()) {
            return Err(CollectionRoundError::PaymentNotByCashier(payment_id.clone()).into());
        }
        if business_date(payment.recorded.paid_at) < round.day {
            return Err(CollectionRoundError::PaymentBefore(payment_id.clone()).into());
        }
        if !settles(payment, &self.account_no) {
            return Err(CollectionRoundError::PaymentOfOther(payment_id.clone()).into());
        }
        let taken = CollectionRoundError::PaymentUsed(payment_id.clone());
        let of_account = format!("{payment_id}/{}", self.account_no);
        let key = ClaimKey::new("collection_round.payment", of_account);
        workspace.claim(key, self.round_id.as_str(), taken.into())
    }
}

/// Whether some of the money was for the account's bills, now or later. A deposit pays nothing.
fn settles(payment: &PaymentRecord, account_no: &AccountNo) -> bool {
    let allocations = payment.recorded.allocations.iter();
    let credits = payment.recorded.credits.iter();
    allocations
        .map(|part| &part.account_no)
        .chain(credits.map(|part| &part.account_no))
        .any(|paid| paid == account_no)
}

impl Process for RecordCollectionVisit {
    const NAME: &'static str = "collection_round.record_visit";
    type Outcome = CollectionRoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectionRoundChanged, Stop> {
        let id = self.round_id.as_str();
        let round = workspace.get::<CollectionRound>(id)?.under_way()?.clone();
        if context.actor != Actor::Staff(round.cashier.to_string()) {
            return Err(CollectionRoundError::NotYours.into());
        }
        if let Some(payment_id) = &self.payment_id {
            self.check_payment(payment_id, &round, workspace)?;
        }
        let undone = self.is_undone(&round, workspace)?;
        let visited = AccountVisited {
            account_no: self.account_no.clone(),
            outcome: self.outcome,
            payment_id: self.payment_id.clone(),
            promised_on: self.promised_on,
            left_note: self.left_note.clone(),
            note: self.note.clone(),
            visited_by: context.actor.clone(),
            visited_at: context.at,
        };
        let command = CollectionRoundCommand::Visit { visited, undone };
        workspace.execute::<CollectionRound>(id, command)?;
        Ok(CollectionRoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}

/// Ends a round: by who went, or who sends cashiers out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishCollectionRound {
    pub round_id: CollectionRoundId,
    pub reason: Option<String>,
}

impl Process for FinishCollectionRound {
    const NAME: &'static str = "collection_round.finish";
    type Outcome = CollectionRoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectionRoundChanged, Stop> {
        let id = self.round_id.as_str();
        let cashier = workspace
            .get::<CollectionRound>(id)?
            .under_way()?
            .cashier
            .clone();
        if let Actor::Staff(login) = &context.actor
            && *login != cashier.as_str()
            && !role::may(login, Permission::ManageVisits, workspace)?
        {
            return Err(CollectionRoundError::NotYours.into());
        }
        let finished = RoundFinished {
            reason: self.reason.clone(),
            finished_by: context.actor.clone(),
            finished_at: context.at,
        };
        workspace.execute::<CollectionRound>(id, CollectionRoundCommand::Finish(finished))?;
        Ok(CollectionRoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}

/// Calls a round off on which nothing was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelCollectionRound {
    pub round_id: CollectionRoundId,
    pub reason: String,
}

impl Process for CancelCollectionRound {
    const NAME: &'static str = "collection_round.cancel";
    type Outcome = CollectionRoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectionRoundChanged, Stop> {
        let cancelled = RoundCancelled {
            reason: self.reason.clone(),
            cancelled_by: context.actor.clone(),
            cancelled_at: context.at,
        };
        let command = CollectionRoundCommand::Cancel(cancelled);
        workspace.execute::<CollectionRound>(self.round_id.as_str(), command)?;
        Ok(CollectionRoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}
