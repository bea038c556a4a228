use std::collections::BTreeMap;

use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::PayrollError;
use super::event::{PayrollBatchEvent, PayrollBatchOpened, PayrollRowPaid};
use crate::units::{AccountNo, BankReference, Fen, PayrollBatchNo};

/// What may be asked of one batch.
#[derive(Clone, Debug)]
pub enum PayrollBatchCommand {
    Open(PayrollBatchOpened),
    Pay(PayrollRowPaid),
    Refuse {
        account_no: AccountNo,
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
    Receive {
        bank_reference: BankReference,
        amount: Fen,
        by: Actor,
        at: DateTime<Utc>,
    },
    Release {
        bank_reference: BankReference,
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
}

/// One batch, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PayrollBatch {
    #[default]
    Absent,
    Opened(PayrollBatchRecord),
}

/// What a batch knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollBatchRecord {
    rows: BTreeMap<AccountNo, AskedRow>,
    /// What the payroll office has paid in, by line of the bank's statement.
    #[serde(default)]
    received: BTreeMap<BankReference, Fen>,
}

/// A row, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRow {
    pub asked: Fen,
    pub state: RowState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowState {
    Asked,
    Paid(Fen),
    Refused(String),
}

impl PayrollBatch {
    /// The batch, or the refusal that it is not known.
    pub fn opened(&self, batch_no: &PayrollBatchNo) -> Result<&PayrollBatchRecord, PayrollError> {
        match self {
            Self::Opened(batch) => Ok(batch),
            Self::Absent => Err(PayrollError::Unknown(batch_no.clone())),
        }
    }
}

impl PayrollBatchRecord {
    pub fn row(&self, account_no: &AccountNo) -> Result<&AskedRow, PayrollError> {
        let row = self.rows.get(account_no);
        row.ok_or_else(|| PayrollError::RowUnknown(account_no.clone()))
    }

    fn pay(&self, paid: PayrollRowPaid) -> Result<PayrollBatchEvent, PayrollError> {
        let row = self.row(&paid.account_no)?;
        if let RowState::Paid(before) = row.state {
            let account_no = paid.account_no;
            let paid = before;
            return Err(PayrollError::PaidOtherwise { account_no, paid });
        }
        if paid.amount > row.asked {
            return Err(PayrollError::MoreThanAsked {
                asked: row.asked,
                deducted: paid.amount,
            });
        }
        Ok(PayrollBatchEvent::RowPaid(paid))
    }

    fn refuse(
        &self,
        account_no: AccountNo,
        reason: String,
        (by, at): (Actor, DateTime<Utc>),
    ) -> Result<PayrollBatchEvent, PayrollError> {
        if let RowState::Paid(paid) = self.row(&account_no)?.state {
            return Err(PayrollError::PaidOtherwise { account_no, paid });
        }
        Ok(PayrollBatchEvent::RowRefused {
            account_no,
            reason,
            at,
            by,
        })
    }

    fn decide(&self, command: PayrollBatchCommand) -> Result<PayrollBatchEvent, PayrollError> {
        Ok(match command {
            PayrollBatchCommand::Open(opened) => {
                return Err(PayrollError::AlreadyOpened(opened.batch_no));
            }
            PayrollBatchCommand::Pay(paid) => self.pay(paid)?,
            PayrollBatchCommand::Refuse {
                account_no,
                reason,
                by,
                at,
            } => self.refuse(account_no, reason, (by, at))?,
            PayrollBatchCommand::Receive {
                bank_reference,
                amount,
                by,
                at,
            } => {
                if self.received.contains_key(&bank_reference) {
                    return Err(PayrollError::MoneyKnown(bank_reference));
                }
                PayrollBatchEvent::MoneyReceived {
                    bank_reference,
                    amount,
                    at,
                    by,
                }
            }
            PayrollBatchCommand::Release {
                bank_reference,
                reason,
                by,
                at,
            } => {
                let Some(&amount) = self.received.get(&bank_reference) else {
                    return Err(PayrollError::MoneyUnknown(bank_reference));
                };
                PayrollBatchEvent::MoneyReleased {
                    bank_reference,
                    amount,
                    reason,
                    at,
                    by,
                }
            }
        })
    }

    fn set(&mut self, account_no: &AccountNo, state: RowState) {
        if let Some(row) = self.rows.get_mut(account_no) {
            row.state = state;
        }
    }
}

impl Aggregate for PayrollBatch {
    const TYPE: &'static str = "payroll_batch";
    type Command = PayrollBatchCommand;
    type Event = PayrollBatchEvent;
    type Error = PayrollError;
    type Services = ();

    async fn handle(
        &mut self,
        command: PayrollBatchCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), PayrollError> {
        let event = match (&*self, command) {
            (Self::Absent, PayrollBatchCommand::Open(opened)) if opened.rows.is_empty() => {
                return Err(PayrollError::NothingToDeduct);
            }
            (Self::Absent, PayrollBatchCommand::Open(opened)) => PayrollBatchEvent::Opened(opened),
            (Self::Absent, _) => return Err(PayrollError::Absent),
            (Self::Opened(batch), command) => batch.decide(command)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: PayrollBatchEvent) {
        match (self, event) {
            (state, PayrollBatchEvent::Opened(opened)) => {
                let row = |asked| AskedRow {
                    asked,
                    state: RowState::Asked,
                };
                let rows = opened.rows.into_iter();
                *state = Self::Opened(PayrollBatchRecord {
                    rows: rows.map(|it| (it.account_no, row(it.amount))).collect(),
                    received: BTreeMap::new(),
                });
            }
            (Self::Opened(batch), PayrollBatchEvent::RowPaid(paid)) => {
                batch.set(&paid.account_no, RowState::Paid(paid.amount));
            }
            (
                Self::Opened(batch),
                PayrollBatchEvent::RowRefused {
                    account_no, reason, ..
                },
            ) => batch.set(&account_no, RowState::Refused(reason)),
            (
                Self::Opened(batch),
                PayrollBatchEvent::MoneyReceived {
                    bank_reference,
                    amount,
                    ..
                },
            ) => {
                batch.received.insert(bank_reference, amount);
            }
            (Self::Opened(batch), PayrollBatchEvent::MoneyReleased { bank_reference, .. }) => {
                batch.received.remove(&bank_reference);
            }
            // No stream starts otherwise: `handle` lets nothing but an opening through.
            (Self::Absent, _) => {}
        }
    }
}
