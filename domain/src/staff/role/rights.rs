//! What people may do, by what the roles they hold give at the moment.

use std::collections::BTreeSet;

use chaobiao_decision::{Rejection, Stop, Workspace};

use super::exclusion::broken_in_person;
use super::{Role, RoleError, RoleRights};
use crate::staff::{Permission, Staff};

/// All that these roles give together.
pub fn rights_of(
    roles: &BTreeSet<Role>,
    workspace: &mut Workspace,
) -> Result<BTreeSet<Permission>, Stop> {
    workspace.need::<RoleRights>(roles.iter().map(|role| role.code()))?;
    let mut rights = BTreeSet::new();
    for role in roles {
        let given = workspace.get::<RoleRights>(&role.code())?;
        rights.append(&mut given.permissions(*role));
    }
    Ok(rights)
}

/// Whether a member of staff has a right, as events say; nobody who is not employed has one.
pub fn may(login: &str, permission: Permission, workspace: &mut Workspace) -> Result<bool, Stop> {
    let roles = workspace.get::<Staff>(login)?.roles();
    Ok(rights_of(&roles, workspace)?.contains(&permission))
}

/// Refuses roles there are not, or not any more; `field` is where the command names them.
pub(in crate::staff) fn require_in_use(
    roles: &BTreeSet<Role>,
    field: &str,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    workspace.need::<RoleRights>(roles.iter().map(|role| role.code()))?;
    for role in roles {
        let rights = workspace.get::<RoleRights>(&role.code())?;
        if !rights.exists(*role) {
            return Err(Rejection::from(RoleError::Unknown(*role)).on(field).into());
        }
        if !rights.is_in_use(*role) {
            return Err(Rejection::from(RoleError::Retired(*role)).on(field).into());
        }
    }
    Ok(())
}

/// Refuses roles that nobody may hold together.
pub(in crate::staff) fn check_together(
    roles: &BTreeSet<Role>,
    field: &str,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    match broken_in_person(&rights_of(roles, workspace)?) {
        Some(exclusion) => {
            let error = RoleError::Excludes(exclusion.reason);
            Err(Rejection::from(error).on(field).into())
        }
        None => Ok(()),
    }
}
