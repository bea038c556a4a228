use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{NaiveDate, SubsecRound};
use serde::{Deserialize, Serialize};

use super::{
    Appointment, AppointmentCommand, AppointmentError, AppointmentKind, AppointmentRequested,
};
use crate::account::Account;
use crate::campus::require_campus;
use crate::customer::Customer;
use crate::service::ContactGiven;
use crate::service::roster::{free_slot, take_slot};
use crate::units::{AccountNo, AppointmentId, CampusId, SlotId};

/// The appointment a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentChanged {
    pub appointment_id: AppointmentId,
}

fn change(
    appointment_id: &AppointmentId,
    command: AppointmentCommand,
    workspace: &mut Workspace,
) -> Result<AppointmentChanged, Stop> {
    workspace.execute::<Appointment>(appointment_id.as_str(), command)?;
    Ok(AppointmentChanged {
        appointment_id: appointment_id.clone(),
    })
}

/// Asks for a visit, in a free slot or on a day that would suit. Whoever has bound no account may
/// (R48).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestAppointment {
    pub kind: AppointmentKind,
    pub campus: CampusId,
    pub place: String,
    pub note: Option<String>,
    pub account_no: Option<AccountNo>,
    pub wished_on: Option<NaiveDate>,
    pub slot_id: Option<SlotId>,
    pub contact: ContactGiven,
}

impl Process for RequestAppointment {
    const NAME: &'static str = "appointment.request";
    type Outcome = AppointmentChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AppointmentChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        self.check_account(&context.actor, workspace)?;
        let appointment_id = AppointmentId::try_new(context.derive_id("appointment").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let matter = format!("appointment/{appointment_id}");
        let requested = AppointmentRequested {
            appointment_id: appointment_id.clone(),
            kind: self.kind,
            campus: self.campus.clone(),
            place: self.place.clone(),
            note: self.note.clone(),
            account_no: self.account_no.clone(),
            wished_on: self.wished_on,
            requested_by: context.actor.clone(),
            contact: self.contact.of(&context.actor, &matter, workspace)?,
            requested_at: context.at.trunc_subsecs(6),
        };
        let command = AppointmentCommand::Request(Box::new(requested));
        let changed = change(&appointment_id, command, workspace)?;
        if let Some(slot_id) = &self.slot_id {
            let slot = take_slot(
                slot_id,
                &appointment_id,
                &self.campus,
                context.at,
                workspace,
            )?;
            let by = context.actor.clone();
            let command = AppointmentCommand::Schedule { slot, by };
            change(&appointment_id, command, workspace)?;
        }
        Ok(changed)
    }
}

impl RequestAppointment {
    fn check_account(&self, actor: &Actor, workspace: &mut Workspace) -> Result<(), Stop> {
        let Some(account_no) = &self.account_no else {
            return Ok(());
        };
        if let Actor::Customer(customer_id) = actor {
            if !workspace.get::<Customer>(customer_id)?.may_use(account_no) {
                return Err(AppointmentError::AccountNotYours.into());
            }
        } else {
            let account = workspace.get::<Account>(account_no.as_str())?;
            account.opened(account_no)?;
        }
        Ok(())
    }
}

/// Gives an appointment a slot, or another one; the old one is free again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScheduleAppointment {
    pub appointment_id: AppointmentId,
    pub slot_id: SlotId,
}

impl Process for ScheduleAppointment {
    const NAME: &'static str = "appointment.schedule";
    type Outcome = AppointmentChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AppointmentChanged, Stop> {
        let id = &self.appointment_id;
        let record = workspace.get::<Appointment>(id.as_str())?.record()?.clone();
        let campus = &record.requested.campus;
        let slot = take_slot(&self.slot_id, id, campus, context.at, workspace)?;
        if let Some(before) = &record.slot {
            free_slot(&before.slot_id, id, workspace)?;
        }
        let by = context.actor.clone();
        change(id, AppointmentCommand::Schedule { slot, by }, workspace)
    }
}

/// Agrees to the slot a customer chose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmAppointment {
    pub appointment_id: AppointmentId,
}

impl Process for ConfirmAppointment {
    const NAME: &'static str = "appointment.confirm";
    type Outcome = AppointmentChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AppointmentChanged, Stop> {
        let by = context.actor.clone();
        let command = AppointmentCommand::Confirm { by };
        change(&self.appointment_id, command, workspace)
    }
}

/// The visit was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishAppointment {
    pub appointment_id: AppointmentId,
    pub result: String,
}

impl Process for FinishAppointment {
    const NAME: &'static str = "appointment.finish";
    type Outcome = AppointmentChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AppointmentChanged, Stop> {
        let command = AppointmentCommand::Finish {
            result: self.result.clone(),
            at: context.at,
            by: context.actor.clone(),
        };
        change(&self.appointment_id, command, workspace)
    }
}

/// Nobody comes after all; the slot is free again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelAppointment {
    pub appointment_id: AppointmentId,
    pub reason: String,
}

impl Process for CancelAppointment {
    const NAME: &'static str = "appointment.cancel";
    type Outcome = AppointmentChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AppointmentChanged, Stop> {
        let id = &self.appointment_id;
        let slot = workspace
            .get::<Appointment>(id.as_str())?
            .record()?
            .slot
            .clone();
        let command = AppointmentCommand::Cancel {
            reason: self.reason.clone(),
            by: context.actor.clone(),
        };
        let changed = change(id, command, workspace)?;
        if let Some(slot) = slot {
            free_slot(&slot.slot_id, id, workspace)?;
        }
        Ok(changed)
    }
}
