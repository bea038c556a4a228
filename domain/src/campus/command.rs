use chrono::NaiveDate;

use super::event::{CampusOpened, OfficeContact};
use crate::calendar::OfficeHours;

/// What may be asked of one campus.
#[derive(Clone, Debug)]
pub enum CampusCommand {
    Open(CampusOpened),
    SetOfficeHours {
        from: NaiveDate,
        office_hours: OfficeHours,
    },
    SetContact(OfficeContact),
}
