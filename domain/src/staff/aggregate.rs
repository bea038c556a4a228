use std::collections::BTreeSet;

use chaobiao_decision::Personal;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::Role;
use super::command::StaffCommand;
use super::error::StaffError;
use super::event::{StaffContact, StaffEvent, StaffHired, StaffProfile};

pub(super) const TEXT_LENGTH_MAX: usize = 60;

/// One member of staff, from their events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Staff {
    #[default]
    Absent,
    Employed {
        record: Box<StaffHired>,
        /// 辖区: what belongs to another campus is out of their reach.
        confined: bool,
    },
    Left,
}

impl Staff {
    pub fn is_employed(&self) -> bool {
        matches!(self, Self::Employed { .. })
    }

    /// None of whoever is not, or no longer, employed.
    pub fn roles(&self) -> BTreeSet<Role> {
        match self {
            Self::Employed { record, .. } => record.roles.clone(),
            Self::Absent | Self::Left => BTreeSet::new(),
        }
    }
}

fn check_text(text: &str, error: StaffError) -> Result<(), StaffError> {
    if (1..=TEXT_LENGTH_MAX).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(error)
    }
}

fn check_roles(roles: &BTreeSet<Role>) -> Result<(), StaffError> {
    if roles.contains(&Role::Admin) && roles.contains(&Role::Auditor) {
        Err(StaffError::RolesExclude)
    } else {
        Ok(())
    }
}

fn check_contact(contact: &StaffContact) -> Result<(), StaffError> {
    let texts = [&contact.office_phone, &contact.email, &contact.wechat];
    let fits = |text: &&String| text.chars().count() <= TEXT_LENGTH_MAX;
    if texts
        .into_iter()
        .flatten()
        .filter_map(Personal::value)
        .all(|text| fits(&text))
    {
        Ok(())
    } else {
        Err(StaffError::ContactInvalid)
    }
}

fn hire(hired: StaffHired) -> Result<Vec<StaffEvent>, StaffError> {
    if let Some(name) = hired.name.value() {
        check_text(name, StaffError::NameInvalid)?;
    }
    check_text(&hired.department, StaffError::DepartmentInvalid)?;
    check_text(&hired.position, StaffError::PositionInvalid)?;
    check_contact(&hired.contact)?;
    if hired.roles.is_empty() {
        return Err(StaffError::NoRole);
    }
    check_roles(&hired.roles)?;
    Ok(vec![StaffEvent::Hired(hired)])
}

/// Leaves out what is said to change but does not.
fn real_change(record: &StaffHired, mut profile: StaffProfile) -> StaffProfile {
    fn differs<T: PartialEq>(new: Option<T>, old: Option<&T>) -> Option<T> {
        new.filter(|new| Some(new) != old)
    }
    profile.name = differs(profile.name, Some(&record.name));
    profile.department = differs(profile.department, Some(&record.department));
    profile.position = differs(profile.position, Some(&record.position));
    profile.campus = differs(profile.campus, record.campus.as_ref());
    let (new, old) = (profile.contact, &record.contact);
    profile.contact = StaffContact {
        mobile: differs(new.mobile, old.mobile.as_ref()),
        office_phone: differs(new.office_phone, old.office_phone.as_ref()),
        email: differs(new.email, old.email.as_ref()),
        wechat: differs(new.wechat, old.wechat.as_ref()),
    };
    profile
}

fn change_profile(
    record: &StaffHired,
    profile: StaffProfile,
) -> Result<Vec<StaffEvent>, StaffError> {
    if let Some(name) = profile.name.as_ref().and_then(Personal::value) {
        check_text(name, StaffError::NameInvalid)?;
    }
    if let Some(department) = &profile.department {
        check_text(department, StaffError::DepartmentInvalid)?;
    }
    if let Some(position) = &profile.position {
        check_text(position, StaffError::PositionInvalid)?;
    }
    check_contact(&profile.contact)?;
    let change = real_change(record, profile);
    if change == StaffProfile::default() {
        return Ok(Vec::new());
    }
    Ok(vec![StaffEvent::ProfileChanged(change)])
}

fn grant(record: &StaffHired, role: Role) -> Result<Vec<StaffEvent>, StaffError> {
    let mut roles = record.roles.clone();
    if !roles.insert(role) {
        return Ok(Vec::new());
    }
    check_roles(&roles)?;
    Ok(vec![StaffEvent::RoleGranted { role }])
}

fn confine(
    record: &StaffHired,
    before: bool,
    confined: bool,
) -> Result<Vec<StaffEvent>, StaffError> {
    if confined && record.campus.is_none() {
        return Err(StaffError::NoCampus);
    }
    if confined == before {
        return Ok(Vec::new());
    }
    Ok(vec![StaffEvent::ReachChanged { confined }])
}

fn decide(
    record: &StaffHired,
    confined: bool,
    command: StaffCommand,
) -> Result<Vec<StaffEvent>, StaffError> {
    match command {
        StaffCommand::Hire(hired) => Err(StaffError::AlreadyHired(hired.login)),
        StaffCommand::ChangeProfile(profile) => change_profile(record, profile),
        StaffCommand::GrantRole(role) => grant(record, role),
        StaffCommand::RevokeRole(role) if record.roles.contains(&role) => {
            Ok(vec![StaffEvent::RoleRevoked { role }])
        }
        StaffCommand::RevokeRole(_) => Ok(Vec::new()),
        StaffCommand::Confine(now) => confine(record, confined, now),
        StaffCommand::Leave => Ok(vec![StaffEvent::Left]),
    }
}

impl Aggregate for Staff {
    const TYPE: &'static str = "staff";
    type Command = StaffCommand;
    type Event = StaffEvent;
    type Error = StaffError;
    type Services = ();

    async fn handle(
        &mut self,
        command: StaffCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), StaffError> {
        let events = match (&*self, command) {
            (Self::Absent, StaffCommand::Hire(hired)) => hire(hired)?,
            (Self::Absent, _) => return Err(StaffError::Unknown),
            // A login is never given to another person: its history names one.
            (Self::Left, StaffCommand::Hire(hired)) => {
                return Err(StaffError::AlreadyHired(hired.login));
            }
            (Self::Left, _) => return Err(StaffError::HasLeft),
            (Self::Employed { record, confined }, command) => decide(record, *confined, command)?,
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: StaffEvent) {
        match (&mut *self, event) {
            (_, StaffEvent::Hired(hired)) => {
                *self = Self::Employed {
                    record: Box::new(hired),
                    confined: false,
                }
            }
            (Self::Employed { record, .. }, StaffEvent::ProfileChanged(profile)) => {
                apply_profile(record, profile);
            }
            (Self::Employed { record, .. }, StaffEvent::RoleGranted { role }) => {
                record.roles.insert(role);
            }
            (Self::Employed { record, .. }, StaffEvent::RoleRevoked { role }) => {
                record.roles.remove(&role);
            }
            (Self::Employed { confined, .. }, StaffEvent::ReachChanged { confined: now }) => {
                *confined = now;
            }
            (_, StaffEvent::Left) => *self = Self::Left,
            (Self::Absent | Self::Left, _) => {}
        }
    }
}

fn apply_profile(record: &mut StaffHired, profile: StaffProfile) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    fn set_some<T>(field: &mut Option<T>, value: Option<T>) {
        if value.is_some() {
            *field = value;
        }
    }
    set(&mut record.name, profile.name);
    set(&mut record.department, profile.department);
    set(&mut record.position, profile.position);
    set_some(&mut record.campus, profile.campus);
    set_some(&mut record.contact.mobile, profile.contact.mobile);
    set_some(
        &mut record.contact.office_phone,
        profile.contact.office_phone,
    );
    set_some(&mut record.contact.email, profile.contact.email);
    set_some(&mut record.contact.wechat, profile.contact.wechat);
}
