//! 导入方案: how a vendor's file is read, as data (R17, R36).
//!
//! A profile says what kind of file it is, which of its columns means what, and in which units its
//! figures are. A new handheld or platform needs a profile, not a program.

mod aggregate;
mod command;
mod error;
mod event;
mod layout;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::ImportProfile;
pub use command::ImportProfileCommand;
pub use error::ImportProfileError;
pub use event::{ImportProfileEvent, ProfilePublished};
pub use layout::{
    ColumnPlace, Encoding, FileLayout, ProfileColumn, ProfileField, ProfileKind, ProfileLayout,
    SkipRule, UnitFactor,
};
pub use process::{LookUpProfile, ProfileChanged, PublishImportProfile, RetireImportProfile};
