//! 上门收费: a cashier goes from door to door for a day, with a list of accounts that owe.
//!
//! The money is taken as at the counter and is the payment's own fact; this stream keeps who was
//! to be visited, what came of each visit, and which payments they were.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{CollectionRound, DoorVisit, RoundRecord};
pub use command::CollectionRoundCommand;
pub use error::CollectionRoundError;
pub use event::{
    AccountVisited, CollectionRoundEvent, RoundCancelled, RoundFinished, RoundPlanned, VisitOutcome,
};
pub use process::{
    CancelCollectionRound, CollectionRoundChanged, FinishCollectionRound, PlanCollectionRound,
    RecordCollectionVisit,
};

/// As many doors as somebody could come to in a day, and more.
pub const COLLECTION_ROUND_ACCOUNTS_MAX: usize = 300;
