//! Photos of meters: what is taken as a photo, what its dial shows, and whether that is what was
//! typed. Pure functions over bytes: no clock, no table, no network.
#![expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "pixels and probabilities are floats, and rounding one is not rounding money"
)]

pub mod codes;
pub mod counter;
pub mod dial;
pub mod digits;
mod error;
pub mod gate;
mod picture;
pub mod read;
pub mod reuse;
pub mod text;
pub mod verdict;

pub use error::Refusal;
