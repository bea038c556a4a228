//! Members of staff (工作人员) and their rights.

mod aggregate;
mod command;
mod contact;
mod error;
mod event;
mod permission;
mod process;
pub mod role;
#[cfg(test)]
mod tests;

pub use aggregate::Staff;
pub use command::StaffCommand;
pub use contact::{Contact, FindContact};
pub use error::StaffError;
pub use event::{StaffContact, StaffEvent, StaffHired, StaffProfile};
pub use permission::Permission;
pub use process::{
    ChangeProfile, ContactInput, Employment, GrantRole, HireStaff, Leave, LookUp, RevokeRole,
    SetReach, StaffChanged, require_staff, staff_subject,
};
pub use role::Role;
