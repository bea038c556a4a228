//! Metering points: their cards, their devices, what is wrong with them.

mod access;
mod history;
mod loader;
mod mutation;
mod payload;
mod query;
mod replacement;
mod supply;
mod types;

pub(crate) use payload::meter_payloads;

pub use access::{may_see_meter, may_see_reading};
pub(crate) use loader::{card_of, cards_of_account, meter_of, reading_of};
pub use mutation::MeterMutation;
pub use query::MeterQuery;
pub use replacement::ReplacementQuery;
pub use supply::SupplyMutation;
pub use types::{Device, Meter};
