//! Files of meters, accounts, readings and bills become commands, with a verdict for every row (R17,
//! R19, R36, R82, R85, R91).
//!
//! A file is read into a [`Table`] whatever its encoding and kind, its columns are found by name,
//! and each row becomes the same command a person would have given. Nothing is written past the
//! rules, and the same file again changes nothing.

mod account_rows;
mod assignment_rows;
mod batch;
mod bill_rows;
mod cell;
mod columns;
mod csv_file;
mod dbf_file;
mod error;
mod history_rows;
mod meter_rows;
mod moment;
mod numbers;
mod payroll_rows;
mod profile_file;
mod reading_rows;
mod reconcile;
mod request;
mod run;
mod table;
#[cfg(test)]
mod tests;
mod verdict;
mod xlsx_file;

pub use assignment_rows::TariffNames;
pub use batch::hash_of;
pub use error::{FileError, ImportError};
pub use reconcile::{Reconciled, reconcile};
pub use request::{CampusNames, FileKind, ImportRequest, Source};
pub use run::{ImportNews, import};
pub use verdict::{RowVerdict, Summary, Verdict};
