//! Photos of dials: checked when they come in, kept under the hash of their bytes, and shown
//! without what they tell about the person who took them.

mod analyst;
mod error;
mod http;
mod metadata;
mod sealed;
mod store;
#[cfg(test)]
mod tests;

pub use analyst::{AnalysisError, PhotoAnalyst};
pub use chaobiao_photos::gate::{Limits as PhotoLimits, MediaType};
pub use error::PhotoError;
pub use http::{PhotoRoutes, routes};
pub use sealed::PhotoKey;
pub use store::{KeptPhoto, PhotoStore};

use crate::config::PhotoConfig;

impl From<&PhotoConfig> for PhotoLimits {
    fn from(config: &PhotoConfig) -> Self {
        Self {
            bytes_max: config.bytes_max,
            pixels_max: config.pixels_max,
        }
    }
}
