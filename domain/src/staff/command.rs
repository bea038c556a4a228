use super::Role;
use super::event::{StaffHired, StaffProfile};

/// What may be asked of one member of staff's record.
#[derive(Clone, Debug)]
pub enum StaffCommand {
    Hire(StaffHired),
    ChangeProfile(StaffProfile),
    GrantRole(Role),
    RevokeRole(Role),
    /// To their own campus, or no longer.
    Confine(bool),
    Leave,
}
