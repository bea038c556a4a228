use chaobiao_decision::{CommandContext, Personal, Process, Rejection, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::command::CampusCommand;
use super::{Campus, CampusError, CampusOpened, OfficeContact};
use crate::calendar::OfficeHours;
use crate::units::CampusId;

/// Refuses what names a campus nobody has opened; `field` is where the command names it.
pub fn require_campus(
    campus_id: &CampusId,
    field: &str,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    if workspace.get::<Campus>(campus_id.as_str())?.is_open() {
        Ok(())
    } else {
        Err(Rejection::from(CampusError::Unknown).on(field).into())
    }
}

/// The campus a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampusChanged {
    pub campus_id: CampusId,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenCampus {
    pub campus_id: CampusId,
    pub name: String,
    pub office_hours: OfficeHours,
    pub contact: String,
}

impl Process for OpenCampus {
    const NAME: &'static str = "campus.open_campus";
    type Outcome = CampusChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CampusChanged, Stop> {
        let opened = CampusOpened {
            campus_id: self.campus_id.clone(),
            name: self.name.trim().to_owned(),
            office_hours: self.office_hours.clone(),
            contact: self.contact.trim().to_owned(),
        };
        workspace.execute::<Campus>(self.campus_id.as_str(), CampusCommand::Open(opened))?;
        Ok(CampusChanged {
            campus_id: self.campus_id.clone(),
        })
    }
}

/// Sets office hours from a day on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetOfficeHours {
    pub campus_id: CampusId,
    pub from: NaiveDate,
    pub office_hours: OfficeHours,
}

impl Process for SetOfficeHours {
    const NAME: &'static str = "campus.set_office_hours";
    type Outcome = CampusChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CampusChanged, Stop> {
        let command = CampusCommand::SetOfficeHours {
            from: self.from,
            office_hours: self.office_hours.clone(),
        };
        workspace.execute::<Campus>(self.campus_id.as_str(), command)?;
        Ok(CampusChanged {
            campus_id: self.campus_id.clone(),
        })
    }
}

/// Says where the office is and whom to ask there; everybody may know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetOfficeContact {
    pub campus_id: CampusId,
    pub place: String,
    pub person_in_charge: String,
    pub contact: String,
}

impl Process for SetOfficeContact {
    const NAME: &'static str = "campus.set_office_contact";
    type Outcome = CampusChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CampusChanged, Stop> {
        let subject = format!("campus/{}", self.campus_id);
        let contact = OfficeContact {
            place: self.place.trim().to_owned(),
            person_in_charge: Personal::new(subject, self.person_in_charge.trim().to_owned()),
            contact: self.contact.trim().to_owned(),
        };
        let command = CampusCommand::SetContact(contact);
        workspace.execute::<Campus>(self.campus_id.as_str(), command)?;
        Ok(CampusChanged {
            campus_id: self.campus_id.clone(),
        })
    }
}
