//! Bills, the notices to pay them, and the run that issues them.

mod correction;
mod drive;
mod late_fee;
mod loader;
mod move_out;
mod mutation;
mod note;
mod parallel;
mod query;
mod replay;
mod run;
mod subscription;
mod types;

pub use correction::{CorrectionMutation, CorrectionQuery};
pub use drive::{Driven, drive};
pub(crate) use late_fee::{KnownEvents, late_fees};
pub(crate) use loader::NoticesOf;
pub use move_out::MoveOutMutation;
pub use mutation::BillingMutation;
pub use parallel::ParallelQuery;
pub use query::BillingQuery;
pub use replay::{Replay, ReplayError, ReplayQuery, replay};
pub use run::BillingRunQuery;
pub use subscription::BillingSubscription;
pub use types::{Bill, BillLine, Notice};
