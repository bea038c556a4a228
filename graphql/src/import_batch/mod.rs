//! Files taken in: progress and refused rows. Files come in by the command line.

mod query;
mod subscription;
mod types;

pub use query::ImportBatchQuery;
pub use subscription::ImportBatchSubscription;
pub use types::ImportBatch;

use chaobiao_domain::staff::Permission;

use crate::support::{Guarded, may_any};

/// Who keeps the meters, and who audits.
fn may_see_imports() -> Guarded {
    may_any(&[Permission::ManageMeters, Permission::ViewAudit])
}
