//! A second set of rows of a read model, beside the live one: built at full speed while the live
//! rows are served, then exchanged with them in one transaction (ADR 0010).

mod build;
mod consumer;
mod exchange;
mod keeper;
mod sides;
mod tables;

pub use build::{Built, build};
pub use exchange::{Exchanged, Intent, exchange};
pub use sides::{Side, Sides, drop_standby, sides};

pub(crate) use consumer::StandbyConsumer;
pub(crate) use keeper::Keeper;
pub(crate) use tables::{Copies, copy, quoted};

/// Name of the standby rows' checkpoint; its lease follows from it.
pub(crate) fn checkpoint(projection: &str) -> String {
    format!("standby:{projection}")
}

/// The schema of the standby rows.
pub(crate) fn schema(projection: &str) -> String {
    format!("standby_{projection}")
}
