//! Files taken in: progress, refused rows, and how a file of readings is taken back. Files come in
//! by the command line.

mod mutation;
mod query;
mod subscription;
mod types;

pub use mutation::ImportBatchMutation;
pub use query::ImportBatchQuery;
pub use subscription::ImportBatchSubscription;
pub use types::ImportBatch;

use chaobiao_domain::staff::Permission;

use crate::support::{Guarded, may_any};

/// Who keeps the meters, who reviews readings, and who audits.
fn may_see_imports() -> Guarded {
    may_any(&[
        Permission::ManageMeters,
        Permission::ReviewReadings,
        Permission::ViewAudit,
    ])
}
