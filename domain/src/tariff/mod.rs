//! 价格方案: a tariff with its dated versions, which are added to and never edited.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{DefinedTariff, Tariff};
pub use command::TariffCommand;
pub use error::TariffCommandError;
pub use event::{TariffDefined, TariffEvent};
pub use process::{DefineTariff, PublishTariffVersion, SetLateFee, TariffChanged};
