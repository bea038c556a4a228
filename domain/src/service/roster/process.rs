use chaobiao_decision::{ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{RosterCommand, RosterError, RosterSlot, VisitRoster};
use crate::calendar::{OfficeHours, OfficeSpan};
use crate::campus::require_campus;
use crate::staff::{Permission, role};
use crate::units::{AppointmentId, CampusId, SlotId, StaffLogin, instant_of};

/// Where a slot's day is found by the slot's id.
fn slot_key(slot_id: &SlotId) -> ClaimKey {
    ClaimKey::new("visit.slot", slot_id.as_str())
}

/// A slot an appointment holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedSlot {
    pub slot_id: SlotId,
    pub staff: StaffLogin,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Says when visits can be made by a member of staff on a day; none, when there are no spans.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetRosterDay {
    pub login: StaffLogin,
    pub campus: CampusId,
    pub date: NaiveDate,
    pub slots: Vec<OfficeSpan>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRostered {
    pub login: StaffLogin,
    pub date: NaiveDate,
    pub slots: Vec<SlotId>,
}

impl Process for SetRosterDay {
    const NAME: &'static str = "visit_roster.set_day";
    type Outcome = DayRostered;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DayRostered, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        if !role::may(self.login.as_str(), Permission::MakeVisits, workspace)? {
            return Err(RosterError::StaffNotAllowed.into());
        }
        if !self.slots.is_empty() && OfficeHours::try_new(self.slots.clone()).is_err() {
            return Err(RosterError::SpansInvalid.into());
        }
        let slots: Result<Vec<RosterSlot>, Stop> = self
            .slots
            .iter()
            .map(|span| {
                let id = context.derive_id(&format!("slot/{}", span.from));
                Ok(RosterSlot {
                    slot_id: SlotId::try_new(id.to_string())
                        .map_err(|error| Stop::Corrupt(error.to_string()))?,
                    from: instant_of(self.date.and_time(span.from)),
                    to: instant_of(self.date.and_time(span.to)),
                })
            })
            .collect();
        let roster = format!("{}/{}", self.login, self.date);
        let known: Vec<SlotId> = ids(workspace.get::<VisitRoster>(&roster)?);
        let command = RosterCommand::Set {
            staff: self.login.clone(),
            campus: self.campus.clone(),
            date: self.date,
            slots: slots?,
        };
        workspace.execute::<VisitRoster>(&roster, command)?;
        let slots = ids(workspace.get::<VisitRoster>(&roster)?);
        for slot_id in slots.iter().filter(|slot_id| !known.contains(slot_id)) {
            // The id is derived from the command's, so nobody else can hold it.
            let taken = Rejection::from(RosterError::SlotTaken);
            workspace.claim_fresh(slot_key(slot_id), roster.as_str(), taken);
        }
        Ok(DayRostered {
            login: self.login.clone(),
            date: self.date,
            slots,
        })
    }
}

fn ids(roster: &VisitRoster) -> Vec<SlotId> {
    let ids = roster.slots().iter().map(|slot| slot.slot_id.clone());
    ids.collect()
}

/// Takes a slot for an appointment: the roster's stream lets only one have it.
pub(in crate::service) fn take_slot(
    slot_id: &SlotId,
    appointment_id: &AppointmentId,
    campus: &CampusId,
    now: DateTime<Utc>,
    workspace: &mut Workspace,
) -> Result<BookedSlot, Stop> {
    let roster = workspace
        .holder(&slot_key(slot_id))?
        .ok_or(RosterError::SlotUnknown)?;
    let day = workspace.get::<VisitRoster>(&roster)?;
    let (slot, place, staff) = day.slot(slot_id).ok_or(RosterError::SlotUnknown)?;
    if place != campus {
        return Err(RosterError::OtherCampus.into());
    }
    if slot.from <= now {
        return Err(RosterError::SlotOver.into());
    }
    let booked = BookedSlot {
        slot_id: slot_id.clone(),
        staff: staff.clone(),
        from: slot.from,
        to: slot.to,
    };
    let command = RosterCommand::Take {
        slot_id: slot_id.clone(),
        appointment_id: appointment_id.clone(),
    };
    workspace.execute::<VisitRoster>(&roster, command)?;
    Ok(booked)
}

/// Gives a slot back.
pub(in crate::service) fn free_slot(
    slot_id: &SlotId,
    appointment_id: &AppointmentId,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let roster = workspace
        .holder(&slot_key(slot_id))?
        .ok_or(RosterError::SlotUnknown)?;
    let command = RosterCommand::Free {
        slot_id: slot_id.clone(),
        appointment_id: appointment_id.clone(),
    };
    workspace.execute::<VisitRoster>(&roster, command)
}
