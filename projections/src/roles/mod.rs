//! 岗位权限: what roles give at the moment, and what was proposed of them.

mod projector;
pub mod query;

pub use projector::RolesProjector;
pub use query::{HeldRights, ProposalKind, ProposalRow, ProposalState, RoleRow};
