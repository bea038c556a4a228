//! 价格方案: what is charged, with every version there has been.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::TariffsProjector;
pub use query::TariffRow;
