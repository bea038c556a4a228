use std::collections::BTreeMap;

use chaobiao_decision::Actor;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::TillCommand;
use super::error::TillError;
use super::event::{MethodCount, TillEvent, TillMethod, TillSigned};
use crate::units::{Fen, PaymentId, TillId, written, written_if_any};

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// One till, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Till {
    #[default]
    Absent,
    Opened(Box<TillRecord>),
}

/// What a till that was opened knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillRecord {
    pub till_id: TillId,
    pub state: TillState,
    sums: BTreeMap<TillMethod, Fen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TillState {
    Open,
    Signed,
    Approved,
}

impl Till {
    /// The till, or the refusal that it is not known.
    pub fn opened(&self, till_id: &TillId) -> Result<&TillRecord, TillError> {
        match self {
            Self::Opened(till) => Ok(till),
            Self::Absent => Err(TillError::Unknown(till_id.clone())),
        }
    }

    /// Whether money can be put in or taken out.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Opened(till) if till.state == TillState::Open)
    }
}

/// The cashier, as the author of commands.
fn cashier(till_id: &TillId) -> Actor {
    Actor::Staff(till_id.cashier.to_string())
}

impl TillRecord {
    /// What should be there.
    pub fn expected(&self, method: TillMethod) -> Fen {
        self.sums.get(&method).copied().unwrap_or_default()
    }

    fn check_open(&self) -> Result<(), TillError> {
        match self.state {
            TillState::Open => Ok(()),
            TillState::Signed | TillState::Approved => Err(TillError::Closed(self.till_id.clone())),
        }
    }

    fn check_review(&self, by: &Actor) -> Result<(), TillError> {
        match self.state {
            TillState::Open => return Err(TillError::NotSigned(self.till_id.clone())),
            TillState::Approved => return Err(TillError::AlreadyApproved(self.till_id.clone())),
            TillState::Signed => {}
        }
        if *by == cashier(&self.till_id) {
            return Err(TillError::ApprovedByCashier);
        }
        Ok(())
    }

    fn check_room(&self, method: TillMethod, amount: Fen, is_in: bool) -> Result<(), TillError> {
        self.check_open()?;
        let expected = self.expected(method);
        let after = if is_in {
            expected.checked_add(amount)
        } else {
            expected.checked_sub(amount)
        };
        after.map(|_| ()).ok_or(TillError::Overflow)
    }

    fn moved(
        &self,
        payment_id: PaymentId,
        method: TillMethod,
        amount: Fen,
        is_in: bool,
    ) -> Result<TillEvent, TillError> {
        self.check_room(method, amount, is_in)?;
        Ok(if is_in {
            TillEvent::PaymentTaken {
                payment_id,
                method,
                amount,
            }
        } else {
            TillEvent::PaymentRefunded {
                payment_id,
                method,
                amount,
            }
        })
    }

    fn sign(&self, command: TillCommand) -> Result<TillEvent, TillError> {
        let TillCommand::Sign {
            counted,
            reason,
            by,
            at,
        } = command
        else {
            return Err(TillError::Absent);
        };
        self.check_open()?;
        if by != cashier(&self.till_id) {
            return Err(TillError::NotYours);
        }
        let reason = written_if_any(reason.as_deref(), "原因", REASON_LENGTH_MAX)
            .map_err(|_| TillError::ReasonInvalid)?;
        let mut counts = Vec::new();
        for method in TillMethod::ALL {
            let expected = self.expected(method);
            let counted = counted.get(&method).copied().unwrap_or_default();
            // More was handed back than taken: the count says what was laid out.
            if counted.is_negative() && !expected.is_negative() {
                return Err(TillError::CountNegative);
            }
            let difference = counted.checked_sub(expected).ok_or(TillError::Overflow)?;
            if !difference.is_zero() && reason.is_none() {
                return Err(TillError::DifferenceUnexplained(difference));
            }
            counts.push(MethodCount {
                method,
                expected,
                counted,
                difference,
            });
        }
        Ok(TillEvent::Signed(TillSigned {
            counts,
            reason,
            signed_by: by,
            signed_at: at,
        }))
    }

    fn decide(&self, command: TillCommand) -> Result<TillEvent, TillError> {
        match command {
            TillCommand::PutIn {
                payment_id,
                method,
                amount,
                ..
            } => self.moved(payment_id, method, amount, true),
            TillCommand::TakeOut {
                payment_id,
                method,
                amount,
                ..
            } => self.moved(payment_id, method, amount, false),
            TillCommand::PayOut {
                refund_id, amount, ..
            } => {
                self.check_room(TillMethod::Cash, amount, false)?;
                Ok(TillEvent::RefundPaid { refund_id, amount })
            }
            TillCommand::TakeBack {
                refund_id, amount, ..
            } => {
                self.check_room(TillMethod::Cash, amount, true)?;
                Ok(TillEvent::RefundReturned { refund_id, amount })
            }
            TillCommand::Sign { .. } => self.sign(command),
            TillCommand::Approve { by } => {
                self.check_review(&by)?;
                Ok(TillEvent::Approved { approved_by: by })
            }
            TillCommand::Reopen { reason, by } => {
                self.check_review(&by)?;
                let reason = written(&reason, "原因", REASON_LENGTH_MAX)
                    .map_err(|_| TillError::ReasonInvalid)?;
                Ok(TillEvent::Reopened {
                    reason,
                    reopened_by: by,
                })
            }
        }
    }

    fn add(&mut self, method: TillMethod, amount: Option<Fen>) {
        let sum = self.sums.entry(method).or_default();
        // `handle` has checked that the sums fit.
        *sum = amount
            .and_then(|amount| sum.checked_add(amount))
            .unwrap_or(*sum);
    }
}

impl Aggregate for Till {
    const TYPE: &'static str = "till";
    type Command = TillCommand;
    type Event = TillEvent;
    type Error = TillError;
    type Services = ();

    async fn handle(
        &mut self,
        command: TillCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), TillError> {
        if let Self::Absent = self {
            let (TillCommand::PutIn { till_id, .. }
            | TillCommand::TakeOut { till_id, .. }
            | TillCommand::PayOut { till_id, .. }
            | TillCommand::TakeBack { till_id, .. }) = &command
            else {
                return Err(TillError::Absent);
            };
            let till_id = till_id.clone();
            sink.write(TillEvent::Opened { till_id }, self).await;
        }
        let event = match &*self {
            Self::Absent => return Err(TillError::Absent),
            Self::Opened(till) => till.decide(command)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: TillEvent) {
        match (self, event) {
            (state, TillEvent::Opened { till_id }) => {
                *state = Self::Opened(Box::new(TillRecord {
                    till_id,
                    state: TillState::Open,
                    sums: BTreeMap::new(),
                }));
            }
            (Self::Opened(till), TillEvent::PaymentTaken { method, amount, .. }) => {
                till.add(method, Some(amount));
            }
            (Self::Opened(till), TillEvent::PaymentRefunded { method, amount, .. }) => {
                till.add(method, amount.checked_neg());
            }
            (Self::Opened(till), TillEvent::RefundPaid { amount, .. }) => {
                till.add(TillMethod::Cash, amount.checked_neg());
            }
            (Self::Opened(till), TillEvent::RefundReturned { amount, .. }) => {
                till.add(TillMethod::Cash, Some(amount));
            }
            (Self::Opened(till), TillEvent::Signed(_)) => till.state = TillState::Signed,
            (Self::Opened(till), TillEvent::Approved { .. }) => till.state = TillState::Approved,
            (Self::Opened(till), TillEvent::Reopened { .. }) => till.state = TillState::Open,
            // No stream starts otherwise: `handle` opens first.
            (Self::Absent, _) => {}
        }
    }
}
