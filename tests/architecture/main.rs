//! The shape of the house (`docs/ARCHITECTURE.md`), proved from cargo's metadata and the sources.
//!
//! Each check is a function from what it looks at to a list of complaints. It is run on the
//! repository, where the list must be empty, and on small bad samples, where it must not be.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod alerts;
mod dependencies;
mod error_codes;
mod events;
mod glossary;
mod imports;
mod purity;
mod source;
mod sql;
mod syntax;
mod tidy;
