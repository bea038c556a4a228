use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::BankLineCommand;
use super::error::BankLineError;
use super::event::{BankLineEntered, BankLineEvent, PayrollShare};
use crate::units::{BankReference, Fen, PaymentId, written};

pub(super) const REASON_LENGTH_MAX: usize = 200;
pub(super) const SHARES_MAX: usize = 20;

/// One line of the bank's statement, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum BankLine {
    #[default]
    Absent,
    Entered(Box<BankLineRecord>),
}

/// What a line that was entered knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BankLineRecord {
    pub line: BankLineEntered,
    pub state: LineState,
}

/// Where the money of a line is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineState {
    /// Here, and nobody's yet.
    Open,
    Booked(PaymentId),
    /// The payroll office's, for these batches.
    Matched(Vec<PayrollShare>),
    Returned,
}

impl BankLine {
    /// The line, or the refusal that it is not known.
    pub fn entered(&self, reference: &BankReference) -> Result<&BankLineRecord, BankLineError> {
        match self {
            Self::Entered(line) => Ok(line),
            Self::Absent => Err(BankLineError::Unknown(reference.clone())),
        }
    }
}

impl BankLineRecord {
    /// Whether its money may become a payment.
    pub fn check_free(&self) -> Result<(), BankLineError> {
        let bank_reference = self.line.bank_reference.clone();
        match &self.state {
            LineState::Open => Ok(()),
            LineState::Booked(payment_id) => Err(BankLineError::AlreadyBooked {
                bank_reference,
                payment_id: payment_id.clone(),
            }),
            LineState::Matched(_) => Err(BankLineError::AlreadyMatched(bank_reference)),
            LineState::Returned => Err(BankLineError::AlreadyReturned(bank_reference)),
        }
    }

    /// The payment it has become.
    pub fn payment(&self) -> Option<&PaymentId> {
        match &self.state {
            LineState::Booked(payment_id) => Some(payment_id),
            LineState::Open | LineState::Matched(_) | LineState::Returned => None,
        }
    }

    /// The batches it is set against.
    pub fn shares(&self) -> &[PayrollShare] {
        match &self.state {
            LineState::Matched(shares) => shares,
            _ => &[],
        }
    }

    fn check_shares(&self, shares: &[PayrollShare]) -> Result<(), BankLineError> {
        let batches: BTreeSet<&str> = shares.iter().map(|it| it.batch_no.as_str()).collect();
        let sum = Fen::checked_sum(shares.iter().map(|it| it.amount));
        let sound = (1..=SHARES_MAX).contains(&shares.len())
            && batches.len() == shares.len()
            && shares.iter().all(|it| it.amount.is_positive())
            && sum == Some(self.line.amount);
        if sound {
            Ok(())
        } else {
            Err(BankLineError::SharesInvalid(self.line.amount))
        }
    }

    fn decide(&self, command: BankLineCommand) -> Result<Option<BankLineEvent>, BankLineError> {
        let reason = |text: String| {
            written(&text, "原因", REASON_LENGTH_MAX).map_err(|_| BankLineError::ReasonInvalid)
        };
        Ok(Some(match command {
            // The same line again, as in a statement that overlaps the one before.
            BankLineCommand::Enter(line) if self.says_the_same(&line) => return Ok(None),
            BankLineCommand::Enter(line) => {
                return Err(BankLineError::Contradicts(line.bank_reference));
            }
            BankLineCommand::Hold { reason: text } => {
                self.check_free()?;
                BankLineEvent::Held {
                    reason: reason(text)?,
                }
            }
            BankLineCommand::Book { payment_id } => {
                self.check_free()?;
                BankLineEvent::Booked { payment_id }
            }
            BankLineCommand::Release { payment_id } => {
                if self.payment() != Some(&payment_id) {
                    return Err(BankLineError::NotBooked(self.line.bank_reference.clone()));
                }
                BankLineEvent::Released { payment_id }
            }
            BankLineCommand::Match { shares, at, by } => {
                self.check_free()?;
                self.check_shares(&shares)?;
                BankLineEvent::Matched { shares, at, by }
            }
            BankLineCommand::Unmatch {
                reason: text,
                at,
                by,
            } => {
                let LineState::Matched(shares) = &self.state else {
                    return Err(BankLineError::NotMatched(self.line.bank_reference.clone()));
                };
                BankLineEvent::Unmatched {
                    shares: shares.clone(),
                    reason: reason(text)?,
                    at,
                    by,
                }
            }
            BankLineCommand::Return {
                return_reference,
                reason: text,
            } => {
                let bank_reference = || self.line.bank_reference.clone();
                match &self.state {
                    LineState::Open | LineState::Booked(_) => {}
                    // Its batches have to lose it first.
                    LineState::Matched(_) => {
                        return Err(BankLineError::AlreadyMatched(bank_reference()));
                    }
                    LineState::Returned => {
                        return Err(BankLineError::AlreadyReturned(bank_reference()));
                    }
                }
                BankLineEvent::Returned {
                    return_reference,
                    reason: reason(text)?,
                    payment_id: self.payment().cloned(),
                }
            }
        }))
    }

    fn says_the_same(&self, other: &BankLineEntered) -> bool {
        (self.line.amount, self.line.booked_on) == (other.amount, other.booked_on)
    }
}

impl Aggregate for BankLine {
    const TYPE: &'static str = "bank_line";
    type Command = BankLineCommand;
    type Event = BankLineEvent;
    type Error = BankLineError;
    type Services = ();

    async fn handle(
        &mut self,
        command: BankLineCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), BankLineError> {
        let event = match (&*self, command) {
            (Self::Absent, BankLineCommand::Enter(line)) if line.amount.is_positive() => {
                Some(BankLineEvent::Entered(line))
            }
            (Self::Absent, BankLineCommand::Enter(_)) => return Err(BankLineError::NotPositive),
            (Self::Absent, _) => return Err(BankLineError::Absent),
            (Self::Entered(line), command) => line.decide(command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: BankLineEvent) {
        match (self, event) {
            (state, BankLineEvent::Entered(line)) => {
                *state = Self::Entered(Box::new(BankLineRecord {
                    line,
                    state: LineState::Open,
                }));
            }
            (Self::Entered(line), BankLineEvent::Booked { payment_id }) => {
                line.state = LineState::Booked(payment_id);
            }
            (Self::Entered(line), BankLineEvent::Matched { shares, .. }) => {
                line.state = LineState::Matched(shares);
            }
            (
                Self::Entered(line),
                BankLineEvent::Released { .. } | BankLineEvent::Unmatched { .. },
            ) => line.state = LineState::Open,
            (Self::Entered(line), BankLineEvent::Returned { .. }) => {
                line.state = LineState::Returned;
            }
            // A held line is as free as before; no stream starts otherwise than by an entry.
            (Self::Entered(_), BankLineEvent::Held { .. }) | (Self::Absent, _) => {}
        }
    }
}
