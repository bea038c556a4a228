use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::COLLECTION_ROUND_ACCOUNTS_MAX;
use super::command::CollectionRoundCommand;
use super::error::CollectionRoundError;
use super::event::{
    AccountVisited, CollectionRoundEvent, RoundCancelled, RoundFinished, RoundPlanned, VisitOutcome,
};
use crate::units::{
    AccountNo, CampusId, PaymentId, StaffLogin, business_date, written, written_if_any,
};

const TEXT_LENGTH_MAX: usize = 200;

/// One cashier's round of a day, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CollectionRound {
    #[default]
    Absent,
    Planned(Box<RoundRecord>),
    /// Finished or cancelled.
    Over(Box<RoundRecord>),
}

/// Who is visited, and what has come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundRecord {
    pub campus: CampusId,
    pub day: NaiveDate,
    pub cashier: StaffLogin,
    accounts: BTreeSet<AccountNo>,
    visits: BTreeMap<AccountNo, DoorVisit>,
}

/// The last that came of an account's visits, and all it paid on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorVisit {
    pub outcome: VisitOutcome,
    pub payments: BTreeSet<PaymentId>,
}

impl CollectionRound {
    /// The round, as long as it goes on.
    pub fn under_way(&self) -> Result<&RoundRecord, CollectionRoundError> {
        match self {
            Self::Absent => Err(CollectionRoundError::NotFound),
            Self::Planned(round) => Ok(round),
            Self::Over(_) => Err(CollectionRoundError::Over),
        }
    }
}

impl RoundRecord {
    pub fn visit(&self, account_no: &AccountNo) -> Option<&DoorVisit> {
        self.visits.get(account_no)
    }

    fn unvisited(&self) -> usize {
        self.accounts.len().saturating_sub(self.visits.len())
    }

    fn has_payments(&self) -> bool {
        let mut visits = self.visits.values();
        visits.any(|visit| !visit.payments.is_empty())
    }
}

impl Aggregate for CollectionRound {
    const TYPE: &'static str = "collection_round";
    type Command = CollectionRoundCommand;
    type Event = CollectionRoundEvent;
    type Error = CollectionRoundError;
    type Services = ();

    async fn handle(
        &mut self,
        command: CollectionRoundCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), CollectionRoundError> {
        if let Some(event) = decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CollectionRoundEvent) {
        match event {
            CollectionRoundEvent::Planned(planned) => {
                *self = Self::Planned(Box::new(RoundRecord {
                    campus: planned.campus,
                    day: planned.day,
                    cashier: planned.cashier,
                    accounts: planned.accounts.into_iter().collect(),
                    visits: BTreeMap::new(),
                }));
            }
            CollectionRoundEvent::AccountVisited(visited) => {
                if let Self::Planned(round) | Self::Over(round) = self {
                    let visit = round.visits.entry(visited.account_no).or_insert(DoorVisit {
                        outcome: visited.outcome,
                        payments: BTreeSet::new(),
                    });
                    visit.outcome = visited.outcome;
                    visit.payments.extend(visited.payment_id);
                }
            }
            CollectionRoundEvent::Finished(_) | CollectionRoundEvent::Cancelled(_) => {
                if let Self::Planned(round) = self {
                    *self = Self::Over(round.clone());
                }
            }
        }
    }
}

fn decide(
    round: &CollectionRound,
    command: CollectionRoundCommand,
) -> Result<Option<CollectionRoundEvent>, CollectionRoundError> {
    Ok(Some(match command {
        CollectionRoundCommand::Plan(planned) => plan(round, *planned)?,
        CollectionRoundCommand::Visit { visited, undone } => {
            return visit(round.under_way()?, visited, undone);
        }
        CollectionRoundCommand::Finish(finished) => {
            let unvisited = round.under_way()?.unvisited();
            let reason = text(finished.reason.as_deref(), "原因")?;
            if unvisited > 0 && reason.is_none() {
                return Err(CollectionRoundError::ReasonRequired(unvisited));
            }
            CollectionRoundEvent::Finished(RoundFinished { reason, ..finished })
        }
        CollectionRoundCommand::Cancel(cancelled) => {
            if round.under_way()?.has_payments() {
                return Err(CollectionRoundError::HasPayments);
            }
            let reason = written(&cancelled.reason, "取消原因", TEXT_LENGTH_MAX)
                .map_err(CollectionRoundError::Text)?;
            CollectionRoundEvent::Cancelled(RoundCancelled {
                reason,
                ..cancelled
            })
        }
    }))
}

fn plan(
    round: &CollectionRound,
    planned: RoundPlanned,
) -> Result<CollectionRoundEvent, CollectionRoundError> {
    if *round != CollectionRound::Absent {
        return Err(CollectionRoundError::AlreadyPlanned);
    }
    if planned.accounts.is_empty() {
        return Err(CollectionRoundError::NoAccounts);
    }
    if planned.accounts.len() > COLLECTION_ROUND_ACCOUNTS_MAX {
        return Err(CollectionRoundError::TooManyAccounts);
    }
    let mut seen = BTreeSet::new();
    if let Some(again) = planned.accounts.iter().find(|no| !seen.insert(*no)) {
        return Err(CollectionRoundError::AccountTwice(again.clone()));
    }
    if planned.day < business_date(planned.planned_at) {
        return Err(CollectionRoundError::DayPast(planned.day));
    }
    let note = text(planned.note.as_deref(), "备注")?;
    Ok(CollectionRoundEvent::Planned(RoundPlanned {
        note,
        ..planned
    }))
}

fn visit(
    round: &RoundRecord,
    visited: AccountVisited,
    undone: bool,
) -> Result<Option<CollectionRoundEvent>, CollectionRoundError> {
    let account_no = &visited.account_no;
    if !round.accounts.contains(account_no) {
        return Err(CollectionRoundError::NotListed(account_no.clone()));
    }
    let today = business_date(visited.visited_at);
    if today < round.day {
        return Err(CollectionRoundError::NotYet(round.day));
    }
    let is_paid = visited.outcome == VisitOutcome::Paid;
    match &visited.payment_id {
        None if is_paid => return Err(CollectionRoundError::PaymentMissing),
        Some(_) if !is_paid => return Err(CollectionRoundError::PaymentUnexpected),
        _ => {}
    }
    match visited.promised_on {
        None if visited.outcome == VisitOutcome::Promised => {
            return Err(CollectionRoundError::PromiseMissing);
        }
        Some(_) if visited.outcome != VisitOutcome::Promised => {
            return Err(CollectionRoundError::PromiseUnexpected);
        }
        Some(day) if day < today => return Err(CollectionRoundError::PromisePast),
        _ => {}
    }
    if let Some(before) = round.visit(account_no) {
        // Said twice, it is the same visit. Paid in two parts are two payments.
        let known = visited.payment_id.as_ref();
        if known.is_some_and(|payment_id| before.payments.contains(payment_id)) {
            return Ok(None);
        }
        if before.outcome == VisitOutcome::Paid && !is_paid && !undone {
            return Err(CollectionRoundError::AlreadyPaid(account_no.clone()));
        }
    }
    let note = text(visited.note.as_deref(), "备注")?;
    if note.is_none() && visited.outcome == VisitOutcome::Other {
        return Err(CollectionRoundError::NoteRequired);
    }
    let left_note = text(visited.left_note.as_deref(), "联系便条")?;
    Ok(Some(CollectionRoundEvent::AccountVisited(AccountVisited {
        left_note,
        note,
        ..visited
    })))
}

/// What somebody wrote, without the space around it; nothing when there is nothing else.
fn text(text: Option<&str>, what: &'static str) -> Result<Option<String>, CollectionRoundError> {
    written_if_any(text, what, TEXT_LENGTH_MAX).map_err(CollectionRoundError::Text)
}
