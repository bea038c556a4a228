use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::BillingMasterCommand;
use super::error::BillingMasterError;
use super::event::{BillingMaster, BillingMasterEvent, BillingMasterSet};
use crate::units::{BillingMonth, written};

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// Who bills, and how late fees on the charging system's bills are worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mastery {
    pub master: BillingMaster,
    pub late_fees_here: bool,
}

/// Before anything is said, bills are made here.
impl Default for Mastery {
    fn default() -> Self {
        Self {
            master: BillingMaster::Here,
            late_fees_here: false,
        }
    }
}

/// One campus's setting, by the month it holds from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingMasters {
    from: BTreeMap<BillingMonth, Mastery>,
}

impl BillingMasters {
    pub fn of(&self, month: BillingMonth) -> Mastery {
        let said = self.from.range(..=month).next_back();
        said.map(|(_, mastery)| *mastery).unwrap_or_default()
    }

    /// The first of the months up to this one that are billed here without a break; none where the
    /// charging system never billed before it.
    pub fn ours_since(&self, month: BillingMonth) -> Option<BillingMonth> {
        let mut since = None;
        let mut before = Mastery::default().master;
        for (from, mastery) in self.from.range(..=month) {
            if mastery.master != before {
                since = (mastery.master == BillingMaster::Here).then_some(*from);
                before = mastery.master;
            }
        }
        since
    }

    fn set(
        &self,
        set: BillingMasterSet,
        present: BillingMonth,
        billed: u32,
    ) -> Result<Vec<BillingMasterEvent>, BillingMasterError> {
        let reason = written(&set.reason, "原因", REASON_LENGTH_MAX)
            .map_err(|_| BillingMasterError::ReasonInvalid)?;
        let mastery = Mastery {
            master: set.master,
            late_fees_here: set.late_fees_here,
        };
        let planned_later = self
            .from
            .range(set.from..)
            .any(|(from, _)| *from > set.from);
        if self.of(set.from) == mastery && !planned_later {
            return Ok(Vec::new());
        }
        self.check_begun(&set, present, billed)?;
        Ok(vec![BillingMasterEvent::Set(BillingMasterSet {
            reason,
            ..set
        })])
    }

    /// A month that has begun may have been billed already, by whoever was to bill it. Only what is
    /// said first, as long as there are no bills, may reach back.
    fn check_begun(
        &self,
        set: &BillingMasterSet,
        present: BillingMonth,
        billed: u32,
    ) -> Result<(), BillingMasterError> {
        let mut month = set.from;
        while month <= present {
            if self.of(month).master != set.master {
                let first = self.from.is_empty();
                return match billed {
                    0 if first => Ok(()),
                    bills if first => Err(BillingMasterError::Billed {
                        from: set.from,
                        bills,
                    }),
                    _ => Err(BillingMasterError::MonthBegun(month)),
                };
            }
            month = month.next();
        }
        Ok(())
    }
}

impl Aggregate for BillingMasters {
    const TYPE: &'static str = "billing_master";
    type Command = BillingMasterCommand;
    type Event = BillingMasterEvent;
    type Error = BillingMasterError;
    type Services = ();

    async fn handle(
        &mut self,
        BillingMasterCommand::Set {
            set,
            present,
            billed,
        }: BillingMasterCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), BillingMasterError> {
        for event in self.set(set, present, billed)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, BillingMasterEvent::Set(set): BillingMasterEvent) {
        // What is said later holds from its month on, over anything planned before.
        self.from.retain(|from, _| *from < set.from);
        let mastery = Mastery {
            master: set.master,
            late_fees_here: set.late_fees_here,
        };
        self.from.insert(set.from, mastery);
    }
}
