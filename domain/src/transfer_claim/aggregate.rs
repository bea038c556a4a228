use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::TransferClaimCommand;
use super::error::TransferClaimError;
use super::event::{TransferClaimEvent, TransferMismatch, TransferSubmitted};
use crate::units::{PaymentId, TransferClaimId, written};

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// One transfer claim, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum TransferClaim {
    #[default]
    Absent,
    Submitted(Box<TransferClaimRecord>),
}

/// What a claim that was made knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferClaimRecord {
    pub submitted: TransferSubmitted,
    pub state: ClaimState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClaimState {
    /// 待核
    Pending,
    /// 金额不符
    Mismatched(TransferMismatch),
    Verified(PaymentId),
    Rejected,
    Reversed,
}

impl TransferClaim {
    /// The claim, or the refusal that it is not known.
    pub fn submitted(
        &self,
        claim_id: &TransferClaimId,
    ) -> Result<&TransferClaimRecord, TransferClaimError> {
        match self {
            Self::Submitted(claim) => Ok(claim),
            Self::Absent => Err(TransferClaimError::Unknown(claim_id.clone())),
        }
    }
}

impl TransferClaimRecord {
    /// Whether it still waits to be borne out.
    pub fn check_waiting(&self) -> Result<(), TransferClaimError> {
        let claim_id = self.submitted.claim_id.clone();
        match self.state {
            ClaimState::Pending | ClaimState::Mismatched(_) => Ok(()),
            ClaimState::Verified(_) => Err(TransferClaimError::AlreadyVerified(claim_id)),
            ClaimState::Rejected | ClaimState::Reversed => {
                Err(TransferClaimError::Closed(claim_id))
            }
        }
    }

    fn decide(
        &self,
        command: TransferClaimCommand,
    ) -> Result<Option<TransferClaimEvent>, TransferClaimError> {
        Ok(Some(match command {
            TransferClaimCommand::Submit(again) => {
                return Err(TransferClaimError::Closed(again.claim_id));
            }
            TransferClaimCommand::NoteMismatch(mismatch) => {
                self.check_waiting()?;
                let known = |known: &TransferMismatch| {
                    known.bank_reference == mismatch.bank_reference
                        && known.received == mismatch.received
                };
                if matches!(&self.state, ClaimState::Mismatched(noted) if known(noted)) {
                    return Ok(None);
                }
                TransferClaimEvent::MismatchNoted(mismatch)
            }
            TransferClaimCommand::Verify(verified) => {
                self.check_waiting()?;
                if verified.verified_by == self.submitted.submitted_by {
                    return Err(TransferClaimError::VerifiedByRegistrar);
                }
                TransferClaimEvent::Verified(verified)
            }
            TransferClaimCommand::Reject { reason, by } => {
                self.check_waiting()?;
                let reason = written(&reason, "原因", REASON_LENGTH_MAX)
                    .map_err(|_| TransferClaimError::ReasonInvalid)?;
                TransferClaimEvent::Rejected {
                    reason,
                    rejected_by: by,
                }
            }
            TransferClaimCommand::Reverse { payment_id, reason } => {
                if self.state != ClaimState::Verified(payment_id.clone()) {
                    let claim_id = self.submitted.claim_id.clone();
                    return Err(TransferClaimError::Closed(claim_id));
                }
                TransferClaimEvent::Reversed { payment_id, reason }
            }
        }))
    }
}

impl Aggregate for TransferClaim {
    const TYPE: &'static str = "transfer_claim";
    type Command = TransferClaimCommand;
    type Event = TransferClaimEvent;
    type Error = TransferClaimError;
    type Services = ();

    async fn handle(
        &mut self,
        command: TransferClaimCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), TransferClaimError> {
        let event = match (&*self, command) {
            (Self::Absent, TransferClaimCommand::Submit(submitted)) => {
                if !submitted.amount.is_positive() {
                    return Err(TransferClaimError::NotPositive);
                }
                Some(TransferClaimEvent::Submitted(*submitted))
            }
            (Self::Absent, _) => return Err(TransferClaimError::Absent),
            (Self::Submitted(claim), command) => claim.decide(command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: TransferClaimEvent) {
        let claim = match (self, event) {
            (state, TransferClaimEvent::Submitted(submitted)) => {
                *state = Self::Submitted(Box::new(TransferClaimRecord {
                    submitted,
                    state: ClaimState::Pending,
                }));
                return;
            }
            // No stream starts otherwise: `handle` lets nothing but a submission through.
            (Self::Absent, _) => return,
            (Self::Submitted(claim), event) => (claim, event),
        };
        claim.0.state = match claim.1 {
            TransferClaimEvent::Submitted(_) => ClaimState::Pending,
            TransferClaimEvent::MismatchNoted(mismatch) => ClaimState::Mismatched(mismatch),
            TransferClaimEvent::Verified(verified) => ClaimState::Verified(verified.payment_id),
            TransferClaimEvent::Rejected { .. } => ClaimState::Rejected,
            TransferClaimEvent::Reversed { .. } => ClaimState::Reversed,
        };
    }
}
