//! What is said to one meter and what it says back: frames made and read, by its profile. Pure.

mod pending;
mod reading;
mod request;

pub(crate) use pending::{Heard, Pending, Sorter};
pub(crate) use reading::value;
pub use reading::{MeterReading, Said, Via, read};
pub(crate) use request::{PROBES, Probe, Switching, Talk, with_preamble};
