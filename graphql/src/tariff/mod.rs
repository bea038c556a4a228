//! Tariffs with their dated versions.

mod mutation;
mod query;
mod types;

pub use mutation::TariffMutation;
pub use query::TariffQuery;
pub use types::Tariff;
