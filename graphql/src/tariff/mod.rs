//! Tariffs with their dated versions.

mod mutation;
mod query;
mod simulation;
mod types;

pub use mutation::TariffMutation;
pub use query::TariffQuery;
pub use simulation::SimulationQuery;
pub use types::{FreeAllowance, RatePrice, Tariff};
