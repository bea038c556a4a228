//! Transparent forwarding (透明传输): a platform that decodes itself speaks to the meters behind a
//! collector. Bytes go through as they are, one request at a time; what could change a meter is
//! stopped unless the platform may.

mod screen;
mod session;

pub(crate) use screen::ears;
pub use screen::{Blocked, Rights, screen};
pub use session::serve;
