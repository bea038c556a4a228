use chaobiao_decision::Actor;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::RefundCommand;
use super::error::RefundError;
use super::event::{RefundEvent, RefundPaid, RefundRequested};
use crate::units::{Fen, RefundId, written};

pub(super) const REASON_LENGTH_MAX: usize = 200;
pub(super) const PAYEE_LENGTH_MAX: usize = 120;

/// One refund, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Refund {
    #[default]
    Absent,
    Requested(Box<RefundRecord>),
}

/// What a refund that was asked for knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundRecord {
    pub requested: RefundRequested,
    pub state: RefundState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundState {
    Requested,
    Approved { by: Actor },
    Rejected,
    Paid(RefundPaid),
    Returned,
}

impl Refund {
    /// The refund, or the refusal that it is not known.
    pub fn requested(&self, refund_id: &RefundId) -> Result<&RefundRecord, RefundError> {
        match self {
            Self::Requested(refund) => Ok(refund),
            Self::Absent => Err(RefundError::Unknown(refund_id.clone())),
        }
    }
}

pub(super) fn checked_reason(reason: &str) -> Result<String, RefundError> {
    written(reason, "原因", REASON_LENGTH_MAX).map_err(|_| RefundError::ReasonInvalid)
}

fn request(mut requested: RefundRequested) -> Result<RefundEvent, RefundError> {
    if requested.amount <= Fen::ZERO {
        return Err(RefundError::NotPositive);
    }
    requested.reason = checked_reason(&requested.reason)?;
    Ok(RefundEvent::Requested(requested))
}

impl RefundRecord {
    /// The one who approved it, once somebody has.
    pub fn check_approved(&self) -> Result<&Actor, RefundError> {
        match &self.state {
            RefundState::Approved { by } => Ok(by),
            RefundState::Requested => Err(RefundError::NotApproved),
            RefundState::Rejected => Err(RefundError::Rejected),
            RefundState::Paid(_) | RefundState::Returned => Err(RefundError::AlreadyPaid),
        }
    }

    /// How it was paid, if it was and the money has not come back.
    pub fn check_paid(&self) -> Result<&RefundPaid, RefundError> {
        match &self.state {
            RefundState::Paid(paid) => Ok(paid),
            RefundState::Returned => Err(RefundError::AlreadyReturned),
            _ => Err(RefundError::NotPaid),
        }
    }

    fn check_undecided(&self) -> Result<(), RefundError> {
        match self.state {
            RefundState::Requested => Ok(()),
            RefundState::Rejected => Err(RefundError::Rejected),
            _ => Err(RefundError::AlreadyApproved),
        }
    }

    fn decide(&self, command: RefundCommand) -> Result<RefundEvent, RefundError> {
        match command {
            RefundCommand::Request(again) => Err(RefundError::AlreadyRequested(again.refund_id)),
            RefundCommand::Approve { by, at } => {
                self.check_undecided()?;
                if by == self.requested.requested_by {
                    return Err(RefundError::ApprovedByRequester);
                }
                Ok(RefundEvent::Approved {
                    approved_by: by,
                    approved_at: at,
                })
            }
            // What is approved and cannot be paid out any more is turned down as well.
            RefundCommand::Reject { reason, by, at } => {
                if !matches!(self.state, RefundState::Approved { .. }) {
                    self.check_undecided()?;
                }
                Ok(RefundEvent::Rejected {
                    reason: checked_reason(&reason)?,
                    rejected_by: by,
                    rejected_at: at,
                })
            }
            RefundCommand::Pay(paid) => {
                if *self.check_approved()? == paid.paid_by {
                    return Err(RefundError::PaidByApprover);
                }
                Ok(RefundEvent::Paid(paid))
            }
            RefundCommand::Return {
                reason,
                till,
                by,
                at,
            } => {
                self.check_paid()?;
                Ok(RefundEvent::Returned {
                    reason: checked_reason(&reason)?,
                    till,
                    returned_by: by,
                    returned_at: at,
                })
            }
        }
    }
}

impl Aggregate for Refund {
    const TYPE: &'static str = "refund";
    type Command = RefundCommand;
    type Event = RefundEvent;
    type Error = RefundError;
    type Services = ();

    async fn handle(
        &mut self,
        command: RefundCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), RefundError> {
        let event = match (&*self, command) {
            (Self::Absent, RefundCommand::Request(requested)) => request(*requested)?,
            (Self::Absent, _) => return Err(RefundError::Absent),
            (Self::Requested(refund), command) => refund.decide(command)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: RefundEvent) {
        match (self, event) {
            (state, RefundEvent::Requested(requested)) => {
                *state = Self::Requested(Box::new(RefundRecord {
                    requested,
                    state: RefundState::Requested,
                }));
            }
            (Self::Requested(refund), event) => {
                refund.state = match event {
                    RefundEvent::Requested(_) => return,
                    RefundEvent::Approved { approved_by, .. } => {
                        RefundState::Approved { by: approved_by }
                    }
                    RefundEvent::Rejected { .. } => RefundState::Rejected,
                    RefundEvent::Paid(paid) => RefundState::Paid(paid),
                    RefundEvent::Returned { .. } => RefundState::Returned,
                };
            }
            // No stream starts otherwise: `handle` lets nothing but a request through.
            (Self::Absent, _) => {}
        }
    }
}
