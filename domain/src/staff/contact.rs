use chaobiao_decision::{CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{Staff, StaffError};
use crate::units::{Phone, StaffLogin};

/// How a member of staff can be reached, in plain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub mobile: Option<Phone>,
    pub office_phone: Option<String>,
    pub email: Option<String>,
    pub wechat: Option<String>,
}

/// Looks up one's own contact; for previews alone, as what it says is personal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindContact {
    pub login: StaffLogin,
}

impl Process for FindContact {
    const NAME: &'static str = "staff.find_contact";
    type Outcome = Contact;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Contact, Stop> {
        let Staff::Employed { record, .. } = workspace.get::<Staff>(self.login.as_str())? else {
            return Err(StaffError::Unknown.into());
        };
        let text = |kept: &Option<Personal<String>>| {
            let value = kept.as_ref().and_then(Personal::value);
            value.filter(|text| !text.is_empty()).cloned()
        };
        let contact = &record.contact;
        Ok(Contact {
            mobile: contact.mobile.as_ref().and_then(Personal::value).cloned(),
            office_phone: text(&contact.office_phone),
            email: text(&contact.email),
            wechat: text(&contact.wechat),
        })
    }
}
