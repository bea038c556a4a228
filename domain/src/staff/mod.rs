//! Members of staff (工作人员) and their rights.

mod permission;

pub use permission::{Permission, Role};
