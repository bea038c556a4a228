//! 公摊: agreements over common meters, and the months that were shared out by them.

mod projector;
pub mod query;

pub use projector::SharedAllocationsProjector;
pub use query::{AgreementRow, PostingRow};
