use std::collections::BTreeMap;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::RosterError;
use super::event::{RosterEvent, RosterSlot};
use crate::units::{AppointmentId, CampusId, SlotId, StaffLogin};

/// One day of one member of staff, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRoster {
    campus: Option<CampusId>,
    staff: Option<StaffLogin>,
    slots: Vec<RosterSlot>,
    taken: BTreeMap<SlotId, AppointmentId>,
}

/// What may be asked of a roster. A slot that stays keeps its id; the ids given are for new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterCommand {
    Set {
        staff: StaffLogin,
        campus: CampusId,
        date: NaiveDate,
        slots: Vec<RosterSlot>,
    },
    Take {
        slot_id: SlotId,
        appointment_id: AppointmentId,
    },
    Free {
        slot_id: SlotId,
        appointment_id: AppointmentId,
    },
}

impl VisitRoster {
    pub fn slots(&self) -> &[RosterSlot] {
        &self.slots
    }

    /// A slot, with where and by whom the visit is made.
    pub fn slot(&self, slot_id: &SlotId) -> Option<(&RosterSlot, &CampusId, &StaffLogin)> {
        let slot = self.slots.iter().find(|slot| slot.slot_id == *slot_id)?;
        Some((slot, self.campus.as_ref()?, self.staff.as_ref()?))
    }

    fn set(
        &self,
        staff: StaffLogin,
        campus: CampusId,
        date: NaiveDate,
        slots: Vec<RosterSlot>,
    ) -> Result<Option<RosterEvent>, RosterError> {
        let same = |a: &RosterSlot, b: &RosterSlot| (a.from, a.to) == (b.from, b.to);
        let slots: Vec<RosterSlot> = slots
            .into_iter()
            .map(|slot| {
                let kept = self.slots.iter().find(|kept| same(kept, &slot));
                kept.cloned().unwrap_or(slot)
            })
            .collect();
        let stays = |id: &SlotId| slots.iter().any(|slot| slot.slot_id == *id);
        let moved = self.campus.as_ref().is_some_and(|before| *before != campus);
        if !self.taken.keys().all(stays) || moved && !self.taken.is_empty() {
            return Err(RosterError::SlotBooked);
        }
        if !moved && self.slots == slots {
            return Ok(None);
        }
        Ok(Some(RosterEvent::DaySet {
            staff,
            campus,
            date,
            slots,
        }))
    }
}

impl Aggregate for VisitRoster {
    const TYPE: &'static str = "visit_roster";
    type Command = RosterCommand;
    type Event = RosterEvent;
    type Error = RosterError;
    type Services = ();

    async fn handle(
        &mut self,
        command: RosterCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), RosterError> {
        let event = match command {
            RosterCommand::Set {
                staff,
                campus,
                date,
                slots,
            } => self.set(staff, campus, date, slots)?,
            RosterCommand::Take {
                slot_id,
                appointment_id,
            } => {
                if self.slot(&slot_id).is_none() {
                    return Err(RosterError::SlotUnknown);
                }
                if self.taken.contains_key(&slot_id) {
                    return Err(RosterError::SlotTaken);
                }
                Some(RosterEvent::SlotTaken {
                    slot_id,
                    appointment_id,
                })
            }
            RosterCommand::Free {
                slot_id,
                appointment_id,
            } => (self.taken.get(&slot_id) == Some(&appointment_id)).then_some(
                RosterEvent::SlotFreed {
                    slot_id,
                    appointment_id,
                },
            ),
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: RosterEvent) {
        match event {
            RosterEvent::DaySet {
                staff,
                campus,
                slots,
                ..
            } => {
                self.staff = Some(staff);
                self.campus = Some(campus);
                self.slots = slots;
            }
            RosterEvent::SlotTaken {
                slot_id,
                appointment_id,
            } => {
                self.taken.insert(slot_id, appointment_id);
            }
            RosterEvent::SlotFreed { slot_id, .. } => {
                self.taken.remove(&slot_id);
            }
        }
    }
}
