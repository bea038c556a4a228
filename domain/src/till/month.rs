//! 月结: a campus's month of tills, closed once all of them are counted and approved.

use std::collections::BTreeSet;

use chaobiao_decision::{Actor, BusinessError};
use chrono::{DateTime, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::units::{BillingMonth, CampusId, TillId};

/// The stream of a campus's month.
pub fn cash_month_id(campus: &CampusId, month: BillingMonth) -> String {
    format!("{campus}@{month}")
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CashMonthEvent {
    TillOpened {
        till_id: TillId,
    },
    /// Counted, signed and approved.
    TillApproved {
        till_id: TillId,
    },
    /// From now on nothing is recorded in it.
    Closed {
        campus: CampusId,
        month: BillingMonth,
        closed_by: Actor,
        closed_at: DateTime<Utc>,
    },
}

impl DomainEvent for CashMonthEvent {
    fn event_type(&self) -> String {
        match self {
            Self::TillOpened { .. } => "cash_month.till_opened",
            Self::TillApproved { .. } => "cash_month.till_approved",
            Self::Closed { .. } => "cash_month.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// What may be asked of a campus's month.
#[derive(Clone, Debug)]
pub enum CashMonthCommand {
    OpenTill {
        till_id: TillId,
    },
    ApproveTill {
        till_id: TillId,
    },
    Close {
        campus: CampusId,
        month: BillingMonth,
        by: Actor,
        at: DateTime<Utc>,
    },
}

/// Why a campus's month refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CashMonthError {
    #[error("{0} 已经月结，不能再记账")]
    Closed(BillingMonth),
    #[error("钱箱 {0} 尚未日结复核，不能月结")]
    TillOutstanding(TillId),
    #[error("{0} 尚未结束，不能月结")]
    NotOver(BillingMonth),
}

impl BusinessError for CashMonthError {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed(_) => "CASH_MONTH_CLOSED",
            Self::TillOutstanding(_) => "CASH_MONTH_TILL_OUTSTANDING",
            Self::NotOver(_) => "CASH_MONTH_NOT_OVER",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Closed(_) | Self::NotOver(_) => Some("month"),
            Self::TillOutstanding(_) => None,
        }
    }
}

/// A campus's month of tills, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashMonth {
    pub closed: bool,
    outstanding: BTreeSet<TillId>,
}

impl Aggregate for CashMonth {
    const TYPE: &'static str = "cash_month";
    type Command = CashMonthCommand;
    type Event = CashMonthEvent;
    type Error = CashMonthError;
    type Services = ();

    async fn handle(
        &mut self,
        command: CashMonthCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), CashMonthError> {
        let event = match command {
            CashMonthCommand::OpenTill { till_id } if self.closed => {
                return Err(CashMonthError::Closed(till_id.month()));
            }
            CashMonthCommand::OpenTill { till_id } => CashMonthEvent::TillOpened { till_id },
            CashMonthCommand::ApproveTill { till_id } => CashMonthEvent::TillApproved { till_id },
            CashMonthCommand::Close { month, .. } if self.closed => {
                return Err(CashMonthError::Closed(month));
            }
            CashMonthCommand::Close {
                campus,
                month,
                by,
                at,
            } => {
                if let Some(till_id) = self.outstanding.first() {
                    return Err(CashMonthError::TillOutstanding(till_id.clone()));
                }
                CashMonthEvent::Closed {
                    campus,
                    month,
                    closed_by: by,
                    closed_at: at,
                }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: CashMonthEvent) {
        match event {
            CashMonthEvent::TillOpened { till_id } => {
                self.outstanding.insert(till_id);
            }
            CashMonthEvent::TillApproved { till_id } => {
                self.outstanding.remove(&till_id);
            }
            CashMonthEvent::Closed { .. } => self.closed = true,
        }
    }
}
