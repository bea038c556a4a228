//! 照片核对: what the program saw on the photos of readings, the riskiest of those that a person
//! should look at first, and what people said.

mod projector;
pub mod query;
mod row;
#[cfg(test)]
mod tests;

pub use projector::PhotoChecksProjector;
pub use query::{CheckFilter, CheckKey};
pub use row::{CheckRow, Standing};
