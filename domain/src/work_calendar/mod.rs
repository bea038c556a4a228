//! The State Council's lists as they were loaded, one stream a year.

mod aggregate;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{NeverRefused, WorkYear, WorkYearEvent};
pub use process::{LoadYear, YearLoaded, calendar_around};
