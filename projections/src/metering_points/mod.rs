//! 计量点档案: where meters are, how they are read, and what was found when somebody looked.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::MeteringPointsProjector;
pub use query::{CheckFilter, CheckKey, CheckRow, ClassMethodRow, LocationRow, MethodRow};
