//! Photos of dials: checked when they come in, kept under the hash of their bytes, and shown
//! without what they tell about the person who took them.

mod check;
mod error;
mod http;
mod metadata;
mod store;
#[cfg(test)]
mod tests;

pub use check::{MediaType, PhotoLimits};
pub use error::PhotoError;
pub use http::{PhotoRoutes, routes};
pub use store::{KeptPhoto, PhotoStore};
