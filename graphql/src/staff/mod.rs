//! Members of staff, their roles and their passwords.

mod mutation;
mod query;
mod role_mutation;
mod role_query;
mod role_types;
mod types;

pub use mutation::StaffMutation;
pub use query::StaffQuery;
pub use role_mutation::RoleMutation;
pub use role_query::RoleQuery;
pub(crate) use role_types::role_code;
pub use role_types::{Role, RoleExclusion, RoleProposal};
pub use types::StaffMember;
