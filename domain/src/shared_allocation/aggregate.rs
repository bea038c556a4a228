use std::collections::BTreeSet;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::SharedAllocationCommand;
use super::error::SharedAllocationError;
use super::event::{
    AllocationAgreed, AllocationKey, SharedAllocationEvent, SharesCancelled, SharesPosted,
};
use crate::units::{Area, BillingMonth, MeterNo, Quantity, ReadingId};

/// The streams one command can well write; a building has fewer flats.
pub(super) const MEMBERS_MAX: usize = 300;

/// All agreements there have been over one common meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAllocation {
    agreements: Vec<Agreement>,
}

/// One of them, with the months that stand posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub agreed: AllocationAgreed,
    pub ended: Option<NaiveDate>,
    posted: Vec<SharesPosted>,
}

impl Agreement {
    /// The meter's count up to which it is shared out, the reading that was at, and the first day after.
    pub fn reached(&self) -> (Quantity, Option<&ReadingId>, NaiveDate) {
        if let Some(last) = self.posted.last() {
            return (last.cumulative, Some(&last.to_reading), last.period.to());
        }
        let agreed = &self.agreed;
        (agreed.cumulative, agreed.reading.as_ref(), agreed.from)
    }

    /// The months that stand posted, in order.
    pub fn posted(&self) -> &[SharesPosted] {
        &self.posted
    }

    pub(super) fn check_month(&self, month: BillingMonth) -> Result<(), SharedAllocationError> {
        match self.posted.last().map(|last| last.month) {
            Some(last) if last == month => Err(SharedAllocationError::AlreadyPosted(month)),
            Some(last) if last > month => Err(SharedAllocationError::LaterPosted(last)),
            _ => Ok(()),
        }
    }
}

impl SharedAllocation {
    /// The agreement that began on a day; without one, the last.
    pub fn agreement(
        &self,
        meter_no: &MeterNo,
        from: Option<NaiveDate>,
    ) -> Result<&Agreement, SharedAllocationError> {
        let mut agreements = self.agreements.iter().rev();
        let found = agreements.find(|it| from.is_none_or(|from| it.agreed.from == from));
        found.ok_or_else(|| SharedAllocationError::Unknown(meter_no.clone()))
    }

    /// Whether an agreement holds with no end set.
    pub fn is_open(&self) -> bool {
        self.agreements.last().is_some_and(|it| it.ended.is_none())
    }

    fn agree(
        &self,
        mut agreed: AllocationAgreed,
    ) -> Result<SharedAllocationEvent, SharedAllocationError> {
        if !(1..=MEMBERS_MAX).contains(&agreed.members.len()) {
            return Err(SharedAllocationError::MembersInvalid);
        }
        agreed
            .members
            .sort_by(|one, other| one.account_no.cmp(&other.account_no));
        let mut seen = BTreeSet::new();
        for member in &agreed.members {
            if !seen.insert(&member.account_no) {
                return Err(SharedAllocationError::MemberTwice(
                    member.account_no.clone(),
                ));
            }
            if agreed.key == AllocationKey::Area && member.area.is_none() {
                return Err(SharedAllocationError::AreaMissing(
                    member.account_no.clone(),
                ));
            }
        }
        let areas = agreed.members.iter().filter_map(|member| member.area);
        if agreed.key == AllocationKey::Area && areas.map(Area::value).all(|it| it.is_zero()) {
            return Err(SharedAllocationError::WeightsZero);
        }
        let last = self.agreements.last();
        if let Some(last) = last {
            let free_from = last.ended.map(|ended| ended.max(last.reached().2));
            if free_from.is_none_or(|free| agreed.from < free) {
                let from = last.agreed.from;
                return Err(SharedAllocationError::Overlaps { from });
            }
        }
        Ok(SharedAllocationEvent::Agreed(agreed))
    }

    fn end(&self, on: NaiveDate) -> Result<SharedAllocationEvent, SharedAllocationError> {
        let Some(last) = self.agreements.last() else {
            return Err(SharedAllocationError::EndsTooEarly { from: on });
        };
        if let Some(ended) = last.ended {
            return Err(SharedAllocationError::AlreadyEnded(ended));
        }
        let from = last.reached().2;
        if on < from {
            return Err(SharedAllocationError::EndsTooEarly { from });
        }
        Ok(SharedAllocationEvent::Ended { on })
    }

    fn of(&self, from: NaiveDate) -> Option<&Agreement> {
        self.agreements.iter().find(|it| it.agreed.from == from)
    }

    fn post(&self, posted: SharesPosted) -> Result<SharedAllocationEvent, SharedAllocationError> {
        let month = posted.month;
        let agreement = self.of(posted.agreed_from);
        let agreement = agreement.ok_or(SharedAllocationError::NotPosted(month))?;
        agreement.check_month(month)?;
        Ok(SharedAllocationEvent::SharesPosted(posted))
    }

    fn cancel(
        &self,
        cancelled: SharesCancelled,
    ) -> Result<SharedAllocationEvent, SharedAllocationError> {
        let month = cancelled.month;
        let agreement = self.of(cancelled.agreed_from);
        match agreement.and_then(|it| it.posted.last()).map(|it| it.month) {
            Some(last) if last == month => Ok(SharedAllocationEvent::SharesCancelled(cancelled)),
            Some(last) if last > month => Err(SharedAllocationError::LaterPosted(last)),
            _ => Err(SharedAllocationError::NotPosted(month)),
        }
    }
}

impl Aggregate for SharedAllocation {
    const TYPE: &'static str = "shared_allocation";
    type Command = SharedAllocationCommand;
    type Event = SharedAllocationEvent;
    type Error = SharedAllocationError;
    type Services = ();

    async fn handle(
        &mut self,
        command: SharedAllocationCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), SharedAllocationError> {
        let event = match command {
            SharedAllocationCommand::Agree(agreed) => self.agree(agreed)?,
            SharedAllocationCommand::End { on } => self.end(on)?,
            SharedAllocationCommand::Post(posted) => self.post(posted)?,
            SharedAllocationCommand::Cancel(cancelled) => self.cancel(cancelled)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: SharedAllocationEvent) {
        match event {
            SharedAllocationEvent::Agreed(agreed) => self.agreements.push(Agreement {
                agreed,
                ended: None,
                posted: Vec::new(),
            }),
            SharedAllocationEvent::Ended { on } => {
                if let Some(last) = self.agreements.last_mut() {
                    last.ended = Some(on);
                }
            }
            SharedAllocationEvent::SharesPosted(posted) => {
                let mut agreements = self.agreements.iter_mut();
                if let Some(of) = agreements.find(|it| it.agreed.from == posted.agreed_from) {
                    of.posted.push(posted);
                }
            }
            SharedAllocationEvent::SharesCancelled(cancelled) => {
                let mut agreements = self.agreements.iter_mut();
                if let Some(of) = agreements.find(|it| it.agreed.from == cancelled.agreed_from) {
                    of.posted.retain(|it| it.month != cancelled.month);
                }
            }
        }
    }
}
