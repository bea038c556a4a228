//! What roles give (岗位权限, R86): shipped as they are, changed and added to by two people.

mod aggregate;
mod code;
mod command;
mod error;
mod event;
mod exclusion;
mod process;
mod rights;
#[cfg(test)]
mod tests;

pub use aggregate::RoleRights;
pub use code::Role;
pub use command::RoleCommand;
pub use error::RoleError;
pub use event::{
    ChangeApproved, ChangeProposed, ChangeRefused, RoleChange, RoleContent, RoleEvent,
};
pub use exclusion::{Exclusion, exclusions};
pub use process::{
    ApproveRoleChange, HeldTogether, ProposeRole, ProposeRoleChange, ProposeRoleRetirement,
    RefuseRoleChange, RoleChanged,
};
pub(super) use rights::{check_together, require_in_use};
pub use rights::{may, rights_of};
