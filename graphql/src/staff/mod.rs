//! Members of staff, their roles and their passwords.

mod mutation;
mod query;
mod types;

pub use mutation::StaffMutation;
pub use query::StaffQuery;
pub use types::StaffMember;
