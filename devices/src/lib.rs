#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod address;
pub mod bcd;
pub mod cjt188;
pub mod content;
pub mod dlt645;
pub mod dlt645_1997;
pub mod dlt645_2007;
pub mod item;
pub mod json;
pub mod moment;
pub mod profile;
pub mod quantity;
pub mod simulator;
pub mod stream;
mod text;

pub use profile::{Profile, Protocol};
pub use stream::FrameDecoder;
