//! The meter card (表卡): found by number, hardware number or barcode.

mod place;
mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub(crate) use place::place_key;
pub use projector::MeterCardProjector;
pub use query::{InstalledDevice, LastReading, MeterCard, MeterFilter, MeterOrderBy, Payer};
