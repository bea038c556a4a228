use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::WaiverCommand;
use super::error::WaiverError;
use super::event::{WaiverEvent, WaiverRequested};
use crate::units::{WaiverId, written};

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// One waiver, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waiver {
    #[default]
    Absent,
    Requested(Box<WaiverRecord>),
}

/// What a waiver that was asked for knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRecord {
    pub requested: WaiverRequested,
    pub state: WaiverState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaiverState {
    Requested,
    Approved,
    Rejected,
    Reversed,
}

impl Waiver {
    /// The waiver, or the refusal that it is not known.
    pub fn requested(&self, waiver_id: &WaiverId) -> Result<&WaiverRecord, WaiverError> {
        match self {
            Self::Requested(waiver) => Ok(waiver),
            Self::Absent => Err(WaiverError::Unknown(waiver_id.clone())),
        }
    }
}

fn checked_reason(reason: &str) -> Result<String, WaiverError> {
    written(reason, "原因", REASON_LENGTH_MAX).map_err(|_| WaiverError::ReasonInvalid)
}

impl WaiverRecord {
    fn check_undecided(&self) -> Result<(), WaiverError> {
        match self.state {
            WaiverState::Requested => Ok(()),
            WaiverState::Rejected => Err(WaiverError::Rejected),
            WaiverState::Approved => Err(WaiverError::AlreadyApproved),
            WaiverState::Reversed => Err(WaiverError::AlreadyReversed),
        }
    }

    fn decide(&self, command: WaiverCommand) -> Result<WaiverEvent, WaiverError> {
        match command {
            WaiverCommand::Request(again) => Err(WaiverError::AlreadyRequested(again.waiver_id)),
            WaiverCommand::Approve { by, at } => {
                self.check_undecided()?;
                if by == self.requested.requested_by {
                    return Err(WaiverError::ApprovedByRequester);
                }
                Ok(WaiverEvent::Approved {
                    approved_by: by,
                    approved_at: at,
                })
            }
            WaiverCommand::Reject { reason, by, at } => {
                self.check_undecided()?;
                Ok(WaiverEvent::Rejected {
                    reason: checked_reason(&reason)?,
                    rejected_by: by,
                    rejected_at: at,
                })
            }
            WaiverCommand::Reverse { reason, by, at } => {
                match self.state {
                    WaiverState::Approved => {}
                    WaiverState::Reversed => return Err(WaiverError::AlreadyReversed),
                    WaiverState::Requested | WaiverState::Rejected => {
                        return Err(WaiverError::NotApproved);
                    }
                }
                Ok(WaiverEvent::Reversed {
                    reason: checked_reason(&reason)?,
                    reversed_by: by,
                    reversed_at: at,
                })
            }
        }
    }
}

impl Aggregate for Waiver {
    const TYPE: &'static str = "waiver";
    type Command = WaiverCommand;
    type Event = WaiverEvent;
    type Error = WaiverError;
    type Services = ();

    async fn handle(
        &mut self,
        command: WaiverCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), WaiverError> {
        let event = match (&*self, command) {
            (Self::Absent, WaiverCommand::Request(mut requested)) => {
                requested.reason = checked_reason(&requested.reason)?;
                WaiverEvent::Requested(*requested)
            }
            (Self::Absent, _) => return Err(WaiverError::Absent),
            (Self::Requested(waiver), command) => waiver.decide(command)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: WaiverEvent) {
        match (self, event) {
            (state, WaiverEvent::Requested(requested)) => {
                *state = Self::Requested(Box::new(WaiverRecord {
                    requested,
                    state: WaiverState::Requested,
                }));
            }
            (Self::Requested(waiver), WaiverEvent::Approved { .. }) => {
                waiver.state = WaiverState::Approved;
            }
            (Self::Requested(waiver), WaiverEvent::Rejected { .. }) => {
                waiver.state = WaiverState::Rejected;
            }
            (Self::Requested(waiver), WaiverEvent::Reversed { .. }) => {
                waiver.state = WaiverState::Reversed;
            }
            // No stream starts otherwise: `handle` lets nothing but a request through.
            (Self::Absent, _) => {}
        }
    }
}
