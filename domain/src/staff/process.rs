//! Hiring, changing and leaving (R68, R86).

use std::collections::BTreeSet;

use chaobiao_decision::{Actor, CommandContext, Personal, Process, Rejection, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::command::StaffCommand;
use super::event::{StaffContact, StaffHired, StaffProfile};
use super::role::{check_together, require_in_use, rights_of};
use super::{Permission, Role, Staff, StaffError};
use crate::campus::Campus;
use crate::units::{CampusId, Phone, StaffLogin};

/// Whose key encrypts the personal data of a member of staff.
pub fn staff_subject(login: &StaffLogin) -> String {
    format!("staff/{login}")
}

/// The member of staff a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffChanged {
    pub login: StaffLogin,
}

/// What of a contact is said anew; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContactInput {
    pub mobile: Option<Phone>,
    pub office_phone: Option<String>,
    pub email: Option<String>,
    pub wechat: Option<String>,
}

impl ContactInput {
    fn of(&self, subject: &str) -> StaffContact {
        let text = |text: &Option<String>| {
            text.as_ref()
                .map(|text| Personal::new(subject, text.trim().to_owned()))
        };
        StaffContact {
            mobile: self
                .mobile
                .clone()
                .map(|mobile| Personal::new(subject, mobile)),
            office_phone: text(&self.office_phone),
            email: text(&self.email),
            wechat: text(&self.wechat),
        }
    }
}

fn check_campus(campus: Option<&CampusId>, workspace: &mut Workspace) -> Result<(), Stop> {
    match campus {
        Some(id) if !workspace.get::<Campus>(id.as_str())?.is_open() => {
            Err(StaffError::CampusUnknown(id.clone()).into())
        }
        _ => Ok(()),
    }
}

fn is_self(context: &CommandContext, login: &StaffLogin) -> bool {
    matches!(&context.actor, Actor::Staff(actor) if actor == login.as_str())
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HireStaff {
    pub login: StaffLogin,
    pub name: String,
    pub department: String,
    pub position: String,
    pub campus: Option<CampusId>,
    pub roles: BTreeSet<Role>,
    pub contact: ContactInput,
}

impl Process for HireStaff {
    const NAME: &'static str = "staff.hire";
    type Outcome = StaffChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StaffChanged, Stop> {
        check_campus(self.campus.as_ref(), workspace)?;
        require_in_use(&self.roles, "roles", workspace)?;
        let subject = staff_subject(&self.login);
        let hired = StaffHired {
            login: self.login.clone(),
            name: Personal::new(&subject, self.name.trim().to_owned()),
            department: self.department.trim().to_owned(),
            position: self.position.trim().to_owned(),
            campus: self.campus.clone(),
            roles: self.roles.clone(),
            contact: self.contact.of(&subject),
        };
        workspace.execute::<Staff>(self.login.as_str(), StaffCommand::Hire(hired))?;
        check_together(&self.roles, "roles", workspace)?;
        Ok(StaffChanged {
            login: self.login.clone(),
        })
    }
}

/// Changes what is known of a person; people change their own contact only (R68).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeProfile {
    pub login: StaffLogin,
    pub name: Option<String>,
    pub department: Option<String>,
    pub position: Option<String>,
    pub campus: Option<CampusId>,
    pub contact: ContactInput,
}

impl Process for ChangeProfile {
    const NAME: &'static str = "staff.change_profile";
    type Outcome = StaffChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StaffChanged, Stop> {
        let official = self.name.is_some()
            || self.department.is_some()
            || self.position.is_some()
            || self.campus.is_some();
        if official && is_self(context, &self.login) {
            return Err(StaffError::NotYoursToChange.into());
        }
        check_campus(self.campus.as_ref(), workspace)?;
        let subject = staff_subject(&self.login);
        let text = |text: &Option<String>| text.as_ref().map(|text| text.trim().to_owned());
        let profile = StaffProfile {
            name: text(&self.name).map(|name| Personal::new(&subject, name)),
            department: text(&self.department),
            position: text(&self.position),
            campus: self.campus.clone(),
            contact: self.contact.of(&subject),
        };
        workspace.execute::<Staff>(self.login.as_str(), StaffCommand::ChangeProfile(profile))?;
        Ok(StaffChanged {
            login: self.login.clone(),
        })
    }
}

/// A role is given only while it is in use, and not beside one that excludes it.
fn check_grant(login: &StaffLogin, role: Role, workspace: &mut Workspace) -> Result<(), Stop> {
    require_in_use(&BTreeSet::from([role]), "role", workspace)?;
    let roles = workspace.get::<Staff>(login.as_str())?.roles();
    check_together(&roles, "role", workspace)
}

macro_rules! role_process {
    ($(#[$doc:meta])* $process:ident, $name:literal, $command:ident $(, $check:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        pub struct $process {
            pub login: StaffLogin,
            pub role: Role,
        }

        impl Process for $process {
            const NAME: &'static str = $name;
            type Outcome = StaffChanged;

            fn decide(
                &self,
                context: &CommandContext,
                workspace: &mut Workspace,
            ) -> Result<StaffChanged, Stop> {
                if is_self(context, &self.login) {
                    return Err(StaffError::OwnRoles.into());
                }
                let command = StaffCommand::$command(self.role);
                workspace.execute::<Staff>(self.login.as_str(), command)?;
                $($check(&self.login, self.role, workspace)?;)?
                Ok(StaffChanged { login: self.login.clone() })
            }
        }
    };
}

role_process!(
    /// Gives a role; nobody gives one to themselves.
    GrantRole, "staff.grant_role", GrantRole, check_grant
);
role_process!(
    /// Takes a role away; the next request no longer has its rights.
    RevokeRole, "staff.revoke_role", RevokeRole
);

/// Confines a member of staff to what belongs to their own campus (辖区), or no longer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetReach {
    pub login: StaffLogin,
    pub confined: bool,
}

impl Process for SetReach {
    const NAME: &'static str = "staff.set_reach";
    type Outcome = StaffChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StaffChanged, Stop> {
        if is_self(context, &self.login) {
            return Err(StaffError::OwnReach.into());
        }
        let command = StaffCommand::Confine(self.confined);
        workspace.execute::<Staff>(self.login.as_str(), command)?;
        Ok(StaffChanged {
            login: self.login.clone(),
        })
    }
}

/// Ends an employment, with all its rights. The login is never used again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leave {
    pub login: StaffLogin,
}

impl Process for Leave {
    const NAME: &'static str = "staff.leave";
    type Outcome = StaffChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StaffChanged, Stop> {
        if is_self(context, &self.login) {
            return Err(StaffError::OwnLeave.into());
        }
        workspace.execute::<Staff>(self.login.as_str(), StaffCommand::Leave)?;
        Ok(StaffChanged {
            login: self.login.clone(),
        })
    }
}

/// What a member of staff may do and where, as their own events say at this moment; changes nothing
/// and is meant for previews.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookUp {
    pub login: StaffLogin,
}

/// The answer of [`LookUp`] for whoever is employed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employment {
    pub campus: Option<CampusId>,
    /// To that campus.
    pub confined: bool,
    pub roles: BTreeSet<Role>,
    /// What these roles give at the moment.
    pub permissions: BTreeSet<Permission>,
}

/// Refuses what names somebody who does not work here; `field` is where the command names them.
pub fn require_staff(
    login: &StaffLogin,
    field: &str,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    match workspace.get::<Staff>(login.as_str())? {
        Staff::Employed { .. } => Ok(()),
        Staff::Absent => Err(Rejection::from(StaffError::Unknown).on(field).into()),
        Staff::Left => Err(Rejection::from(StaffError::HasLeft).on(field).into()),
    }
}

impl Process for LookUp {
    const NAME: &'static str = "staff.look_up";
    type Outcome = Option<Employment>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<Employment>, Stop> {
        let staff = workspace.get::<Staff>(self.login.as_str())?;
        let Staff::Employed { record, confined } = staff else {
            return Ok(None);
        };
        let (campus, confined, roles) = (record.campus.clone(), *confined, record.roles.clone());
        let permissions = rights_of(&roles, workspace)?;
        Ok(Some(Employment {
            campus,
            confined,
            roles,
            permissions,
        }))
    }
}
